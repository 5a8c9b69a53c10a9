/** Nine reviewers are one thing to a person: who agrees is counted, and only what was found is told one by one. */
import type { JournalEvent } from '../model/event.ts';
import { backTo, describeEvent, reviewerOf, type EventLine } from './describe-event.ts';

interface Round {
  /** Reviews that have not ended, and the waits before another try of one. */
  readonly pending: Set<string>;
  readonly passed: Map<string, boolean>;
}

/** Lines of one event after another, reviews gathered into rounds. A review whose round's begin was not seen gets a line. */
export function createReviewRounds(): (event: JournalEvent) => readonly EventLine[] {
  const rounds = new Map<string, Round>();
  return (event) => {
    const { body, decided } = event;
    const own = describeEvent(event);
    const alone = own === null ? [] : [own];
    const round =
      body.type === 'review-finished' || body.type === 'timer-fired' ? rounds.get(phaseOf(body.effect)) : undefined;
    if (round === undefined || !('effect' in body)) {
      for (const phase of new Set(decided.filter(isReview).map(phaseOf)))
        rounds.set(phase, { pending: new Set(), passed: new Map() });
      for (const effect of decided.filter(isReview)) rounds.get(phaseOf(effect))?.pending.add(effect);
      return alone;
    }
    round.pending.delete(body.effect);
    for (const effect of decided) if (isReview(effect) || isTimer(effect)) round.pending.add(effect);
    if (body.type !== 'review-finished') return alone;
    const { outcome } = body;
    const passed = outcome.type === 'reviewed' && outcome.review.verdict === 'pass';
    round.passed.set(reviewerOf(body.effect), passed);
    const lines = passed && outcome.review.findings.length === 0 ? [] : alone;
    if (round.pending.size > 0) return lines;
    rounds.delete(phaseOf(body.effect));
    return [...lines, summarise(round, backTo(event))];
  };
}

function summarise({ passed }: Round, back: string): EventLine {
  const yes = [...passed.values()].filter(Boolean).length;
  return {
    mark: yes === passed.size ? 'ok' : 'bad',
    place: 'review',
    text: `passed by ${yes} of ${passed.size}${back}`,
    more: [],
  };
}

function isReview(effect: string): boolean {
  return /\/review\.[^/]+-\d+$/.test(effect);
}

function isTimer(effect: string): boolean {
  return /\/timer-\d+$/.test(effect);
}

function phaseOf(effect: string): string {
  return effect.slice(0, effect.lastIndexOf('/'));
}
