/** Each lint rule of the house, tried with a planted break of it, and with what it must let through. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { layers } from '../../scripts/layers.ts';
import { createLintConfig } from '../../scripts/lint-config.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const importing = (path: string) => `import { x } from '${path}';\n\nexport const y = x;\n`;
const lines = (count: number) => '// line\n'.repeat(count);

/** File, text, and the rule that must complain. */
const planted: readonly (readonly [string, string, string])[] = [
  ['src/machine/up.ts', importing('../steps/run.ts'), 'no-restricted-imports'],
  ['src/machine/out.ts', importing('../../scripts/layers.ts'), 'no-restricted-imports'],
  ['src/machine/inner/up.ts', importing('../../steps/run.ts'), 'no-restricted-imports'],
  ['src/machine/inner/deep/up.ts', importing('../../../steps/run.ts'), 'no-restricted-imports'],
  ['src/model/up.ts', importing('../machine/x.ts'), 'no-restricted-imports'],
  ['src/store/sideways.ts', importing('../git/x.ts'), 'no-restricted-imports'],
  ['src/steps/adapter.ts', importing('../agents/codex/x.ts'), 'no-restricted-imports'],
  ['src/steps/beside-the-port.ts', importing('../agents/other.ts'), 'no-restricted-imports'],
  ['src/agents/codex/sibling.ts', importing('../claude-code/x.ts'), 'no-restricted-imports'],
  ['src/sandbox/clone/sibling.ts', importing('../bubblewrap/x.ts'), 'no-restricted-imports'],
  ['src/engine/memory/sibling.ts', importing('../claims/x.ts'), 'no-restricted-imports'],
  ['src/engine/memory/store.ts', importing('../../store/postgres.ts'), 'no-restricted-imports'],
  ['src/machine/disk.ts', importing('node:fs/promises'), 'no-restricted-imports'],
  ['src/verify/process.ts', importing('execa'), 'no-restricted-imports'],
  ['src/verify/bare.ts', importing('fs'), 'prefer-node-protocol'],
  ['src/machine/clock.ts', 'export const now = () => Date.now();\n', 'no-restricted-properties'],
  ['src/machine/dice.ts', 'export const roll = () => Math.random();\n', 'no-restricted-properties'],
  ['src/machine/wait.ts', 'export const wait = () => setTimeout(() => 1, 1);\n', 'no-restricted-globals'],
  ['src/verify/host.ts', 'export const host = () => process.platform;\n', 'no-restricted-globals'],
  ['src/git/environment.ts', 'export const home = () => process.env;\n', 'no-restricted-properties'],
  ['src/git/imported-environment.ts', importing('node:process'), 'no-restricted-imports'],
  ['src/git/default.ts', 'export default 1;\n', 'no-default-export'],
  ['src/git/barrel.ts', "export * from './default.ts';\n", 'no-barrel-file'],
  ['src/git/swallow.ts', 'try {\n  JSON.parse("");\n} catch {}\n', 'no-empty'],
  ['src/git/circle-a.ts', "import type { B } from './circle-b.ts';\n\nexport type A = B | 1;\n", 'no-cycle'],
  ['src/git/circle-b.ts', "import type { A } from './circle-a.ts';\n\nexport type B = A | 2;\n", 'no-cycle'],
  ['src/git/long.ts', `export const x = 1;\n${lines(400)}`, 'max-lines'],
  ['src/git/long-function.ts', `export function f(): void {\n${lines(80)}}\n`, 'max-lines-per-function'],
  [
    'src/git/only.test.ts',
    "import { expect, test } from 'vitest';\n\ntest.only('x', () => expect(1).toBe(1));\n",
    'no-focused-tests',
  ],
];

const allowed: readonly (readonly [string, string])[] = [
  ['src/machine/down.ts', importing('../model/x.ts')],
  ['src/machine/inner/down.ts', importing('../../model/x.ts')],
  ['src/machine/inner/own.ts', importing('../down.ts')],
  ['src/machine/schema.ts', importing('zod')],
  ['src/machine/date.ts', 'export const parse = (text: string) => Date.parse(text);\n'],
  ['src/steps/port.ts', importing('../agents/agent.ts')],
  ['src/steps/folder.ts', importing('../git/land.ts')],
  ['src/agents/codex/own-port.ts', importing('../agent.ts')],
  ['src/agents/codex/own-file.ts', importing('./own-port.ts')],
  ['src/engine/memory/allowed-file.ts', importing('../../store/store.ts')],
  ['src/git/disk.ts', importing('node:fs')],
  ['src/app/environment.ts', 'export const home = () => process.env;\n'],
  ['src/git/no-circle.ts', "import type { A } from './circle-a.ts';\n\nexport type C = A;\n"],
  ['src/git/not-long.ts', `export const x = 1;\n${lines(398)}`],
  ['src/machine/clock.test.ts', `${importing('node:fs')}\nexport const now = [Date.now(), process.env];\n`],
];

/** Breaks that need types: linted in a run of their own, which takes longer. */
const plantedTyped: readonly (readonly [string, string, string])[] = [
  ['src/git/floating.ts', 'export function go(): void {\n  Promise.resolve(1);\n}\n', 'no-floating-promises'],
  [
    'src/git/switch.ts',
    "export function f(x: 'a' | 'b'): number {\n  switch (x) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}\n",
    'switch-exhaustiveness-check',
  ],
  [
    'src/git/default-case.ts',
    "export function f(x: 'a' | 'b'): number {\n  switch (x) {\n    case 'a':\n      return 1;\n    case 'b':\n      return 2;\n    default:\n      return 3;\n  }\n}\n",
    'switch-exhaustiveness-check',
  ],
  ['src/git/throw.ts', "export function f(): never {\n  throw 'text';\n}\n", 'only-throw-error'],
];

let tree = '';
let complaints: ReadonlyMap<string, readonly string[]> = new Map();

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'mw-lint-'));
  for (const [file, text] of [...planted, ...plantedTyped, ...allowed]) {
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    writeFileSync(join(tree, file), text);
  }
  writeFileSync(join(tree, '.oxlintrc.json'), JSON.stringify({ ...createLintConfig(layers), $schema: undefined }));
  // Without an ignore file tsgolint was seen to walk everything and hang.
  writeFileSync(join(tree, '.gitignore'), 'node_modules/\n');
  writeFileSync(
    join(tree, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        strict: true,
        module: 'nodenext',
        target: 'es2024',
        noEmit: true,
        types: [],
        allowImportingTsExtensions: true,
      },
      include: ['src'],
    }),
  );
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  complaints = lint(['--type-aware']);
}, 60_000);

afterAll(() => rmSync(tree, { recursive: true, force: true }));

/** Rules by file that complained. */
function lint(options: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/oxlint/bin/oxlint'), ...options, '-f', 'json'],
    {
      cwd: tree,
      env: { PATH: process.env['PATH'] ?? '', HOME: tree },
      encoding: 'utf8',
      timeout: 50_000,
      killSignal: 'SIGKILL',
    },
  );
  expect(stderr).toBe('');
  expect(status).toBe(1);
  const found = new Map<string, string[]>();
  for (const { filename, code } of (JSON.parse(stdout) as { diagnostics: { filename: string; code: string }[] })
    .diagnostics) {
    found.set(filename, [...(found.get(filename) ?? []), code]);
  }
  return found;
}

test.each([...planted, ...plantedTyped])('%s is refused', (file, _text, rule) => {
  expect(complaints.get(file)?.join(' ')).toContain(`(${rule})`);
});

test.each(allowed)('%s is let through', (file) => {
  expect(complaints.get(file)).toBeUndefined();
});

test('a refused import says what is allowed', () => {
  const config = JSON.stringify(createLintConfig(layers));
  expect(config).toContain('engine/ may import only: model, store/store.ts');
  expect(config).toContain('model/ may import only: nothing of ours');
});
