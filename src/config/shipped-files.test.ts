import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { findStale, renderSchemas, schemaFolder } from '../../scripts/schemas.ts';
import { phaseResultNames, phaseResults } from '../model/phase-result.ts';
import { breakerInstructions } from '../model/pipeline.ts';
import { Review } from '../model/outcome.ts';
import { describePipeline } from './describe-pipeline.ts';
import { loadProject } from './load-project.ts';
import { pinPipeline } from './pin-pipeline.ts';
import { formatProblem } from './problem.ts';
import { readSkill } from './read-skill.ts';
import { phaseResultSchema } from './resolve-reference.ts';
import { listShipped, readShipped } from './shipped-files.ts';

const shipped = await readShipped();
const project = (checks: string) => `version: 1\nagents: { a: { adapter: codex } }\nroutes: { default: a }\n${checks}`;

async function pinShipped(name: string, checks: string) {
  const loaded = loadProject(project(checks));
  if (!loaded.ok) throw new Error('the test’s own configuration is broken');
  const input = {
    config: loaded.config,
    pipelineAt: loaded.pipelineAt,
    name,
    readFile: async () => null,
    listNames: async () => [],
    shipped,
    saveText: async () => '0'.repeat(64),
  };
  return pinPipeline(input);
}

test.each(listShipped(shipped).pipelines)(
  'the shipped pipeline $name is sound and says what it is for',
  async ({ name, description }) => {
    const pinned = await pinShipped(name, 'checks: { test: { run: npm test, kind: test } }\n');
    expect(pinned.ok ? [] : pinned.problems.map(formatProblem)).toEqual([]);
    expect(description.length).toBeGreaterThan(30);
  },
);

test('the pipelines that write programs are refused where there is no check, the one for documents is not', async () => {
  const refused = async (name: string) => !(await pinShipped(name, '')).ok;
  expect([await refused('engineering'), await refused('quick'), await refused('document')]).toEqual([
    true,
    true,
    false,
  ]);
});

test('small items skip research and design, never the spec, the build or the review', async () => {
  const pinned = await pinShipped('engineering', 'checks: { test: { run: npm test, kind: test } }\n');
  if (!pinned.ok) throw new Error('not pinned');
  const always = pinned.pipeline.phases.filter(({ when }) => when === null).map(({ id }) => id);
  expect(always).toEqual(['triage', 'spec', 'build', 'review']);
  expect(pinned.pipeline.phases.at(-1)?.reviews).toHaveLength(9);
});

test('only the phases that build or write may change files', async () => {
  const writers = await Promise.all(
    [...shipped.pipelines.keys()].map(async (name) => {
      const pinned = await pinShipped(name, 'checks: { test: { run: npm test, kind: test } }\n');
      return pinned.ok
        ? pinned.pipeline.phases.flatMap(({ id, maker }) => (maker?.writes === true ? [`${name}/${id}`] : []))
        : [];
    }),
  );
  expect(writers.flat().sort()).toEqual([
    'adopt/adopt',
    'document/write',
    'engineering/build',
    'first-tests/tests',
    'fix/amend-instructions',
    'fix/amend-spec',
    'fix/mend',
    'holdout/examine',
    'intake/interview',
    'planning/split',
    'quick/build',
  ]);
});

test.each([...shipped.instructions])(
  'the instructions %s are named, described, and 20 to 60 lines long',
  (name, text) => {
    const skill = readSkill(text);
    expect(skill.name).toBe(name);
    expect(skill.description?.length).toBeGreaterThan(40);
    const lines = text.trimEnd().split('\n').length;
    expect(lines).toBeGreaterThanOrEqual(20);
    expect(lines).toBeLessThanOrEqual(60);
  },
);

test('every maker is told of its honest exits, every reviewer of its verdict', () => {
  for (const [name, text] of shipped.instructions) {
    // Both answer about the work of others, and leaving without an answer is no pass.
    if (name === 'break' || name === 'judge-cases') continue;
    if (name.startsWith('review-')) expect(text, name).toMatch(/## Verdict[\s\S]*\*\*fail\*\* exactly when/);
    else
      for (const exit of ['no-change-needed', 'spec-conflict', 'question']) expect(text, name).toContain(`**${exit}**`);
  }
});

test('no shipped instructions are left that no shipped pipeline uses', () => {
  const pipelines = [...shipped.pipelines.values()].join('\n');
  const breakers = new Set(/breaker: /.test(pipelines) ? Object.values(breakerInstructions({})) : []);
  const unused = [...shipped.instructions.keys()].filter(
    (name) =>
      !breakers.has(name) && !new RegExp(`instructions: ${name}[ ,]|instructions: ${name}$`, 'm').test(pipelines),
  );
  expect(unused).toEqual([]);
});

test('a text without readable front matter is all body', () => {
  expect(readSkill('# Title\n')).toEqual({ name: null, description: null, body: '# Title' });
  expect(readSkill('---\na: b: c\n---\nx')).toMatchObject({ name: null, body: '---\na: b: c\n---\nx' });
  expect(readSkill('---\r\nname: n\r\ndescription: d\r\n---\r\nbody')).toEqual({
    name: 'n',
    description: 'd',
    body: 'body',
  });
});

test('a missing folder of shipped files is a broken installation, not a user’s mistake', async () => {
  await expect(readShipped('/nowhere/at/all')).rejects.toThrow(/ENOENT/);
});

/** Every property of a schema with what describes it, depth first. */
function propertiesOf(
  schema: Record<string, unknown>,
  path = '',
): readonly { path: string; required: boolean; description: unknown }[] {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Record<string, unknown>>);
  const required = (schema['required'] ?? []) as readonly string[];
  const inside = [schema['items'], schema['additionalProperties'], ...((schema['anyOf'] ?? []) as unknown[])]
    .filter((each): each is Record<string, unknown> => typeof each === 'object' && each !== null)
    .flatMap((each) => propertiesOf(each, `${path}[]`));
  const here = properties.flatMap(([name, property]) => [
    { path: `${path}.${name}`, required: required.includes(name), description: property['description'] },
    ...propertiesOf(property, `${path}.${name}`),
  ]);
  return [...here, ...inside];
}

test.each(phaseResultNames)(
  'the schema of %s compiles, describes and requires every field, and allows no other',
  (name) => {
    const schema = phaseResultSchema(name);
    new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);
    const properties = propertiesOf(schema);
    expect(properties.filter(({ description }) => typeof description !== 'string')).toEqual([]);
    expect(properties.filter(({ required }) => !required)).toEqual([]);
    expect(schema['additionalProperties']).toBe(false);
  },
);

test('what the review schema asks for is what the core takes as a review', () => {
  const review = { verdict: 'fail', findings: [{ severity: 'major', title: 't', file: null, line: 3, evidence: 'e' }] };
  expect(phaseResults.review.parse(review)).toEqual(Review.parse(review));
});

test('every key of millwright.yaml and of a pipeline is described in its schema', () => {
  for (const file of ['millwright.schema.json', 'pipeline.schema.json']) {
    const schema = JSON.parse(renderSchemas().get(file) ?? '{}') as Record<string, unknown>;
    const undescribed = propertiesOf(schema).filter(({ description }) => typeof description !== 'string');
    expect(undescribed.map(({ path }) => path)).toEqual([]);
  }
});

test('the schemas on disk are fresh, and one that is changed, missing or left over is found', async () => {
  const wanted = renderSchemas();
  expect(await findStale(schemaFolder, wanted)).toEqual([]);
  const folder = await mkdtemp(join(tmpdir(), 'mw-schemas-'));
  try {
    for (const [name, text] of wanted) await writeFile(join(folder, name), text);
    expect(await findStale(folder, wanted)).toEqual([]);
    await writeFile(join(folder, 'spec.result.schema.json'), '{}');
    await writeFile(join(folder, 'old.schema.json'), '{}');
    await rm(join(folder, 'prd.result.schema.json'));
    expect(await findStale(folder, wanted)).toEqual([
      'old.schema.json',
      'prd.result.schema.json',
      'spec.result.schema.json',
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('who takes every check and has no tests goes without a breaker, and is told', async () => {
  const pinned = await pinShipped('engineering', 'checks: { lint: { run: npm run lint, kind: lint } }\n');
  if (!pinned.ok) throw new Error(pinned.problems.map(formatProblem).join('\n'));
  expect(pinned.pipeline.phases.some(({ breaker }) => breaker !== undefined)).toBe(false);
  expect(describePipeline(pinned.pipeline)).toContain('left out: breaker: no check of kind test could run its cases');
});
