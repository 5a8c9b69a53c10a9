/** Starts the wrapper of one session. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../model/user-error.ts';
import type { Enclosed } from '../sandbox.ts';
import { findSystemTool, installLine, systemPath } from '../system-tool.ts';
import { readProc } from './process-table.ts';
import { sessionMarker } from './trace.ts';
import { lostTheRace, wrapperScript, writeProgramScript } from './wrapper.ts';

/** What a wrapper needs to know; the rest of a session's description concerns its worker. */
export interface StartSpec {
  readonly directory: string;
  readonly enclosed: Enclosed;
  readonly stdin: string;
  readonly egress: { readonly socket: string; readonly allow: readonly string[] } | null;
  readonly wallMs: number;
}

/** Our own modules are .ts in a checkout and .js once published. */
const egressMain = fileURLToPath(new URL(`../egress/egress-main${extname(import.meta.url)}`, import.meta.url));

/** An open file without a name, positioned at its start: nothing is left on disk, whoever is killed when. */
function openNameless(directory: string, content: Uint8Array): number {
  const path = join(directory, `nameless-${randomUUID()}`);
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  unlinkSync(path);
  // Written at explicit positions, which leaves the descriptor's own position at 0 for whoever inherits it.
  for (let at = 0; at < content.length;) at += writeSync(fd, content, at, content.length - at, at);
  return fd;
}

/** The stdin of the session as a file of that name, and this starter's own descriptor of it, even if another races. */
function openStdin(directory: string, text: string): number {
  const path = join(directory, `stdin-${randomUUID()}`);
  writeFileSync(path, text, { mode: 0o600 });
  const fd = openSync(path, constants.O_RDONLY);
  renameSync(path, join(directory, 'stdin'));
  return fd;
}

/**
 * Descriptors that this worker was itself started with reach every child of it. They are covered by an empty file;
 * the gaps stay `ignore`, which for numbers above 2 leaves a number as it is. Those that Node opened close themselves.
 */
function coverInherited(stdio: readonly (number | 'ignore')[], nothing: number): (number | 'ignore')[] {
  const closesItself = 0o2000000;
  const isInherited = (fd: number) => {
    const info = readProc(`/proc/self/fdinfo/${fd}`);
    return info !== null && (Number.parseInt(/^flags:\s+([0-7]+)/m.exec(info)?.[1] ?? '0', 8) & closesItself) === 0;
  };
  const leaks = readdirSync('/proc/self/fd')
    .map(Number)
    .filter((fd) => fd > 2 && isInherited(fd));
  const covered: (number | 'ignore')[] = [...stdio];
  for (const fd of leaks) {
    while (covered.length <= fd) covered.push('ignore');
    if (covered[fd] === 'ignore') covered[fd] = nothing;
  }
  return covered;
}

function requireTool(name: string, packageName: string): string {
  const path = findSystemTool(name);
  if (path !== null) return path;
  throw new UserError(
    'tool-missing',
    `The program ${name} is not installed; sessions need it.`,
    installLine(packageName),
  );
}

/** The directory of the session that a command line is the wrapper of; `null` for any other program. */
export function readWrapperCommand(argv: readonly string[]): string | null {
  const [, flag, script, name, directory] = argv;
  return flag === '-c' && script === wrapperScript && name === wrapperName ? (directory ?? null) : null;
}

/** What the wrapper calls itself. */
const wrapperName = 'session';

/** Spawns the wrapper; the promise settles when it has ended. Throws when the machine cannot even run a shell. */
export function startWrapper(spec: StartSpec): Promise<void> {
  const { directory, enclosed, egress } = spec;
  const script = writeProgramScript({
    ...enclosed,
    env: { ...enclosed.env, [sessionMarker(directory).name]: sessionMarker(directory).value },
    marksStart: enclosed.marksStart === true,
    timeout: requireTool('timeout', 'coreutils'),
    wallMs: spec.wallMs,
  });
  const proxy =
    egress === null
      ? []
      : [process.execPath, egressMain, egress.socket, join(directory, 'egress.jsonl'), egress.allow.join(',')];
  const errors = join(directory, 'wrapper.err');
  const fds = [
    openStdin(directory, spec.stdin),
    openSync(errors, 'a', 0o600),
    openNameless(directory, Buffer.from(script)),
    openNameless(directory, new Uint8Array()),
    ...(enclosed.inputs ?? []).map((input) => openNameless(directory, input)),
  ] as const;
  const nothing = openSync('/dev/null', constants.O_RDONLY);
  const [stdin, stderr, program, mark, ...inputs] = fds;
  const { name, value } = sessionMarker(directory);
  const child = spawn(requireTool('sh', 'dash'), ['-c', wrapperScript, wrapperName, directory, ...proxy], {
    cwd: '/',
    env: { PATH: systemPath, [name]: value },
    detached: true,
    stdio: coverInherited([stdin, 'ignore', stderr, program, mark, 'ignore', ...inputs], nothing),
  });
  for (const fd of [...fds, nothing]) closeSync(fd);
  // Whoever waits for it has timers of its own; a caller that has handed the session on must be able to end.
  child.unref();
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exitCode) => {
      if (exitCode === 70)
        reject(new Error(`the session in ${directory} could not be claimed: ${readFileSync(errors, 'utf8').trim()}`));
      else if (exitCode === 0 || exitCode === lostTheRace || exitCode === null) resolve();
      else
        reject(new Error(`the wrapper of ${directory} ended with ${exitCode}: ${readFileSync(errors, 'utf8').trim()}`));
    });
  });
}
