/** Where a landed commit comes from, put together from its journal. */
import type { ItemState } from '../machine/state.ts';
import { builtCriteria } from '../model/built-criteria.ts';
import type { EventBody, JournalEvent } from '../model/event.ts';
import type { CriterionVerdict } from '../model/outcome.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import type { ProvenanceRecord } from '../model/provenance.ts';
import { attemptsOf, type AttemptPage } from './item-page.ts';

const bodyChars = 20_000;

type Instructions = NonNullable<PinnedPipeline['phases'][number]['maker']>['instructions'];

export function provenanceOf(
  state: ItemState,
  pipeline: PinnedPipeline | null,
  events: readonly JournalEvent[],
  commit: string,
): ProvenanceRecord {
  const { item, run, base } = state;
  return {
    version: 1,
    commit,
    base,
    item: item.id,
    run,
    title: item.title,
    body: item.body.slice(0, bodyChars),
    criteria: describeCriteria(state, pipeline, events),
    pipeline: pipeline === null || state.pipeline === null ? null : { name: pipeline.name, hash: state.pipeline },
    attempts: attemptsOf(events).map((attempt) => describeAttempt(attempt, pipeline)),
    checks: lastChecks(events),
    decisions: events.flatMap(({ body, at }) => decisionIn(body, at)),
  };
}

function describeCriteria(
  { item, contributors }: ItemState,
  pipeline: PinnedPipeline | null,
  events: readonly JournalEvent[],
): ProvenanceRecord['criteria'] {
  const verdicts = new Map<string, CriterionVerdict>();
  for (const { body } of events) {
    if (body.type !== 'checks-finished') continue;
    for (const result of body.results) for (const verdict of result.criteria ?? []) verdicts.set(verdict.id, verdict);
  }
  const built = pipeline === null ? item.criteria : builtCriteria(item.criteria, pipeline, contributors);
  return built.map(({ id, action, hash, text, evidence }) => {
    const verdict = verdicts.get(id);
    return { id, action, hash, text, evidence, ...(verdict === undefined ? {} : { verdict }) };
  });
}

function decisionIn(body: EventBody, at: string): ProvenanceRecord['decisions'] {
  if (body.type === 'approved') return [{ type: body.type, by: body.by, text: body.note ?? '', at }];
  if (body.type === 'rejected') return [{ type: body.type, by: body.by, text: body.reason, at }];
  return body.type === 'answered' ? [{ type: body.type, by: body.by, text: body.answer, at }] : [];
}

function describeAttempt(attempt: AttemptPage, pipeline: PinnedPipeline | null): ProvenanceRecord['attempts'][number] {
  const { address, run, outcome, usage, sessions, costMicroUsd, at } = attempt;
  const [, phaseId = '', reviewer] = /^[^/]+\/([^/.#]+)(?:\.([^#]+))?#/.exec(address) ?? [];
  const { agent, instructions } = makerOf(pipeline, phaseId, reviewer);
  return {
    address,
    run,
    outcome,
    agent,
    adapter: agent === null ? null : (pipeline?.agents[agent]?.adapter ?? null),
    model: usage.model ?? (agent === null ? null : (pipeline?.agents[agent]?.model ?? null)),
    instructions: instructions === null ? null : { name: instructions.name, hash: instructions.hash },
    prompt: sessions[0]?.prompt.hash ?? null,
    costMicroUsd,
    at,
  };
}

function makerOf(
  pipeline: PinnedPipeline | null,
  phaseId: string,
  reviewer: string | undefined,
): { readonly agent: string | null; readonly instructions: Instructions | null } {
  const phases = pipeline?.phases ?? [];
  if (reviewer === undefined) {
    const maker = phases.find(({ id }) => id === phaseId)?.maker ?? null;
    return { agent: maker?.agent ?? null, instructions: maker?.instructions ?? null };
  }
  const found = phases.flatMap(({ reviews }) => reviews).find(({ id }) => id === reviewer);
  return { agent: found?.agent ?? null, instructions: found?.instructions ?? null };
}

function lastChecks(events: readonly JournalEvent[]): ProvenanceRecord['checks'] {
  const last = new Map<string, ProvenanceRecord['checks'][number]>();
  for (const { body } of events) {
    if (body.type !== 'checks-finished') continue;
    for (const { name, status, tests } of body.results)
      last.set(name, { name, status, passedTests: tests?.passed ?? null, commit: body.commit });
  }
  return [...last.values()];
}
