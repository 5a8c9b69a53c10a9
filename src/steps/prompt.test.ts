import { expect, test } from 'vitest';
import { writePrompt } from './prompt.ts';
import { reachOf } from './protected-paths.ts';

const pipeline = { protect: ['lib/pay/**'] };
const parts = {
  instructions: '# Build',
  schema: null,
  exits: true,
  item: { id: 'MW-1', title: 'Do it', body: '', criteria: [] },
  artifacts: [],
  checks: [],
  diff: null,
  tried: [],
  feedback: [],
};

test('an agent is told what is not its own to change, before it tries', () => {
  const prompt = writePrompt({ ...parts, reach: reachOf(pipeline, null) });
  expect(prompt).toContain('not yours to change');
  for (const glob of ['millwright.yaml', '.millwright/**', 'specs/*/{spec,work}.md', 'lib/pay/**'])
    expect(prompt).toContain(`\`${glob}\``);
});

test('an agent that is held to certain files is told these', () => {
  const prompt = writePrompt({ ...parts, reach: reachOf(pipeline, ['specs/*/work.md']) });
  expect(prompt).toContain('You may change these files and no others: `specs/*/work.md`.');
  expect(prompt).not.toContain('lib/pay');
});

test('an agent that only reads is told so', () => {
  const prompt = writePrompt({ ...parts, reach: null });
  expect(prompt).toContain('Read only');
  expect(prompt).not.toContain('change, and work');
});

test('a reviewer reads what the maker says of its work last, and as claims', () => {
  const prompt = writePrompt({
    ...parts,
    exits: false,
    reach: null,
    artifacts: [{ phase: 'design', text: 'the plan' }],
    diff: { text: '+the change', cut: false, files: ['modified a.ts'] },
    claims: [{ phase: 'build', text: 'it is all done' }],
  });
  const places = ['the plan', '+the change', 'Claims, to be tested', 'it is all done'].map((text) =>
    prompt.indexOf(text),
  );
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});
