/** How long the real Stryker takes for 500 changed lines, and what the tests of the corpus notice of them. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { percentOf, readMutationReport, type ChangedLines } from '../../src/verify/mutation-report.ts';
import { fixtures } from './tasks.ts';

const modules = join(import.meta.dirname, '../../test/agents/stryker/node_modules');
const wantedLines = 500;

const config = {
  testRunner: 'vitest',
  reporters: ['json'],
  jsonReporter: { fileName: 'mutation.json' },
  coverageAnalysis: 'perTest',
};
/** What docs/mutation.md advises: a mutant that never ends costs a second and not five, and constants of a module are left out. */
const advised = { ...config, ignoreStatic: true, timeoutMS: 1_000 };

export function measureMutation(): void {
  console.log('\n### Mutants on 500 changed lines\n');
  if (!existsSync(modules)) {
    console.log('not measured: Stryker is not installed; run node test/agents/install.ts stryker');
    return;
  }
  console.log('| settings | lines | mutants | noticed | seconds |\n|---|---|---|---|---|');
  for (const [name, settings] of [
    ['its own', config],
    ['advised', advised],
  ] as const) {
    const folder = mkdtempSync(join(tmpdir(), 'mw-mutation-'));
    try {
      console.log(`| ${name} | ${measure(folder, settings)} |`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

function measure(folder: string, settings: object): string {
  const { changed, lines } = layOut(folder, settings);
  const ranges = [...changed].map(([path, [range]]) => `${path}:${range?.[0]}-${range?.[1]}`).join(',');
  const program = join(modules, '@stryker-mutator/core/bin/stryker.js');
  const startedAt = performance.now();
  const { stdout, status } = spawnSync(process.execPath, [program, 'run', '--mutate', ranges], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, CI: '1' },
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  if (status !== 0) throw new Error(`stryker ended with ${status}: ${stdout.slice(-2_000)}`);
  const reading = readMutationReport(
    readFileSync(join(folder, 'mutation.json'), 'utf8'),
    changed,
    (path) => readFileSync(join(folder, path), 'utf8'),
    (text) => text,
    new Set(),
  );
  if (reading.type !== 'scored') throw new Error(reading.why);
  const { killed, survivors, setAside } = reading.score;
  const mutants = killed + survivors.length + setAside;
  return [lines, mutants, `${percentOf(reading.score)} %`, seconds.toFixed(0)].join(' | ');
}

/** Programs of the corpus with their visible tests, until there are enough lines. */
function layOut(folder: string, settings: object): { changed: ChangedLines; lines: number } {
  for (const name of ['src', 'test']) mkdirSync(join(folder, name));
  symlinkSync(modules, join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'stryker.config.json'), JSON.stringify(settings));
  const changed = new Map<string, [number, number][]>();
  let lines = 0;
  for (const task of readdirSync(fixtures)
    .filter((each) => /^\d/.test(each))
    .sort()) {
    const length = readFileSync(join(fixtures, task, 'reference.mjs'), 'utf8')
      .trimEnd()
      .split('\n').length;
    const tests = readFileSync(join(fixtures, task, 'visible.test.mjs'), 'utf8');
    if (lines + length > wantedLines + 10 || !tests.includes("import test from 'node:test'")) continue;
    cpSync(join(fixtures, task, 'reference.mjs'), join(folder, 'src', `${task}.mjs`));
    const adapted = tests
      .replace("import test from 'node:test'", "import { test } from 'vitest'")
      .replace("'./solution.mjs'", `'../src/${task}.mjs'`);
    writeFileSync(join(folder, 'test', `${task}.test.mjs`), adapted);
    changed.set(`src/${task}.mjs`, [[1, length]]);
    lines += length;
  }
  return { changed, lines };
}
