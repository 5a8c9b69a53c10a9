/** A generated repository with a long past, made once and kept until the process ends. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { writePast, type PastFacts, type PastSize } from './past.ts';

export interface OldRepository extends PastFacts {
  readonly folder: string;
  readonly repository: string;
  /** The whole environment of what runs here. */
  readonly env: Readonly<Record<string, string>>;
  remove(): void;
}

const config = `version: 1
agents:
  stand-in: { adapter: command, command: ["true"], free: true }
routes: { default: stand-in }
pipeline: quick
checks:
  works: { run: "true", kind: command }
sandbox: { rung: clone }
`;

/** Made when it is first asked for, and removed when the process ends. */
export function openOnce(size: PastSize): () => Promise<OldRepository> {
  let made: Promise<OldRepository> | null = null;
  return () => {
    made ??= makeOldRepository(size).then((old) => {
      process.once('exit', () => old.remove());
      // A signal ends a process without that event.
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => old.remove());
      return old;
    });
    return made;
  };
}

async function makeOldRepository(size: PastSize): Promise<OldRepository> {
  const folder = mkdtempSync(join(tmpdir(), 'mw-bench-old-'));
  // The private database of a root's home runs as another user.
  chmodSync(folder, 0o755);
  const repository = join(folder, 'repository');
  mkdirSync(repository);
  const env = {
    HOME: folder,
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    MW_HOME: join(folder, 'home'),
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
  };
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: repository, env });
    git('init', '-q', '-b', 'main');
    git('config', 'gc.auto', '0');
    const facts = await importPast(repository, env, size);
    git('update-ref', '-d', 'refs/heads/side');
    git('checkout', '-q', 'main');
    return { ...facts, folder, repository, env, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

async function importPast(cwd: string, env: Readonly<Record<string, string>>, size: PastSize): Promise<PastFacts> {
  const child = spawn('git', ['-c', 'core.compression=1', 'fast-import', '--quiet', '--force'], {
    cwd,
    env: { ...env },
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = once(child, 'close');
  const past = writePast(size, config);
  for (;;) {
    const next = past.next();
    if (next.done === true) {
      child.stdin.end();
      const [code] = (await ended) as [number | null];
      if (code !== 0) throw new Error(`git fast-import: exit code ${code}`);
      return next.value;
    }
    if (!child.stdin.write(next.value, 'latin1')) await once(child.stdin, 'drain');
  }
}
