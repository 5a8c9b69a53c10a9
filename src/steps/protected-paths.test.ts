import { expect, test } from 'vitest';
import { programsOf } from '../guard/started-programs.ts';
import { isMatchOf, isOutOfReach } from './protected-paths.ts';

const isProtected = isMatchOf({
  protect: ['tests/**', 'LICENSE'],
  agents: { judge: { adapter: 'command', command: 'sh ./tools/judge.sh --strict' } },
});

test.each([
  'millwright.yaml',
  'Millwright.YAML',
  '.millwright/pipelines/x.yaml',
  'tests/a/b.ts',
  'tests/a\nb.ts',
  'license',
  'tools/judge.sh',
  'Tools/Judge.sh',
])('%j is out of reach', (path) => {
  expect(isProtected(path)).toBe(true);
});

test.each(['src/a.ts', 'tools/other.sh', 'docs/millwright.yaml', 'test/a.ts'])('%j is free', (path) => {
  expect(isProtected(path)).toBe(false);
});

test('specs are out of reach of whoever builds, whatever for, unless the phase is there for them', () => {
  const pipeline = { protect: [], agents: {} };
  for (const path of ['specs/a/spec.md', 'specs/a/work.md', 'Specs/a/SPEC.md']) {
    expect(isOutOfReach(pipeline, null)(path)).toBe(true);
  }
  expect(isOutOfReach(pipeline, ['specs/*/spec.md'])('specs/a/spec.md')).toBe(false);
  expect(isOutOfReach(pipeline, null)('specs/a/picture.png')).toBe(false);
});

test('the program of each part of a command is found, behind interpreters, options and variables', () => {
  expect(programsOf({ command: 'A=1 node --test scripts/agent.mjs "$MW_ITEM" && ./after.sh' })).toEqual([
    'scripts/agent.mjs',
    'after.sh',
  ]);
  expect(programsOf({ command: ['python3', 'agent.py'] })).toEqual(['agent.py']);
  expect(programsOf({ command: '/usr/bin/agent run' })).toEqual([]);
  expect(programsOf({ command: 'echo hello > out.txt' })).toEqual(['echo']);
});
