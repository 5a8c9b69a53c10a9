import { expect, test } from 'vitest';
import { loadProject } from './load-project.ts';
import { type PinInput, pinPipeline } from './pin-pipeline.ts';
import { formatProblem } from './problem.ts';

const project = `version: 1
agents: { writer: { adapter: claude-code }, judge: { adapter: codex } }
routes: { default: writer }
checks: { test: { run: npm test, kind: test }, lint: { run: npm run lint, kind: lint } }
`;

const sound = `name: own
phases:
  - id: triage
    instructions: triage
    output: triage
    writes: false
  - id: plan
    instructions: plan.md
    output: plan.json
    writes: false
    when: { triage.size: [medium, large], triage.risk: { not: low } }
  - id: build
    instructions: build
    checks: [test, lint]
    when: { plan.steps: 3, plan.note: anything, plan.go: true }
    loop: { max: 2 }
    limits: { idle: 5m }
  - id: review
    reviews:
      - { id: tests, instructions: review-tests, agent: judge }
    approval: true
    loop: { to: build, max: 3 }
`;

const planSchema = {
  type: 'object',
  properties: {
    steps: { type: 'integer' },
    note: { type: ['string', 'null'] },
    go: { type: 'boolean' },
    kind: { const: 'one' },
    list: { type: 'array' },
    mixed: { anyOf: [{ enum: ['a', 'b'] }, { type: 'null' }] },
  },
};

const repository: Readonly<Record<string, string>> = {
  'plan.md': '# Plan\n',
  'empty.md': '---\nname: empty\n---\n\n',
  'plan.json': JSON.stringify(planSchema),
  'list.json': '[1]',
  'text.json': '{ "type": "string" }',
  'broken.json': '{ "type": "object", "properties": { "a": { "type": "strin" } } }',
};

const instructions = new Map(['triage', 'build', 'review-tests'].map((name) => [name, `# ${name}\n`]));

async function problemsOf(text: string, projectText = project): Promise<readonly string[]> {
  const pinned = await pinPipeline({
    ...projectOf(projectText),
    name: 'own',
    readFile: async (path) => (path === '.millwright/pipelines/own.yaml' ? text : (repository[path] ?? null)),
    listNames: async () => [],
    shipped: { pipelines: new Map(), instructions },
    saveText: async () => '0'.repeat(64),
  });
  return pinned.ok ? [] : pinned.problems.map((problem) => formatProblem({ ...problem, file: 'own' }));
}

function projectOf(text: string): Pick<PinInput, 'config' | 'pipelineAt'> {
  const loaded = loadProject(text);
  if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join('\n'));
  return { config: loaded.config, pipelineAt: loaded.pipelineAt };
}

/** The sound pipeline with one thing changed, so that only that can be at fault. */
function changed(from: string, to: string): string {
  expect(sound).toContain(from);
  return sound.replace(from, to);
}

test('the sound pipeline, which every case below changes in one place, is accepted', async () => {
  expect(await problemsOf(sound)).toEqual([]);
});

test.each([
  [
    'another name than its file',
    'name: own',
    'name: other',
    '1:7  this pipeline is called by the name of its file: write name: own',
  ],
  ['a second phase of the same name', 'id: plan', 'id: triage', '7:9  a phase above is called "triage" already'],
  [
    'a phase called default',
    'id: review',
    'id: default',
    '18:9  a phase cannot be called "default": in routes that word means every phase',
  ],
  [
    'a phase called land',
    'id: review',
    'id: land',
    '18:9  a phase cannot be called "land": that is the step after the last phase',
  ],
  [
    'a second reviewer of the same name',
    '    approval',
    '      - { id: tests, instructions: build }\n    approval',
    '21:15  a reviewer above is called "tests" already',
  ],
  [
    'an unknown agent',
    'agent: judge',
    'agent: jugde',
    '20:57  no agent of millwright.yaml is called "jugde": did you mean "judge"?',
  ],
  [
    'a phase that does nothing',
    '    instructions: build\n    checks: [test, lint]\n',
    '',
    '12:5  phase "build" does nothing: give it instructions, checks, a breaker, reviews or approval',
  ],
  [
    'a phase that makes nothing',
    '    output: plan.json\n',
    '',
    '7:5  phase "plan" changes no files and has no result: give it an output, or let it write',
  ],
  [
    'a breaker whose cases nothing could run',
    '    checks: [test, lint]\n',
    '    checks: [lint]\n    breaker: {}\n',
    '15:5  phase "build" runs no check of kind test, so nothing could run what a breaker writes',
  ],
  [
    'a reviewer with the name of the breaker’s judge',
    '    checks: [test, lint]\n',
    '    checks: [test]\n    breaker: {}\n    reviews: [{ id: judge, instructions: build }]\n',
    '16:21  in routes "build.judge" is the breaker’s',
  ],
  [
    'an output without a maker',
    '    approval: true',
    '    output: text',
    '21:5  "output" means nothing in a phase without instructions',
  ],
])('%s is refused', async (_, from, to, expected) => {
  expect(await problemsOf(changed(from, to))).toContain(`own:${expected}`);
});

test.each([
  ['to a phase that is unknown', 'to: build', 'to: buidl', '22:17  no phase is called "buidl": did you mean "build"?'],
  [
    'forward',
    'loop: { max: 2 }',
    'loop: { to: review, max: 2 }',
    '16:17  "review" comes later: findings go back to this phase or an earlier one',
  ],
  ['without a bound', 'loop: { max: 2 }', 'loop: {}', '16:5  "max" is missing (How often, before the item pauses)'],
  [
    'to itself where nobody works',
    'to: build',
    'to: review',
    '22:17  phase "review" has no instructions, so what it turns down must go back to an earlier one: for example loop: { to: build, max: 3 }',
  ],
  [
    'nowhere',
    '    loop: { to: build, max: 3 }\n',
    '',
    '18:5  phase "review" has no instructions, so what it turns down must go back to an earlier one: for example loop: { to: build, max: 3 }',
  ],
])('a loop %s is refused', async (_, from, to, expected) => {
  expect(await problemsOf(changed(from, to))).toEqual([`own:${expected}`]);
});

test('a phase that writes instructions for agents needs the approval of a person', async () => {
  const text = changed('    loop: { max: 2 }\n', '    loop: { max: 2 }\n    writes: [".millwright/instructions/**"]\n');
  expect(await problemsOf(text)).toEqual([
    'own:17:14  ".millwright/instructions/**" decides about agents\' work: give the phase approval: true',
  ]);
  expect(await problemsOf(text.replace('    writes: [', '    approval: true\n    writes: ['))).toEqual([]);
});

test('a loop to a phase that only judges is refused', async () => {
  const text = `${sound}  - id: last\n    approval: true\n    loop: { to: review, max: 1 }\n`;
  expect(await problemsOf(text)).toEqual([
    'own:25:17  phase "review" has no instructions, so nobody there can act on findings',
  ]);
});

test.each([
  ['an unknown phase', 'triage.size', 'triag.size', '11:13  no phase is called "triag": did you mean "triage.size"?'],
  [
    'a later phase',
    'triage.size',
    'build.size',
    '11:13  "build" has not run when this is asked: name an earlier phase',
  ],
  ['its own phase', 'triage.size', 'plan.steps', '11:13  "plan" has not run when this is asked: name an earlier phase'],
  [
    'a field that the result lacks',
    'triage.size',
    'triage.sise',
    '11:13  the result of "triage" (triage) has no field "sise": did you mean "triage.size"?',
  ],
  [
    'a field that is a list',
    'triage.size',
    'triage.affected',
    '11:13  "triage.affected" is a list or an object: conditions look at text, numbers and true or false',
  ],
  [
    'a value outside the enum',
    '[medium, large]',
    '[medium, lage]',
    '11:35  "triage.size" is never "lage", only small, medium, large: did you mean "large"?',
  ],
  [
    'an excluded value outside the enum',
    'not: low',
    'not: lwo',
    '11:63  "triage.risk" is never "lwo", only low, medium, high: did you mean "low"?',
  ],
  [
    'a value of another type',
    'plan.steps: 3',
    'plan.steps: three',
    '15:25  "plan.steps" is never "three", only a whole number',
  ],
  [
    'a fraction for a whole number',
    'plan.steps: 3',
    'plan.steps: 1.5',
    '15:25  "plan.steps" is never 1.5, only a whole number',
  ],
  [
    'the only value left out',
    'plan.go: true',
    'plan.kind: { not: one }',
    '15:67  this leaves out every value that "plan.kind" can have, so the phase would never run',
  ],
  [
    'every value left out',
    '{ not: low }',
    '{ not: [low, medium, high] }',
    '11:63  this leaves out every value that "triage.risk" can have, so the phase would never run',
  ],
  [
    'both truth values left out',
    'plan.go: true',
    'plan.go: { not: [true, false] }',
    '15:65  this leaves out every value that "plan.go" can have, so the phase would never run',
  ],
  [
    'a value that only null stands beside',
    'plan.go: true',
    'plan.mixed: c',
    '15:61  "plan.mixed" is never "c", only a, b',
  ],
])('a condition that can never hold is refused: %s', async (_, from, to, expected) => {
  expect(await problemsOf(changed(from, to))).toEqual([`own:${expected}`]);
});

test('a condition on a phase whose result is the change itself is refused', async () => {
  const text = sound.replace('    approval: true', '    when: { build.size: small }\n    approval: true');
  expect(await problemsOf(text)).toEqual(['own:21:13  phase "build" has no structured result to look at']);
});

test.each([
  [
    'an unknown check',
    '[test, lint]',
    '[tset]',
    '14:14  no check of millwright.yaml is called "tset": did you mean "test"?',
  ],
  [
    'checks before anything is changed',
    '    when: { triage.size',
    '    checks: [all]\n    when: { triage.size',
    '11:5  no phase up to "plan" changes files, so its checks would prove nothing',
  ],
  [
    'reviews of what reviewers cannot see',
    '    when: { triage.size',
    '    reviews: [{ id: a, instructions: build }]\n    when: { triage.size',
    '11:5  reviewers see files and the results of earlier phases, not the result of "plan": put them into a phase after it',
  ],
])('a gate that nothing can satisfy is refused: %s', async (_, from, to, expected) => {
  expect(await problemsOf(changed(from, to))).toEqual([`own:${expected}`]);
});

test('reviews before anything is made are refused', async () => {
  const text = 'name: own\nphases:\n  - id: first\n    reviews: [{ id: a, instructions: build }]\n';
  expect(await problemsOf(text)).toContain(
    'own:4:5  phase "first" has nothing to review: no phase up to here makes anything',
  );
});

test('all checks of a project that has none is refused, because it would pass over nothing', async () => {
  const bare = project.replace(/^checks.*\n/m, '');
  expect(await problemsOf(changed('[test, lint]', '[all]'))).toEqual([]);
  expect(await problemsOf(changed('[test, lint]', '[all]'), bare)).toEqual([
    'own:14:14  millwright.yaml has no checks, so no evidence is possible: add one; without any tests yet, let an agent write some first: mw add "…" --pipeline first-tests',
  ]);
  expect(await problemsOf(sound, bare)).toContain('own:14:14  millwright.yaml has no checks, so there is no "test"');
});

test.each([
  [
    'instructions by an unknown name',
    'instructions: build\n',
    'instructions: biuld\n',
    '13:19  no instructions are called "biuld": neither .millwright/instructions/biuld/SKILL.md nor shipped ones: did you mean "build"?',
  ],
  [
    'instructions by an unknown path',
    'plan.md',
    'plans/x.md',
    '8:19  there is no file "plans/x.md" at the accepted commit: commit it first',
  ],
  [
    'instructions outside the repository',
    'plan.md',
    '../plan.md',
    '8:19  "../plan.md" leaves the repository: write a path from its root',
  ],
  ['empty instructions', 'plan.md', 'empty.md', '8:19  the instructions "empty.md" are empty'],
  [
    'an unknown output',
    'output: triage',
    'output: traige',
    '5:13  no shipped output is called "traige" (a schema of your own is named by its path, ending in .json): did you mean "triage"?',
  ],
  [
    'a missing schema',
    'plan.json',
    'gone.json',
    '9:13  there is no file "gone.json" at the accepted commit: commit it first',
  ],
  [
    'a schema outside the repository',
    'plan.json',
    '/etc/x.json',
    '9:13  "/etc/x.json" leaves the repository: write a path from its root',
  ],
  [
    'a schema that is a list',
    'plan.json',
    'list.json',
    '9:13  "list.json" is not a JSON Schema: list.json:1:1  expected a mapping of keys, not a list',
  ],
  [
    'a schema of something else than an object',
    'plan.json',
    'text.json',
    '9:13  "text.json" is not a usable JSON Schema: its "type" must be "object", because a result is an object',
  ],
])('%s is refused', async (_, from, to, expected) => {
  expect(await problemsOf(changed(from, to))).toEqual([`own:${expected}`]);
});

test('a schema that cannot be compiled is refused', async () => {
  expect(await problemsOf(changed('plan.json', 'broken.json'))).toContainEqual(
    expect.stringMatching(/^own:9:13 {2}"broken.json" is not a usable JSON Schema: /),
  );
});

test('limits out of range and unknown limits are refused', async () => {
  expect(await problemsOf(changed('idle: 5m', 'idle: 5ms'))).toEqual([
    'own:17:21  5ms is out of range: use 100ms to 24h',
  ]);
  expect(await problemsOf(changed('idle: 5m', 'idel: 5m'))).toEqual([
    'own:17:15  unknown key "idel": did you mean "idle"?',
  ]);
});

test('fifty phases are accepted, the fifty-first is refused', async () => {
  const phases = (count: number) =>
    `name: own\nphases:\n${Array.from({ length: count }, (_, i) => `  - { id: p${i}, instructions: build }\n`).join('')}`;
  expect(await problemsOf(phases(50))).toEqual([]);
  expect(await problemsOf(phases(51))).toEqual(['own:53:5  more than 50 phases']);
});
