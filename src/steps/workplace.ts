/** Where an effect works: the trusted and the candidate repository, and a kept working copy brought to a commit. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openCandidate, type CandidateRepository } from '../git/candidate.ts';
import { openTrustedRepository, type TrustedRepository } from '../git/trusted-repository.ts';
import { prepareWorkingCopy, workingCopyAt, type WorkingCopy } from '../git/working-copy.ts';
import type { Overlay } from '../sandbox/sandbox.ts';
import { killSession } from '../sandbox/session.ts';
import { pinned, rungOf, type StepContext, type StepItem } from './context.ts';
import { furnish, prepareEnvironment, type Environment } from './environment.ts';

export interface Repositories {
  readonly trusted: TrustedRepository;
  readonly candidate: CandidateRepository;
}

const opened = new Map<string, Promise<TrustedRepository>>();

/** The trusted repository of a project; opened once in this process. */
export async function trustedOf(project: string, context: StepContext): Promise<TrustedRepository> {
  const directory = context.home.project(project).trusted;
  const known = opened.get(directory);
  if (known !== undefined) return known;
  const { path } = await context.project(project);
  const opening = openTrustedRepository({ directory, userRepository: path });
  opened.set(directory, opening);
  opening.catch(() => opened.delete(directory));
  return opening;
}

export async function repositoriesOf({ item }: StepItem, context: StepContext): Promise<Repositories> {
  const trusted = await trustedOf(item.project, context);
  const candidate = await openCandidate(context.home.project(item.project).candidate(item.id), trusted);
  return { trusted, candidate };
}

/** The setup command does not work on this commit: the candidate's own doing, since it worked on the base. */
export class SetupFailed extends Error {
  constructor(detail: string) {
    super(detail);
    this.name = 'SetupFailed';
  }
}

export interface Workplace extends Repositories {
  readonly copy: WorkingCopy;
  readonly overlays: readonly Overlay[];
  readonly environment: Environment;
  /** Paths in the tree that are ours, not the agent's. */
  readonly ours: readonly string[];
}

/**
 * The effect's own working copy at `commit`. `accepted`: `base` is accepted history, not a candidate. With `keep` something of this effect has run or runs in it already, and
 * its files are left alone.
 */
export async function takeWorkplace(
  input: {
    readonly effect: string;
    readonly about: StepItem;
    readonly commit: string;
    readonly base: string;
    readonly accepted: boolean;
    /** What its history begins with, where that is not `base`. */
    readonly shownBase?: string;
    readonly keep: boolean;
    /** A working copy that is made here for this once, instead of one that is kept. */
    readonly directory?: string;
  },
  context: StepContext,
  signal: AbortSignal,
): Promise<Workplace> {
  const { about, commit, base } = input;
  const { item } = about;
  const pipeline = pinned(about);
  const rung = rungOf(about);
  const { trusted, candidate } = await repositoriesOf(about, context);
  const made = await prepareEnvironment(
    {
      project: item.project,
      pipeline,
      rung,
      trusted,
      gitDir: candidate.gitDir,
      commit: base,
      candidateOf: input.accepted ? null : item.id,
    },
    context,
    signal,
  );
  if (made.type === 'failed') throw new SetupFailed(made.detail);
  const { environment } = made;
  const { directory, taken } =
    input.directory === undefined
      ? await context.copies.take(item.project, input.effect)
      : { directory: input.directory, taken: input.keep ? ('again' as const) : ('now' as const) };
  if (!input.keep || taken === 'now') {
    // With `keep` and a copy that was not its own, the copy that its session worked in is gone: nothing can be adopted.
    if (taken === 'again' || input.keep) await emptyOfProcesses(context.home.effect(input.effect));
    await prepareWorkingCopy({
      directory,
      gitDir: candidate.gitDir,
      commit,
      agentGit: { base: input.shownBase ?? base, acceptedGitDir: trusted.gitDir, ignore: environment.paths },
      signal,
    });
    await furnish(environment, rung, workingCopyAt(directory).tree);
  }
  const copy = workingCopyAt(directory);
  const overlays = environment.tree === null || rung === 'clone' ? [] : await furnish(environment, rung, copy.tree);
  return { trusted, candidate, copy, overlays, environment, ours: environment.paths };
}

/** Nothing that an earlier start of the effect left behind may run in the copy, and its sessions are over. */
async function emptyOfProcesses(folder: string): Promise<void> {
  await killSessions(folder);
  await rm(folder, { recursive: true, force: true });
}

/** What we name a session's folder: a turn of an agent, a check. The agent's own home lies beside them. */
const sessionName = /^(?:turn-[0-9]+|[a-z][a-z0-9-]*\.check)$/;
/** Below this folder of an effect lie the sessions of a second agent that it needs. */
export const secondAgent = 'second';

/** Ends every session of an effect. Nothing is removed, and nothing that an agent could write is looked at. */
export async function killSessions(folder: string): Promise<void> {
  for (const place of [folder, join(folder, secondAgent)])
    for (const name of await readdir(place).catch(absent))
      if (sessionName.test(name)) await killSession(join(place, name));
}

/** Ends what runs on an effect's commits, and takes away what that left; sessions of agents go on. */
export async function endCommands(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(absent)) {
    if (!/\.(?:check|copy|home|report|reporter|word)$/.test(name) || name === `${secondAgent}.copy`) continue;
    if (sessionName.test(name)) await killSession(join(folder, name));
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

function absent(error: NodeJS.ErrnoException): readonly string[] {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
  throw error;
}
