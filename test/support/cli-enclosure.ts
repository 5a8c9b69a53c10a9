/** Runs `mw` in a view of the file system of its own, made by bubblewrap: with a small disk, or with most of it read-only. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { launcher, type Desk, type Ran } from './cli-desk.ts';

/**
 * Runs a shell script in which `mw NAME args…` runs `mw args…` and keeps how it ended under NAME. Everything that the
 * script started, the database included, ends with it.
 */
export async function runEnclosed(desk: Desk, view: readonly string[], script: string): Promise<(name: string) => Ran> {
  const notes = desk.folder('notes');
  const prelude = `
mw() {
  name=$1; shift
  ${process.execPath} ${launcher} "$@" > ${notes}/$name.out 2> ${notes}/$name.err
  echo $? > ${notes}/$name.code
}
`;
  const args = [
    '--die-with-parent',
    '--unshare-pid',
    ...view,
    '--dev',
    '/dev',
    '--proc',
    '/proc',
    '--bind',
    notes,
    notes,
    '--chdir',
    desk.repository,
  ];
  await new Promise<void>((resolve, reject) => {
    const child = spawn(
      'bwrap',
      [
        ...args,
        '--',
        '/bin/sh',
        '-c',
        `${prelude}${script}\n${process.execPath} ${launcher} down --now > /dev/null 2>&1`,
      ],
      {
        env: desk.env,
        stdio: ['ignore', 'ignore', 'pipe'],
        timeout: 60_000,
      },
    );
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.once('error', reject);
    child.once('close', (code) =>
      code === null || said.startsWith('bwrap:') ? reject(new Error(`the enclosure failed: ${said}`)) : resolve(),
    );
  });
  const read = (name: string) => readFileSync(join(notes, name), 'utf8');
  return (name) => ({ code: Number(read(`${name}.code`)), stdout: read(`${name}.out`), stderr: read(`${name}.err`) });
}
