import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PinnedPipeline } from '../model/pipeline.ts';
import { canonicalJson } from './canonical-json.ts';
import { loadProject } from './load-project.ts';
import { type Pinned, type PinInput, pinPipeline } from './pin-pipeline.ts';
import { formatProblem } from './problem.ts';
import type { ShippedFiles } from './shipped-files.ts';

const project = `version: 1
agents: { a: { adapter: claude-code }, b: { adapter: codex }, c: { adapter: scripted, command: s.yaml }, unused: { adapter: codex } }
routes: { default: a, review: b, review.security: c }
checks: { unit: { run: npm test, kind: test }, lint: { run: lint, kind: lint } }
limits: { attempts: 7, itemUsd: 1.1, copyMb: 2, idle: 90s }
`;

const pipeline = `name: own
phases:
  - { id: think, instructions: think, output: triage, writes: false, agent: c }
  - { id: build, instructions: docs/build.md, checks: [all], loop: { max: 2 }, limits: { session: 5m } }
  - id: review
    reviews: [{ id: security, instructions: think }, { id: tests, instructions: think }, { id: own, instructions: think, agent: a }]
    loop: { to: build, max: 3 }
`;

const shipped: ShippedFiles = {
  pipelines: new Map([['own', 'name: own\nphases: [{ id: shipped, instructions: think }]\n']]),
  instructions: new Map([['think', 'shipped thinking']]),
};

function projectOf(text: string): Pick<PinInput, 'config' | 'pipelineAt'> {
  const loaded = loadProject(text);
  if (!loaded.ok) throw new Error('the test’s own configuration is broken');
  return { config: loaded.config, pipelineAt: loaded.pipelineAt };
}

interface Setting {
  readonly files?: Readonly<Record<string, string>>;
  readonly project?: string;
  readonly saved?: Map<string, string>;
}

const sound = { '.millwright/pipelines/own.yaml': pipeline, 'docs/build.md': 'build it' };

async function pin({ files = sound, project: text = project, saved = new Map() }: Setting = {}): Promise<Pinned> {
  return pinPipeline({
    ...projectOf(text),
    name: 'own',
    readFile: async (path) => (Object.hasOwn(files, path) ? ((files as Record<string, string>)[path] ?? null) : null),
    listNames: async () => [],
    shipped,
    saveText: async (_, content) => {
      const hash = createHash('sha256').update(content).digest('hex');
      saved.set(hash, content);
      return hash;
    },
  });
}

async function pinned(setting: Setting = {}): Promise<PinnedPipeline> {
  const result = await pin(setting);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return PinnedPipeline.parse(result.pipeline);
}

test('a pipeline of the repository comes before a shipped one of the same name', async () => {
  expect((await pinned()).phases.map(({ id }) => id)).toEqual(['think', 'build', 'review']);
  expect((await pinned({ files: {} })).phases.map(({ id }) => id)).toEqual(['shipped']);
});

test('instructions of the repository come before shipped ones, and are kept as text', async () => {
  const textOf = async (files: Readonly<Record<string, string>>) => {
    const saved = new Map<string, string>();
    const { phases } = await pinned({ files, saved });
    return saved.get(phases[0]?.maker?.instructions.hash ?? '');
  };
  expect(await textOf(sound)).toBe('shipped thinking');
  expect(await textOf({ ...sound, '.millwright/instructions/think/SKILL.md': 'own thinking' })).toBe('own thinking');
});

test('a phase goes to the agent it names, else its route, else the default; a reviewer has a route of its own', async () => {
  const { phases } = await pinned();
  expect(phases.map(({ maker }) => maker?.agent ?? null)).toEqual(['c', 'a', null]);
  expect(phases[2]?.reviews.map(({ id, agent }) => `${id} ${agent}`)).toEqual(['security c', 'tests b', 'own a']);
});

test('a phase without a loop goes back to itself as often as the project allows attempts', async () => {
  const [think, build, review] = (await pinned()).phases;
  expect(think).toMatchObject({ loop: { to: 'think', max: 7 }, attempts: 7 });
  expect(build).toMatchObject({ loop: { to: 'build', max: 2 }, attempts: 2 });
  expect(review).toMatchObject({ loop: { to: 'build', max: 3 }, attempts: 7 });
});

test('all means every check of the project and what the core judges by itself, no checks means none', async () => {
  const { phases, checks } = await pinned();
  expect(phases.map((phase) => phase.checks)).toEqual([[], ['lint', 'unit', 'guard', 'criteria'], []]);
  expect(Object.keys(checks)).toEqual(['criteria', 'guard', 'lint', 'unit']);
});

test('only the agents that the pipeline uses are pinned', async () => {
  expect(Object.keys((await pinned()).agents)).toEqual(['a', 'b', 'c']);
});

test('money, sizes and durations arrive in their units', async () => {
  const { limits, phases } = await pinned();
  expect(limits).toMatchObject({ itemMicroUsd: 1_100_000, dayMicroUsd: null, copyBytes: 2_097_152, checkMs: 600_000 });
  expect(phases[0]?.limits).toEqual({ idleMs: 90_000, sessionMs: 3_600_000 });
  expect(phases[1]?.limits).toEqual({ idleMs: 90_000, sessionMs: 300_000 });
});

test('a phase may have the name of something that every object has', async () => {
  const text = 'name: own\nphases: [{ id: constructor, instructions: think, when: { } }]\n';
  expect((await pinned({ files: { '.millwright/pipelines/own.yaml': text } })).phases[0]?.maker?.agent).toBe('a');
});

test('the hash is that of the saved canonical JSON', async () => {
  const saved = new Map<string, string>();
  const result = await pin({ saved });
  if (!result.ok) throw new Error('not pinned');
  expect(saved.get(result.hash)).toBe(canonicalJson(result.pipeline));
  expect(PinnedPipeline.parse(JSON.parse(saved.get(result.hash) ?? ''))).toEqual(result.pipeline);
});

test('the hash stays when nothing with authority changes, and changes with everything that has', async () => {
  const hashOf = async (setting: Setting) => {
    const result = await pin(setting);
    return result.ok ? result.hash : 'refused';
  };
  const before = await hashOf({});
  expect(await hashOf({ project: `# a comment\n${project}` })).toBe(before);
  expect(
    await hashOf({
      project: project.replace(
        'unit: { run: npm test, kind: test }, lint: { run: lint, kind: lint }',
        'lint: { kind: lint, run: lint }, unit: { run: npm test, kind: test }',
      ),
    }),
  ).toBe(before);
  const others = await Promise.all([
    hashOf({ files: { ...sound, 'docs/build.md': 'build it well' } }),
    hashOf({ project: project.replace('npm test', 'npm run test') }),
    hashOf({ project: project.replace('attempts: 7', 'attempts: 8') }),
    hashOf({ project: `${project}protect: [a]\n` }),
    hashOf({ files: { ...sound, '.millwright/pipelines/own.yaml': pipeline.replace('max: 3', 'max: 4') } }),
  ]);
  expect(new Set([before, ...others]).size).toBe(others.length + 1);
});

test('nothing is saved when anything is wrong', async () => {
  const saved = new Map<string, string>();
  const result = await pin({ saved, files: { ...sound, 'docs/build.md': '' } });
  expect(result.ok).toBe(false);
  expect(saved.size).toBe(0);
});

test.each([
  ['a shipped one', 'onw', 'own'],
  ['one of the repository', 'carefull', 'careful'],
  ['nothing that is near', 'README', null],
])('an unknown pipeline is a problem, and suggests %s', async (_, name, suggestion) => {
  const folders: Readonly<Record<string, readonly string[]>> = {
    '.millwright/pipelines': ['careful.yaml', 'README.md'],
  };
  const result = await pinPipeline({
    ...projectOf(project),
    name,
    readFile: async () => null,
    listNames: async (folder) => folders[folder] ?? [],
    shipped,
    saveText: async () => '',
  });
  expect(result).toMatchObject({ ok: false, problems: [{ file: `.millwright/pipelines/${name}.yaml`, suggestion }] });
});

test('an unknown pipeline of the project is a problem where millwright.yaml names it', async () => {
  const result = await pinPipeline({
    ...projectOf(`${project}pipeline: onw\n`),
    name: 'onw',
    readFile: async () => null,
    listNames: async () => [],
    shipped,
    saveText: async () => '',
  });
  expect(result.ok ? [] : result.problems.map(formatProblem)).toEqual([
    'millwright.yaml:6:11  no pipeline is called "onw": neither .millwright/pipelines/onw.yaml nor a shipped one: did you mean "own"?',
  ]);
});

test('canonical JSON does not depend on the order of keys and loses nothing', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      expect(canonicalJson(reversed)).toBe(canonicalJson(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
