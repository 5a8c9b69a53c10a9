import { describeFailure } from '../machine/attempt.ts';
import type { JournalEvent } from '../model/event.ts';
import type { AttemptOutcome } from '../model/outcome.ts';
import { oneLine, type Output } from './output.ts';

type Tone = Output['tone'];
const width = 400;

/** An event in one line; `null` for what only machines need. */
export function describeEvent({ body }: JournalEvent, tone: Tone): string | null {
  const ok = tone('green', '✓');
  const bad = tone('red', '✗');
  const asks = tone('yellow', '◇');
  switch (body.type) {
    case 'work-item-added':
      return `added: ${oneLine(body.item.title, 80)}`;
    case 'effect-started':
      return startLine(body.effect, tone);
    case 'effect-lost':
      return `${bad} ${place(body.effect)} lost: ${oneLine(body.why, width)}; it goes on elsewhere`;
    case 'effect-broke':
      return `${bad} ${place(body.effect)}: Millwright itself failed: ${oneLine(body.error, width)}`;
    case 'prepared':
      return `${ok} ready: base ${body.base.slice(0, 10)}, checks pass there`;
    case 'prepare-refused':
      return `${bad} cannot start (${body.reason}): ${oneLine(body.detail, width)}\n${' '.repeat(16)}Next: ${body.next}`;
    case 'attempt-finished':
      return `${attemptLine(body.outcome, ok, bad, asks)} ${tone('dim', place(body.effect))}`;
    case 'checks-finished':
      return body.results
        .map(({ name, status, tests }) => (status === 'passed' ? `${ok} ${name}${tests === null ? '' : ` ${tests.passed} tests`}` : `${bad} ${name} ${status}, fed back`))
        .join('  ');
    case 'review-finished': {
      const reviewer = place(body.effect);
      if (body.outcome.type !== 'reviewed') return `${bad} ${reviewer}: no verdict: ${oneLine(describeFailure(body.outcome), width)}`;
      const { verdict, findings } = body.outcome.review;
      const worst = findings[0];
      return verdict === 'pass' && findings.length === 0 ? `${ok} ${reviewer}` : `${verdict === 'pass' ? ok : bad} ${reviewer}: ${worst === undefined ? verdict : `${worst.severity}: ${oneLine(worst.title, 120)}`}`;
    }
    case 'timer-fired':
      return 'goes on after its wait';
    case 'rebased':
      return `the target had moved: rebased to ${body.commit.slice(0, 10)}, verified again`;
    case 'land-conflicted':
      return `${bad} meets other work in ${body.files.join(', ')}: back to its maker`;
    case 'land-refused':
      return `${bad} cannot land: ${oneLine(body.detail, width)}\n${' '.repeat(16)}Next: ${body.next}`;
    case 'landed':
      return `${tone('green', '★ landed')} ${body.commit.slice(0, 10)} on ${body.delivery.branch}${body.delivery.type === 'kept' ? ` (${body.delivery.why})` : ''}`;
    case 'approved':
      return `${ok} approved by ${body.by}${body.note === null ? '' : `: ${oneLine(body.note, width)}`}`;
    case 'rejected':
      return `${bad} rejected by ${body.by}: ${oneLine(body.reason, width)}`;
    case 'answered':
      return `answered by ${body.by}: ${oneLine(body.answer, width)}`;
    case 'work-item-edited':
      return `edited by ${body.by}: ${Object.keys(body.change).join(', ')}`;
    case 'pause-requested':
      return `${asks} paused by ${body.by}`;
    case 'resume-requested':
      return `resumed by ${body.by}`;
    case 'cancel-requested':
      return `${bad} cancelled by ${body.by}`;
    case 'retry-requested':
      return `retried by ${body.by}${body.phase === null ? ', from the start' : `, from ${body.phase}`}`;
  }
}

/** Sessions are worth a line when they start; the core's own work is not. */
function startLine(effect: string, tone: Tone): string | null {
  const what = place(effect);
  return /\/attempt-\d+$/.test(effect) ? tone('dim', `${what} …`) : null;
}

/** `MW-1:1/build/attempt-2` as people write it: `build #2`, `review.security`. */
function place(effect: string): string {
  const [, phase = '', last = ''] = effect.split('/');
  const [kind = '', number = ''] = last.split(/-(?=\d+$)/);
  if (kind === 'attempt') return `${phase} #${number}`;
  if (kind.startsWith('review.')) return kind;
  return `${phase} ${kind}`;
}

function attemptLine(outcome: AttemptOutcome, ok: string, bad: string, asks: string): string {
  switch (outcome.type) {
    case 'succeeded':
      return `${ok} ${oneLine(outcome.summary, 120) || (outcome.changed ? 'changed files' : 'done')}`;
    case 'unchanged':
      return `${bad} said done, changed nothing`;
    case 'no-change-needed':
      return `${asks} says that no change is needed: ${oneLine(outcome.reason, width)}`;
    case 'spec-conflict':
      return `${asks} ${oneLine(outcome.criterion, 200)} cannot be met: ${oneLine(outcome.evidence, width)}`;
    case 'question':
      return `${asks} asks: ${oneLine(outcome.question, width)}`;
    default:
      return `${bad} ${oneLine(describeFailure(outcome), width)}`;
  }
}
