import { expect, test } from 'vitest';
import { hashInputs, type Inputs } from './reuse.ts';

const inputs: Inputs = {
  item: 'MW-1',
  prompt: 'The request (MW-1): do it',
  agent: { adapter: 'command', command: 'x', model: 'a' },
  schema: { type: 'text' },
  writes: true,
  paths: [],
  protect: [],
  tree: 'abc',
};
const hash = hashInputs(inputs);

test('the same is the same, whichever item asks, and in whatever order its parts stand', () => {
  expect(hashInputs({ ...inputs, item: 'MW-2', prompt: 'The request (MW-2): do it' })).toBe(hash);
  expect(hashInputs({ ...inputs, agent: { model: 'a', command: 'x', adapter: 'command' } })).toBe(hash);
});

test.each<[string, Partial<Inputs>]>([
  ['other words', { prompt: 'The request (MW-1): do it well' }],
  ['another model', { agent: { adapter: 'command', command: 'x', model: 'b' } }],
  ['another form of the answer', { schema: { type: 'schema' } }],
  ['a phase that only reads', { writes: false }],
  ['other files that it may change', { paths: ['specs/**'] }],
  ['other protected files', { protect: ['lib/**'] }],
  ['other files to start from', { tree: 'abd' }],
])('%s: another result', (_, change) => {
  expect(hashInputs({ ...inputs, ...change })).not.toBe(hash);
});
