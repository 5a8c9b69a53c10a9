/**
 * Measures reviewers on landed changes: as they landed, and with a fault planted that the project's tests notice. Those tests
 * are taken out first, because defects that reach reviewers are those that no test noticed. Nothing of it lands.
 */
import { join } from 'node:path';
import { changedFiles, changedLines } from '../../git/diff.ts';
import { readFilesAt } from '../../git/history.ts';
import { mixCommits, replaceFile, writeEmptyCommit } from '../../git/mixed-commit.ts';
import { readRef } from '../../git/refs.ts';
import { readWorkHistory } from '../../git/work-history.ts';
import { discardWorkingCopy } from '../../git/working-copy.ts';
import { isStopping } from '../../model/outcome.ts';
import { readTrailers } from '../../model/trailers.ts';
import type { PinnedPipeline } from '../../model/pipeline.ts';
import { passes } from '../../machine/phase.ts';
import { exitCode, UserError } from '../../model/user-error.ts';
import { rungOf } from '../../steps/context.ts';
import { runCommands } from '../../steps/run-commands.ts';
import { rulesOf } from '../../steps/test-rules.ts';
import { takeWorkplace } from '../../steps/workplace.ts';
import type { Vote } from '../../verify/panel.ts';
import { seedFaults, type Fault } from '../../verify/seed-faults.ts';
import type { Factory } from '../open-factory.ts';
import { findCheckout } from '../projects.ts';
import { nobodysItem } from '../scratch.ts';
import { resolveChange, type Change } from './resolve-change.ts';
import { targetHere } from './review-here.ts';
import {
  chooseReviewers,
  inTurns,
  pinAt,
  withReviewRoom,
  type Asked,
  type ReviewedBy,
  type ReviewRoom,
} from './review-room.ts';
import { keyOf, nameTrial, readTrials, saveTrial } from './trials.ts';

export interface Calibration {
  /** Landed changes, newest first. */
  readonly changes: number;
  /** Faults in each, at most. */
  readonly faults: number;
  readonly seed: number;
  readonly reviewers: readonly string[];
  readonly pipeline: string | undefined;
}

/** One change that was shown. */
export interface Shown {
  readonly commit: string;
  /** `null`: as it landed. */
  readonly fault: Fault | null;
  /** Who failed it for this; of a sound change, for anything. */
  readonly votes: ReadonlyMap<string, Vote>;
}

/** The changes that would be shown. E_NO_CHANGE where nothing has landed here. */
export async function listLanded(factory: Factory, folder: string, count: number): Promise<readonly Change[]> {
  const { repository } = await findCheckout(folder);
  const target = await targetHere(factory, folder);
  const tip = await readRef(repository.commonDir, `refs/heads/${target}`);
  const history =
    tip === null ? [] : await readWorkHistory({ gitDir: repository.commonDir, tips: [tip], known: [], begun: false });
  const landed = history
    .filter(({ message, files }) => message !== null && files.length > 0 && readTrailers(message).items.length > 0)
    .slice(-count)
    .reverse();
  if (landed.length === 0)
    throw new UserError('E_NO_CHANGE', `no work has landed on ${target} yet`, 'mw run an item first', {
      exit: exitCode.notFound,
    });
  return Promise.all(landed.map(({ commit }) => resolveChange(factory, repository, target, commit)));
}

/** As they are configured now, on the branch that work lands on; found before anybody is paid. */
export async function chooseMeasured(
  factory: Factory,
  folder: string,
  { pipeline, reviewers }: Calibration,
): Promise<Measured> {
  const { repository } = await findCheckout(folder);
  const tip = await readRef(repository.commonDir, `refs/heads/${await targetHere(factory, folder)}`);
  if (tip === null) throw new Error('work has landed on a branch that is not there');
  const pinned = await pinAt({ gitDir: repository.commonDir, rules: tip }, pipeline, factory);
  return { pinned, asked: chooseReviewers(pinned, reviewers) };
}

interface Measured {
  readonly pinned: PinnedPipeline;
  readonly asked: readonly Asked[];
}

export async function calibrate(
  factory: Factory,
  folder: string,
  changes: readonly Change[],
  { pinned, asked }: Measured,
  wanted: Calibration,
  onShown: (shown: Shown) => void,
  signal: AbortSignal,
): Promise<void> {
  for (const change of changes) {
    await withReviewRoom(factory, folder, change, pinned, signal, async (room) => {
      const planted = await plantFaults(room, change, wanted, signal);
      const [first] = planted;
      // Without a fault that is known to be one, the sound change alone would tell of false alarms and of nothing else.
      if (first === undefined) return;
      // The sound one lacks the same tests: that some are missing must tell nothing.
      const shown = [{ commit: first.sound, fault: null }, ...planted];
      const file = factory.home.project(room.project).trials;
      for (const [number, { commit, fault }] of shown.entries()) {
        const { kind, path, line } = fault ?? { kind: '', path: '', line: 0 };
        const told = fault === null ? null : { kind, path, line };
        const known = (await readTrials(file)).get(nameTrial(change.commit, told))?.votes;
        const open = asked.filter(({ reviewer }) => known?.has(keyOf(reviewer, pinned)) !== true);
        const reviews = await inTurns(room.pipeline.limits.slots, open, (each) => room.ask(each, commit, number + 1));
        const votes = readVotes(open, reviews, fault, room);
        const at = new Date().toISOString();
        if (votes.size > 0)
          await saveTrial(file, { at, commit: change.commit, fault: told, votes: Object.fromEntries(votes) });
        onShown({ commit: change.commit, fault, votes: new Map([...(known ?? []), ...votes]) });
      }
    });
  }
}

/** A reviewer without a verdict has no vote. */
function readVotes(
  asked: readonly Asked[],
  reviews: readonly ReviewedBy[],
  fault: Fault | null,
  { pipeline }: ReviewRoom,
): ReadonlyMap<string, Vote> {
  return new Map(
    reviews.flatMap((review): [string, Vote][] => {
      const reviewer = asked.find((each) => each.reviewer.id === review.reviewer)?.reviewer;
      if (reviewer === undefined || review.outcome.type !== 'reviewed') return [];
      const { review: said } = review.outcome;
      const stopping = said.findings.filter(isStopping);
      // What fails it for something else has not seen the fault.
      const isMeant =
        fault === null ||
        stopping.some(({ file, line }) => file === fault.path && line !== null && Math.abs(line - fault.line) <= near);
      return [[keyOf(reviewer, pipeline), !passes(said) && isMeant ? 'fail' : 'pass']];
    }),
  );
}

/** Lines between a fault and where a reviewer cites it, at most. */
const near = 10;

interface Planted {
  readonly commit: string;
  /** The change as it landed, without the same tests. */
  readonly sound: string;
  readonly fault: Fault;
}

/** Faults that tests notice, in commits whose tests pass: without the tests that noticed. */
async function plantFaults(
  room: ReviewRoom,
  { base, commit }: Change,
  { faults, seed }: Calibration,
  signal: AbortSignal,
): Promise<readonly Planted[]> {
  const { gitDir, pipeline } = room;
  const span = { gitDir, from: base, to: commit };
  const rules = await rulesOf(pipeline, gitDir, base, []);
  const there = (await changedFiles(span)).filter(({ change }) => change !== 'deleted').map(({ path }) => path);
  const paths = there.filter((path) => !rules.isTest(path) && !rules.isJudge(path));
  const [lines, texts] = await Promise.all([changedLines(span), readFilesAt(gitDir, commit, paths)]);
  const files = paths.flatMap((path) => {
    const text = texts.get(path)?.toString('utf8');
    return text === undefined || text.includes('\u0000') ? [] : [{ path, text, ranges: lines.get(path) ?? [] }];
  });
  const test = openTests(room, base, signal);
  if ((await test('sound', commit)) !== 'passed') return [];
  const nothing = await writeEmptyCommit(gitDir);
  const planted: Planted[] = [];
  for (const [number, fault] of seedFaults(files, faults * tries, seed).entries()) {
    if (planted.length >= faults) break;
    const broken = await replaceFile({ gitDir, commit, path: fault.path, text: fault.text });
    const noticed = await test(`fault-${number}`, broken);
    // Where a runner names the program itself, taking that out would take the fault out, too.
    if (noticed === 'passed' || noticed.length === 0 || !noticed.every(rules.isTest)) continue;
    const quiet = await mixCommits({ gitDir, commit: broken, from: nothing, paths: noticed });
    if ((await test(`quiet-${number}`, quiet)) !== 'passed') continue;
    const sound = await mixCommits({ gitDir, commit, from: nothing, paths: noticed });
    planted.push({ commit: quiet, sound, fault });
  }
  return planted;
}

/** Seeds that are tried for each fault that is wanted: some change nothing, some cannot be told. */
const tries = 4;

/** Answers which files of tests fail on a commit; `passed`: none does. Nothing is known where a runner names no file. */
function openTests({ pipeline, project, context, scratch }: ReviewRoom, base: string, signal: AbortSignal) {
  const about = nobodysItem(project, pipeline, { title: '', body: '' });
  const names = Object.keys(pipeline.checks).filter((name) =>
    ['build', 'test'].includes(pipeline.checks[name]?.kind ?? ''),
  );
  return async (name: string, commit: string): Promise<'passed' | readonly string[]> => {
    const directory = join(scratch, `${name}.copy`);
    const folder = join(scratch, 'sessions', name);
    try {
      const at = { effect: `MW-0:0/calibrate/${name}-1`, about, commit, base, accepted: true, keep: false, directory };
      const place = await takeWorkplace(at, context, signal);
      const ran = await runCommands(names, { pipeline, rung: rungOf(about), place, folder }, context, signal);
      if (ran.length > 0 && ran.every(({ result }) => result.status === 'passed')) return 'passed';
      const failed = ran.flatMap(({ tests }) => tests.filter(({ status }) => status === 'failed'));
      return [...new Set(failed.flatMap(({ file }) => file ?? []))];
    } finally {
      await discardWorkingCopy(directory);
    }
  };
}
