import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadProject } from '../config/load-project.ts';
import { pinPipeline } from '../config/pin-pipeline.ts';
import { readShipped } from '../config/shipped-files.ts';
import type { Evidence } from '../model/criterion.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import { findUnprovable } from './unprovable.ts';

const store = mkdtempSync(join(tmpdir(), 'mw-store-'));
afterAll(() => rmSync(store, { recursive: true }));

const shipped = await readShipped();

async function pin(
  phases: string,
  checks = 'checks: { test: { run: sh test.sh, kind: test } }\n',
): Promise<PinnedPipeline> {
  const loaded = loadProject(
    `version: 1\nagents: { maker: { adapter: command, command: sh a.sh, free: true } }\nroutes: { default: maker }\npipeline: own\n${checks}`,
  );
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const pinned = await pinPipeline({
    config: loaded.config,
    pipelineAt: loaded.pipelineAt,
    name: 'own',
    readFile: async (file) => (file.endsWith('own.yaml') ? `name: own\nphases:\n${phases}` : null),
    listNames: async () => [],
    shipped,
    saveText: async () => 'a'.repeat(64),
  });
  if (!pinned.ok) throw new Error(JSON.stringify(pinned.problems));
  return pinned.pipeline;
}

const build = '  - { id: build, instructions: build, output: build, checks: [all] }\n';
const unjudged = '  - { id: build, instructions: build, output: build }\n';
const maybe =
  '  - { id: verify, checks: [all], loop: { to: build, max: 2 }, when: { build.breaksCompatibility: true } }\n';
const always = '  - { id: verify, checks: [all], loop: { to: build, max: 2 } }\n';

const judge = async (pipeline: PinnedPipeline, evidence: Evidence) =>
  (
    await findUnprovable(
      { id: 'login/AC-1', action: 'implement', hash: '0'.repeat(16), evidence },
      { pipeline, rung: 'bubblewrap', holdouts: store },
    )
  )?.detail ?? null;

test('a test is evidence where a phase that nobody can leave out judges it', async () => {
  expect(await judge(await pin(build), { type: 'test' })).toBeNull();
  expect(await judge(await pin(unjudged + always), { type: 'test' })).toBeNull();
});

test('a phase that a maker’s own answer may leave out judges nothing for sure', async () => {
  const pipeline = await pin(unjudged + maybe);
  for (const evidence of [{ type: 'test' }, { type: 'hold-out' }, { type: 'command', check: 'test' }] as const)
    expect(await judge(pipeline, evidence)).toContain('may leave out phase verify');
});

test('a phase that judges its own work is not in danger from one that may be left out', async () => {
  expect(await judge(await pin(build + maybe), { type: 'test' })).toBeNull();
});

test('a pipeline without checks judges nothing', async () => {
  const pipeline = await pin(unjudged.replace(' }', ', approval: true }'), '');
  expect(await judge(pipeline, { type: 'test' })).toContain('runs none');
  expect(await judge(pipeline, { type: 'command', check: 'test' })).toContain('does not run');
  expect(await judge(pipeline, { type: 'hold-out' })).toContain('runs no check that could lead to it');
  expect(await judge(pipeline, { type: 'person' })).toBeNull();
});

test('a person is evidence where the pipeline asks one', async () => {
  expect(await judge(await pin(build), { type: 'person' })).toContain('asks nobody');
});
