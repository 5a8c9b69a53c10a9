import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { distributions, resolveCodex } from './codex/native-program.ts';
import { findExecutable, resolveCommand } from './program.ts';

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'mw-program-')));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function writeProgram(path: string, content: string): Promise<string> {
  const full = join(root, path);
  await mkdir(join(full, '..'), { recursive: true });
  await writeFile(full, content);
  await chmod(full, 0o755);
  return full;
}

const host = (searchPath: string) => ({ searchPath, userHome: root, node: '/opt/node' });

describe('a program', () => {
  test('is the first executable file of its name on the search path', async () => {
    await mkdir(join(root, 'a/tool'), { recursive: true });
    await writeFile(join(root, 'tool'), 'not executable');
    const tool = await writeProgram('b/tool', '');
    expect(await findExecutable('tool', `${root}/none:${root}/a:${root}:${root}/b`)).toBe(tool);
    expect(await findExecutable(tool, '')).toBe(tool);
    expect(await findExecutable('tool', `${root}/a:${root}`)).toBeNull();
    expect(await findExecutable('./tool', `${root}/b`)).toBeNull();
    expect(await findExecutable('tool', '.:')).toBeNull();
  });

  test('that is a link to a binary is started and shown as that one file', async () => {
    const real = await writeProgram('versions/2.1/tool', '\x7fELF');
    await mkdir(join(root, 'bin'));
    await symlink(real, join(root, 'bin/tool'));
    expect(await resolveCommand(['tool', '--flag'], host(join(root, 'bin')))).toEqual({
      argv: [real, '--flag'],
      readOnly: [real],
    });
  });

  test('that is a Node script is run by the host’s node and shown with what it is installed with', async () => {
    const script = await writeProgram('lib/node_modules/tool/cli.js', '#!/usr/bin/env node\n');
    await mkdir(join(root, 'bin'));
    await symlink(script, join(root, 'bin/tool'));
    expect(await resolveCommand(['tool'], host(join(root, 'bin')))).toEqual({
      argv: ['/opt/node', script],
      readOnly: ['/opt/node', join(root, 'lib/node_modules')],
    });
  });

  test('that is not there is left as it is written', async () => {
    expect(await resolveCommand(['tool', 'x'], host(root))).toEqual({ argv: ['tool', 'x'], readOnly: [] });
  });
});

describe('Codex', () => {
  test('is started without its npm launcher, and only its native folder is shown', async () => {
    const launcher = await writeProgram('node_modules/@openai/codex/bin/codex.js', '#!/usr/bin/env node\n');
    const [name, target] = distributions[`${process.platform}-${process.arch}`] ?? ['', ''];
    const folder = join(root, 'node_modules', name, 'vendor', target);
    await mkdir(join(root, 'bin'));
    await symlink(launcher, join(root, 'bin/codex'));
    const before = await resolveCodex({ adapter: 'codex' }, host(join(root, 'bin')));
    expect(before.argv).toEqual(['/opt/node', launcher]);

    await writeProgram(join('node_modules', name, 'package.json'), '{}');
    await writeProgram(join('node_modules', name, 'vendor', target, 'bin/codex'), '\x7fELF');
    expect(await resolveCodex({ adapter: 'codex' }, host(join(root, 'bin')))).toEqual({
      argv: [join(folder, 'bin/codex')],
      readOnly: [folder],
    });
  });
});
