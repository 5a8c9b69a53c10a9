/** bin/mw.cjs in a temporary package, with a stub for the program. */
import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const launcher = fileURLToPath(new URL('../../bin/mw.cjs', import.meta.url));
const stub = `
const words: readonly string[] = process.argv.slice(2);
if (words[0] === 'wait') {
  process.on('SIGTERM', () => process.exit(42));
  setTimeout(() => process.exit(1), 20_000);
}
console.log(JSON.stringify(words));
if (words[0] === 'exit') process.exitCode = Number(words[1]);
if (words[0] === 'die') process.kill(process.pid, 'SIGTERM');
`;

let root = '';
const state = () => join(root, 'state');

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mw-launcher-'));
  for (const folder of ['bin', 'src/cli', 'home']) mkdirSync(join(root, folder), { recursive: true });
  copyFileSync(launcher, join(root, 'bin/mw.cjs'));
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  writeFileSync(join(root, 'src/cli/main.ts'), stub);
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function mw(args: readonly string[], env: Readonly<Record<string, string>> = { MW_HOME: state() }) {
  const ended = spawnSync(process.execPath, [join(root, 'bin/mw.cjs'), ...args], {
    env: { HOME: join(root, 'home'), PATH: '/usr/bin:/bin', ...env },
    encoding: 'utf8',
  });
  return { exitCode: ended.status, signal: ended.signal, stdout: ended.stdout, stderr: ended.stderr };
}

/** Makes the Node that runs the tests look too old. */
function demandNewerNode(): void {
  const text = readFileSync(launcher, 'utf8');
  expect(text).toContain('var needed = 24;');
  writeFileSync(
    join(root, 'bin/mw.cjs'),
    text.replace('var needed = 24;', 'var needed = 99; if (process.env.MW_NEWER) needed = 0;'),
  );
}

/** A `node` package whose binary is the Node that runs the tests, and says so to the launcher. */
function installNodePackage(version: string): void {
  const folder = join(root, 'node_modules/node');
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'node', version }));
  writeFileSync(join(folder, 'bin/node'), `#!/bin/sh\nMW_NEWER=1 exec '${process.execPath}' "$@"\n`, { mode: 0o755 });
}

test('it starts the program with its arguments and ends with its exit code', () => {
  expect(mw(['add', 'two words'])).toEqual({ exitCode: 0, signal: null, stdout: '["add","two words"]\n', stderr: '' });
  expect(mw(['exit', '7']).exitCode).toBe(7);
});

test('it starts through a link, as npm installs it', () => {
  symlinkSync(join(root, 'bin/mw.cjs'), join(root, 'mw'));
  const ended = spawnSync(process.execPath, [join(root, 'mw'), 'x'], { env: { MW_HOME: state() }, encoding: 'utf8' });
  expect(ended.stdout).toBe('["x"]\n');
});

test('the built program goes before the sources', () => {
  mkdirSync(join(root, 'dist/cli'), { recursive: true });
  writeFileSync(join(root, 'dist/cli/main.js'), "console.log('built');");
  expect(mw([]).stdout).toBe('built\n');
});

test('compiled code is kept below MW_HOME once that is there, and making it is left to the program', () => {
  mw([]);
  expect(existsSync(state())).toBe(false);
  mkdirSync(state(), { recursive: true });
  mw([]);
  expect(existsSync(join(state(), 'cache/node'))).toBe(true);
  expect(existsSync(join(root, 'home/.local'))).toBe(false);
});

test('without MW_HOME the state folder of the XDG rules is taken', () => {
  mkdirSync(join(root, 'xdg/millwright'), { recursive: true });
  mkdirSync(join(root, 'home/.local/state/millwright'), { recursive: true });
  mw([], { XDG_STATE_HOME: join(root, 'xdg') });
  expect(existsSync(join(root, 'xdg/millwright/cache/node'))).toBe(true);
  mw([], { XDG_STATE_HOME: 'relative' });
  expect(existsSync(join(root, 'home/.local/state/millwright/cache/node'))).toBe(true);
});

test('a state folder that cannot be made does not stop it', () => {
  writeFileSync(join(root, 'file'), '');
  expect(mw(['x'], { MW_HOME: join(root, 'file/state') })).toMatchObject({ exitCode: 0, stdout: '["x"]\n' });
});

test('a program that cannot be loaded is a failure, with its error', () => {
  writeFileSync(join(root, 'src/cli/main.ts'), "throw new Error('broken');");
  expect(mw([])).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('broken') as string });
});

test('an old Node without a newer one beside it is told what to type', () => {
  demandNewerNode();
  const ended = mw(['add', "it's"]);
  expect(ended.exitCode).toBe(1);
  expect(ended.stderr).toContain(`mw needs Node.js 99 or newer; this is ${process.version}`);
  expect(ended.stderr).toContain(`Next: npx --yes node@99 ${join(root, 'bin/mw.cjs')} add 'it'\\''s'`);
  expect(ended.stderr).not.toContain('    at ');
});

test('an old Node hands over to an installed node package, and passes on how it ended', () => {
  demandNewerNode();
  installNodePackage('99.1.0');
  expect(mw(['add', 'x y'])).toMatchObject({ exitCode: 0, stdout: '["add","x y"]\n' });
  expect(mw(['exit', '7']).exitCode).toBe(7);
  expect(mw(['die']).signal).toBe('SIGTERM');
});

test('a node package that is too old as well is not taken', () => {
  demandNewerNode();
  installNodePackage('98.0.0');
  expect(mw([]).exitCode).toBe(1);
});

test('a signal to the old Node reaches the program', async () => {
  demandNewerNode();
  installNodePackage('99.1.0');
  const child = spawn(process.execPath, [join(root, 'bin/mw.cjs'), 'wait'], {
    env: { MW_HOME: state() },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  child.stdout.once('data', () => child.kill('SIGTERM'));
  expect(await ended).toBe(42);
});

test('the launcher holds nothing that an old parser refuses', () => {
  const code = readFileSync(launcher, 'utf8').replaceAll(/^\s*\/\/.*$|\/\*\*.*\*\/$/gm, '');
  expect(code).not.toMatch(/=>|`|\b(?:const|let|class|async|await)\b|\?\?|\?\.|\.\.\.|\bcatch \{|,\s*[)\]}]/);
});
