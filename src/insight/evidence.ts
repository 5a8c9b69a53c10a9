/** What is claimed of an item's candidate, and how well each claim is known on exactly that commit. */
import { isToBreak } from '../machine/phase.ts';
import type { ItemState } from '../machine/state.ts';
import { strongerLevel, type EvidenceLevel } from '../model/evidence-level.ts';
import type { JournalEvent } from '../model/event.ts';
import type { CheckResult } from '../model/outcome.ts';
import type { PinnedPhase, PinnedPipeline } from '../model/pipeline.ts';

export interface Claim {
  /** The address of a criterion, `check NAME`, `review PHASE.NAME`, `approval PHASE`, or `the work is done`. */
  readonly claim: string;
  /** `null`: nothing is known, or what was known is of another commit. */
  readonly level: EvidenceLevel | null;
  /** What shows it, in words. */
  readonly proof: string;
  /** What the evidence is of: the candidate, or the commit with the same patch. */
  readonly commit: string | null;
}

/**
 * The item's claims, the most general one first. Evidence is of one commit: what was found on another one counts for
 * nothing, but for reviews and approvals of the very same patch.
 */
export function listClaims(
  state: ItemState,
  pipeline: PinnedPipeline | null,
  events: readonly JournalEvent[],
): readonly Claim[] {
  const { head } = state;
  if (head === null || pipeline === null || head === state.base) return [];
  const checks = resultsOn(head, events);
  const made = readMade(state, events);
  const gates = [
    ...[...new Set(pipeline.phases.flatMap((phase) => phase.checks))]
      .filter((name) => name !== 'criteria')
      .map((name) => checkClaim(name, checks, head, events)),
    ...pipeline.phases.flatMap((phase) => breakerClaim(phase, state)),
    ...pipeline.phases.flatMap((phase) => phase.reviews.map(({ id }) => reviewClaim(phase.id, id, state))),
    ...pipeline.phases.flatMap((phase) => (phase.approval ? [approvalClaim(phase.id, state)] : [])),
  ];
  const criteria = state.item.criteria.map(({ id, evidence }) =>
    criterionClaim(id, evidence.type, checks, state, pipeline),
  );
  return [workClaim(made, gates, head), ...criteria, ...gates];
}

interface Made {
  readonly level: EvidenceLevel;
  readonly proof: string;
}

/** What the maker says: in words, or with what it ran. */
function readMade({ run }: ItemState, events: readonly JournalEvent[]): Made | null {
  const last = events.findLast(
    ({ body }) =>
      body.type === 'attempt-finished' && body.outcome.type === 'succeeded' && body.effect.includes(`:${run}/`),
  );
  if (last === undefined || last.body.type !== 'attempt-finished' || last.body.outcome.type !== 'succeeded')
    return null;
  const { result, summary } = last.body.outcome;
  return result === null
    ? { level: 'claimed', proof: `its maker says: ${summary}` }
    : { level: 'self-reported', proof: `its maker reports: ${summary}` };
}

/** With every gate passed as well known as by the strongest of them; until then, as its maker says. */
function workClaim(made: Made | null, gates: readonly Claim[], commit: string): Claim {
  const claim = 'the work is done';
  const open = gates.filter(({ level }) => level === null);
  if (gates.length > 0 && open.length === 0) {
    const level = gates.reduce<EvidenceLevel>((all, each) => strongerLevel(all, each.level ?? 'claimed'), 'claimed');
    return { claim, level, proof: 'every gate has passed', commit };
  }
  const left = open.length === 0 ? '' : `; not passed on this commit: ${open.map((each) => each.claim).join(', ')}`;
  return { claim, level: made?.level ?? null, proof: `${made?.proof ?? 'nobody says so'}${left}`, commit };
}

function checkClaim(
  name: string,
  checks: ReadonlyMap<string, CheckResult>,
  head: string,
  events: readonly JournalEvent[],
): Claim {
  const claim = `check ${name}`;
  const result = checks.get(name);
  if (result === undefined) {
    const earlier = events.findLast(
      ({ body }) => body.type === 'checks-finished' && body.results.some((each) => each.name === name),
    )?.body;
    const proof =
      earlier?.type === 'checks-finished'
        ? `ran on ${earlier.commit.slice(0, 10)}, which is not the candidate`
        : 'has not run';
    return { claim, level: null, proof, commit: null };
  }
  if (result.status !== 'passed') return { claim, level: null, proof: result.status, commit: head };
  const counted = result.tests === null ? 'passed' : `passed, ${result.tests.passed} tests`;
  return { claim, level: 'observed', proof: counted, commit: head };
}

/** Nobody looks for what breaks an item without criteria. */
function breakerClaim({ id, breaker }: PinnedPhase, state: ItemState): readonly Claim[] {
  if (!isToBreak(state, breaker)) return [];
  const claim = `breaker ${id}`;
  const progress = state.phases[id]?.breaker;
  if (progress === undefined || progress === null)
    return [{ claim, level: null, proof: 'has not tried', commit: null }];
  const { heldBy, cases } = progress;
  if (heldBy === null) return [{ claim, level: null, proof: 'has broken it', commit: null }];
  if (!isOf(state, heldBy))
    return [{ claim, level: null, proof: `tried ${heldBy.slice(0, 10)}, which is not the candidate`, commit: null }];
  const count = cases?.paths.length ?? 0;
  return [
    {
      claim,
      level: 'examined',
      proof: `${count === 1 ? 'its case holds' : `its ${count} cases hold`}`,
      commit: heldBy,
    },
  ];
}

function reviewClaim(phase: string, reviewer: string, state: ItemState): Claim {
  const claim = `review ${phase}.${reviewer}`;
  const review = state.phases[phase]?.reviews[reviewer];
  if (review === undefined) return { claim, level: null, proof: 'has not judged', commit: null };
  if (!isOf(state, review.commit))
    return {
      claim,
      level: null,
      proof: `judged ${review.commit.slice(0, 10)}, which is not the candidate`,
      commit: null,
    };
  if (review.overruledBy !== undefined)
    return { claim, level: 'accepted', proof: `overruled by ${review.overruledBy}`, commit: review.commit };
  return review.passed
    ? { claim, level: 'examined', proof: 'passed', commit: review.commit }
    : { claim, level: null, proof: 'did not pass', commit: review.commit };
}

function approvalClaim(phase: string, state: ItemState): Claim {
  const claim = `approval ${phase}`;
  const approved = state.phases[phase]?.approved;
  if (approved === undefined || approved === null)
    return { claim, level: null, proof: 'nobody has been asked yet', commit: null };
  return isOf(state, approved.commit)
    ? { claim, level: 'accepted', proof: `by ${approved.by}`, commit: approved.commit }
    : {
        claim,
        level: null,
        proof: `was for ${approved.commit.slice(0, 10)}, which is not the candidate`,
        commit: null,
      };
}

function criterionClaim(
  id: string,
  evidence: string,
  checks: ReadonlyMap<string, CheckResult>,
  state: ItemState,
  pipeline: PinnedPipeline,
): Claim {
  const head = state.head;
  const judged = checks.get('criteria');
  const verdict = judged?.criteria?.find((each) => each.id === id);
  const approved = pipeline.phases.map((phase) => approvalClaim(phase.id, state)).find(({ level }) => level !== null);
  if (approved !== undefined && judged?.status === 'passed')
    return { claim: id, level: 'accepted', proof: approved.proof, commit: approved.commit };
  if (verdict?.holdout === 'failed') return { claim: id, level: null, proof: 'its hold-out failed', commit: head };
  if (verdict?.holdout === 'passed')
    return { claim: id, level: 'examined', proof: 'its hold-out passed', commit: head };
  if (evidence === 'test' && verdict !== undefined) {
    const passed = verdict.tests.filter(({ status }) => status === 'passed').length;
    return verdict.type === 'passed'
      ? {
          claim: id,
          level: 'observed',
          proof: `${passed} ${passed === 1 ? 'test names' : 'tests name'} it`,
          commit: head,
        }
      : { claim: id, level: null, proof: verdict.type, commit: head };
  }
  if (evidence === 'command' && judged?.status === 'passed')
    return { claim: id, level: 'observed', proof: 'its check passed', commit: head };
  return {
    claim: id,
    level: null,
    proof: evidence === 'person' ? 'a person has to see it' : 'not judged on this commit',
    commit: null,
  };
}

/** The last result of each check on a commit. */
function resultsOn(commit: string, events: readonly JournalEvent[]): ReadonlyMap<string, CheckResult> {
  return new Map(
    events.flatMap(({ body }) =>
      body.type === 'checks-finished' && body.commit === commit
        ? body.results.map((result) => [result.name, result] as const)
        : [],
    ),
  );
}

/** The candidate, or the commit whose patch it is, line for line. */
function isOf({ head, rebasedFrom }: ItemState, commit: string): boolean {
  return head !== null && (commit === head || rebasedFrom[head] === commit);
}
