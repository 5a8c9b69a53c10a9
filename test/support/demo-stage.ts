/** Runs the real `mw demo` from another folder, with a temporary folder of its own in which it must leave nothing. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launcher, type Ran } from './cli-desk.ts';

export interface DemoStage {
  readonly root: string;
  /** The only TMPDIR it knows. */
  readonly temporary: string;
  /** Runs `mw` with a HOME of its own. `hidden`: files and folders of this machine that are not there for it. */
  run(
    args: readonly string[],
    options?: {
      readonly env?: Readonly<Record<string, string>>;
      readonly hidden?: Hidden;
      readonly onOutput?: (text: string, child: ChildProcess) => void;
    },
  ): Promise<Ran>;
  /** What is left in the temporary folder and in HOME. */
  leftFiles(): readonly string[];
  /** Processes that belong to this stage. */
  leftProcesses(): readonly number[];
  close(): void;
}

export interface Hidden {
  readonly files?: readonly string[];
  readonly folders?: readonly string[];
}

export function openStage(): DemoStage {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'mw-stage-')));
  // The database's own account must be able to walk through, as it can through /tmp.
  chmodSync(root, 0o755);
  const [temporary, userHome, elsewhere] = ['tmp', 'user', 'else where'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [temporary, userHome, elsewhere]) mkdirSync(folder);
  const environment = { PATH: process.env['PATH'] ?? '', HOME: userHome, TMPDIR: temporary };
  const leftProcesses = () => processesOf(root);
  return {
    root,
    temporary,
    run(args, { env = {}, hidden = {}, onOutput = () => undefined } = {}) {
      const [program = '', ...words] = [...enclosure(hidden), process.execPath, launcher, ...args];
      const child = spawn(program, words, {
        cwd: elsewhere,
        env: { ...environment, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      return collect(child, onOutput);
    },
    leftFiles: () => [temporary, userHome].flatMap((folder) => readdirSync(folder).map((name) => join(folder, name))),
    leftProcesses,
    close() {
      for (const pid of leftProcesses()) process.kill(pid, 'SIGKILL');
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** A view of this machine in which some things are missing; nothing else is different. */
function enclosure({ files = [], folders = [] }: Hidden): readonly string[] {
  if (files.length + folders.length === 0) return [];
  const rights = process.getuid?.() === 0 ? ['--cap-add', 'ALL'] : [];
  const covers = [
    ...files.flatMap((file) => ['--ro-bind', '/dev/null', file]),
    ...folders.flatMap((folder) => ['--tmpfs', folder]),
  ];
  return ['bwrap', '--dev-bind', '/', '/', ...rights, ...covers, '--'];
}

function collect(child: ChildProcess, onOutput: (text: string, child: ChildProcess) => void): Promise<Ran> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    onOutput(stdout, child);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** By what they work in, what they were called with, and what they were given. */
function processesOf(root: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) =>
      [
        () => readlinkSync(`/proc/${name}/cwd`),
        () => readFileSync(`/proc/${name}/cmdline`, 'latin1'),
        () => readFileSync(`/proc/${name}/environ`, 'latin1'),
      ].some((look) => attempt(look).includes(root)),
    )
    .map(Number);
}

function attempt(look: () => string): string {
  try {
    return look();
  } catch {
    // Gone meanwhile, or somebody else's.
    return '';
  }
}
