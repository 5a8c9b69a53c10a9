/**
 * The project's dependencies: its setup command runs once per lockfiles in a sandbox of its own. Working copies see the
 * result read-only, or, where nothing can be mounted, get a copy of their own: none can poison another.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lockfilesOf } from '../config/lockfiles.ts';
import { discard } from '../git/discard.ts';
import { listFilesAt, readFilesAt } from '../git/history.ts';
import type { TrustedRepository } from '../git/trusted-repository.ts';
import { listProduced } from '../git/produced.ts';
import { prepareWorkingCopy, workingCopyAt } from '../git/working-copy.ts';
import type { ItemId } from '../model/id.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import type { SandboxRung } from '../model/sandbox-rung.ts';
import type { Overlay } from '../sandbox/sandbox.ts';
import { excerptOutput } from '../verify/excerpt.ts';
import type { StepContext } from './context.ts';
import { StepAborted } from './context.ts';
import { discardHalfMade, draftOf, sessionOf } from './half-made.ts';
import { runCommand } from './run-command.ts';

export interface Environment {
  /** Identifies what the setup produced. */
  readonly key: string;
  /** The prepared tree; `null` when the project has no setup command. */
  readonly tree: string | null;
  /** Paths in the tree that the setup made, such as `node_modules`. */
  readonly paths: readonly string[];
}

export type EnvironmentOutcome =
  | { readonly type: 'ready'; readonly environment: Environment }
  | { readonly type: 'failed'; readonly detail: string };

const none: Environment = { key: 'none', tree: null, paths: [] };
const building = new Map<string, Promise<EnvironmentOutcome>>();

/**
 * The environment of a commit, made now if nobody has made it. What is made from an accepted commit is shared by all
 * items; a candidate that changes a lockfile gets one of its own, because its own scripts ran in the making.
 */
export async function prepareEnvironment(
  input: {
    readonly project: string;
    readonly pipeline: PinnedPipeline;
    readonly rung: SandboxRung;
    readonly trusted: TrustedRepository;
    readonly gitDir: string;
    readonly commit: string;
    readonly candidateOf: ItemId | null;
  },
  context: StepContext,
  signal: AbortSignal,
): Promise<EnvironmentOutcome> {
  if (input.pipeline.setup === null) return { type: 'ready', environment: none };
  const { environments } = context.home.project(input.project);
  const shared = await environmentKey(input);
  const accepted = await readReady(join(environments, shared), shared);
  if (accepted !== null) return { type: 'ready', environment: accepted };
  const key = input.candidateOf === null ? shared : `${shared}.${input.candidateOf}`;
  const directory = join(environments, key);
  const ready = await readReady(directory, key);
  if (ready !== null) return { type: 'ready', environment: ready };
  const running = building.get(directory);
  if (running !== undefined) return running;
  const made = build(input, { key, directory }, context, signal).finally(() => building.delete(directory));
  building.set(directory, made);
  return made;
}

async function environmentKey({
  gitDir,
  commit,
  pipeline,
  rung,
}: Parameters<typeof prepareEnvironment>[0]): Promise<string> {
  const names = lockfilesOf(await listFilesAt(gitDir, commit, ''));
  const contents = await readFilesAt(gitDir, commit, names);
  const digest = createHash('sha256').update(
    JSON.stringify([pipeline.setup, pipeline.network.setup, pipeline.readOnly, rung]),
  );
  for (const name of [...names].sort()) digest.update(`\0${name}\0`).update(contents.get(name) ?? '');
  return digest.digest('hex').slice(0, 32);
}

async function build(
  { pipeline, rung, gitDir, commit }: Parameters<typeof prepareEnvironment>[0],
  { key, directory }: { key: string; directory: string },
  context: StepContext,
  signal: AbortSignal,
): Promise<EnvironmentOutcome> {
  const draft = draftOf(directory);
  await discardHalfMade(draft);
  await mkdir(draft, { recursive: true, mode: 0o700 });
  const copy = await prepareWorkingCopy({ directory: draft, gitDir, commit, agentGit: null, signal });
  const home = join(draft, 'home');
  await mkdir(home, { mode: 0o700 });
  const end = await runCommand(
    {
      directory: sessionOf(draft),
      rung,
      argv: ['/bin/sh', '-c', pipeline.setup ?? 'true'],
      stdin: '',
      workdir: copy.tree,
      writable: [copy.tree, home],
      readOnly: pipeline.readOnly,
      overlays: [],
      env: { HOME: home, CI: '1' },
      network: pipeline.network.setup,
      wallMs: 3_600_000,
      idleMs: null,
      copyBytes: pipeline.limits.copyBytes,
    },
    context,
    signal,
  );
  if (end.type === 'aborted') throw new StepAborted();
  if (end.type !== 'exited' || end.exitCode !== 0) {
    const how = end.type === 'exited' ? `exit code ${end.exitCode}` : end.type;
    const detail = `setup \`${pipeline.setup}\`: ${how}\n${excerptOutput(`${end.stdout}\n${end.stderr}`, 4_000)}`;
    await discard(draft);
    return { type: 'failed', detail };
  }
  const paths = await listProduced({ gitDir, copy: workingCopyAt(draft) });
  await rm(home, { recursive: true, force: true });
  await writeFile(join(draft, 'environment.json'), JSON.stringify({ paths }), { flush: true });
  await rename(draft, directory).catch(async (error: NodeJS.ErrnoException) => {
    // Another process was quicker; its result is as good.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    await discard(draft);
  });
  const ready = await readReady(directory, key);
  if (ready === null) throw new Error(`the environment ${directory} is gone right after it was made`);
  return { type: 'ready', environment: ready };
}

async function readReady(directory: string, key: string): Promise<Environment | null> {
  const text = await readFile(join(directory, 'environment.json'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  const { paths } = JSON.parse(text) as { paths: readonly string[] };
  return { key, tree: join(directory, 'tree'), paths };
}

/** How a working copy gets its environment: as mounts, or, on the clone rung, as a copy made now. */
export async function furnish(environment: Environment, rung: SandboxRung, tree: string): Promise<readonly Overlay[]> {
  const { tree: source } = environment;
  if (source === null) return [];
  if (rung !== 'clone')
    return environment.paths.map((path) => ({ source: join(source, path), target: join(tree, path) }));
  for (const path of environment.paths) await copyTree(join(source, path), join(tree, path));
  return [];
}

/** `cp` knows how to share blocks where the file system can. */
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(join(to, '..'), { recursive: true });
  await new Promise<void>((resolve, reject) => {
    const child = spawn('/bin/cp', ['-a', from, to], { stdio: 'ignore', env: { PATH: '/usr/bin:/bin' } });
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`cp -a ${from} ${to}: exit code ${code}`)),
    );
  });
}
