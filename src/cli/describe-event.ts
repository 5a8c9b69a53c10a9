import { describeFailure } from '../machine/session-failure.ts';
import type { EventOf, JournalEvent } from '../model/event.ts';
import { failureIn, type AttemptOutcome, type CheckResult } from '../model/outcome.ts';
import { oneLine } from './output.ts';

/** How a line begins. `start` is of interest only where nothing else shows what runs. */
export type Mark = 'ok' | 'bad' | 'asks' | 'landed' | 'plain' | 'start';

/** What a person is told of an event. */
export interface EventLine {
  readonly mark: Mark;
  /** Where in the work, as people write it: `build #2`, `review`, `checks`. */
  readonly place: string;
  readonly text: string;
  /** Below it: what failed, what to type. */
  readonly more: readonly string[];
}

const width = 400;
/** Lines of a failing check's output that are shown at once; `mw logs` has all. */
const failureLines = 2;

/** An event in a few words; `null` for what only machines need. */
export function describeEvent(event: JournalEvent): EventLine | null {
  const { body } = event;
  switch (body.type) {
    case 'work-item-added':
      return line('plain', 'added', oneLine(body.item.title, 120));
    case 'effect-started':
      return startLine(body.effect);
    case 'effect-lost':
      return line('bad', placeOf(body.effect), `lost: ${oneLine(body.why, width)}; it goes on elsewhere`);
    case 'effect-broke':
      return line('bad', placeOf(body.effect), `Millwright itself failed: ${oneLine(body.error, width)}`);
    case 'prepared':
      return line('ok', 'prepare', `on ${body.base.slice(0, 10)}; the checks pass before any change`, [
        ...body.grants,
        ...flakyLine(body.flaky ?? []),
      ]);
    case 'prepare-refused':
      return line('bad', 'prepare', `cannot start (${body.reason}): ${oneLine(body.detail, width)}`, [
        `Next: ${body.next}`,
      ]);
    case 'effect-refused':
      return line('bad', placeOf(body.effect), `refused (${body.code}): ${oneLine(body.detail, width)}`, [
        `Next: ${body.next}`,
      ]);
    case 'attempt-finished':
      return attemptLine(placeOf(body.effect), body.outcome);
    case 'checks-finished':
      return checksLine(body.results, backTo(event));
    case 'review-finished':
      return reviewLine(body);
    case 'break-finished':
      return breakLine(body, backTo(event));
    case 'timer-fired':
      return line('plain', placeOf(body.effect), 'goes on after its wait');
    case 'rebased':
      return line('plain', 'land', `the target had moved: rebased to ${body.commit.slice(0, 10)}, verified again`);
    case 'land-conflicted':
      return line('bad', 'land', `meets other work in ${oneLine(body.files.join(', '), width)}${backTo(event)}`);
    case 'land-refused':
      return line('bad', 'land', `refused: ${oneLine(body.detail, width)}`, [`Next: ${body.next}`]);
    case 'landed':
      return line(
        'landed',
        'landed',
        `${body.commit.slice(0, 10)} on ${body.delivery.branch}${body.delivery.type === 'kept' ? ` (${body.delivery.why})` : ''}`,
      );
    case 'approved':
      return line('ok', 'approved', `by ${body.by}${body.note === null ? '' : `: ${oneLine(body.note, width)}`}`);
    case 'rejected':
      return line('bad', 'rejected', `by ${body.by}: ${oneLine(body.reason, width)}${backTo(event)}`);
    case 'answered':
      return line('ok', 'answered', `by ${body.by}: ${oneLine(body.answer, width)}`);
    case 'work-item-edited':
      return line('plain', 'edited', `by ${body.by}: ${Object.keys(body.change).join(', ')}`);
    case 'pause-requested':
      return line('asks', 'paused', `by ${body.by}`);
    case 'resume-requested':
      return line('plain', 'resumed', `by ${body.by}`);
    case 'cancel-requested':
      return line('bad', 'cancelled', `by ${body.by}`);
    case 'retry-requested':
      return line(
        'plain',
        'retried',
        `by ${body.by}${body.phase === null ? ', from the start' : `, from ${body.phase}`}`,
      );
  }
}

/** `MW-1:1/build/attempt-2` as people write it: `build #2`; a first attempt is just `build`, a reviewer `review.security`. */
export function placeOf(effect: string): string {
  const [, phase = '', last = ''] = effect.split('/');
  const [kind = '', number = '1'] = last.split(/-(?=\d+$)/);
  if (kind === 'attempt') return number === '1' ? phase : `${phase} #${number}`;
  return kind.startsWith('review.') || phase === kind || phase === 'run' ? kind : `${phase} ${kind}`.trimEnd();
}

/** Where an event sent the work back to, by what it decided: `: back to build #2`. Empty when it did not. */
export function backTo({ decided }: JournalEvent): string {
  const attempt = decided.find((effect) => /\/attempt-\d+$/.test(effect));
  return attempt === undefined ? '' : `: back to ${placeOf(attempt)}`;
}

function line(mark: Mark, place: string, text: string, more: readonly string[] = []): EventLine {
  return { mark, place, text, more };
}

/** Sessions are worth a line when they start; the core's own work is not. */
function startLine(effect: string): EventLine | null {
  return /\/attempt-\d+$/.test(effect) ? line('start', placeOf(effect), '…') : null;
}

function attemptLine(place: string, outcome: AttemptOutcome): EventLine {
  const failure = failureIn(outcome);
  if (failure !== null) return line('bad', place, oneLine(describeFailure(failure), width));
  if (outcome.type === 'succeeded')
    return line('ok', place, oneLine(outcome.summary, 160) || (outcome.changed ? 'changed files' : 'done'));
  if (outcome.type === 'no-change-needed')
    return line('asks', place, `says that no change is needed: ${oneLine(outcome.reason, width)}`);
  if (outcome.type === 'spec-conflict')
    return line('asks', place, `${oneLine(outcome.criterion, 200)} cannot be met: ${oneLine(outcome.evidence, width)}`);
  if (outcome.type === 'question') return line('asks', place, `asks: ${oneLine(outcome.question, width)}`);
  return line('bad', place, 'said done, changed nothing');
}

function flakyLine(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, 3).map((name) => oneLine(name, 120));
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : '';
  return [`flaky, set aside by measurement: ${shown.join(', ')}${more}`];
}

function checksLine(results: readonly CheckResult[], back: string): EventLine {
  const failed = results.filter(({ status }) => status !== 'passed');
  const words = [...failed, ...results.filter(({ status }) => status === 'passed')].map(({ name, status, tests }) => {
    const counted =
      tests === null
        ? ''
        : ` (${tests.passed}${tests.failed > 0 ? ` of ${tests.passed + tests.failed}` : ''} ${tests.passed + tests.failed === 1 ? 'test' : 'tests'})`;
    return `${name} ${status}${counted}`;
  });
  return line(failed.length === 0 ? 'ok' : 'bad', 'checks', `${words.join(', ')}${back}`, [
    ...failed.flatMap(({ excerpt }) => tellingLines(excerpt)),
    ...flakyLine(results.flatMap(({ flaky }) => flaky ?? [])),
  ]);
}

/** The lines that name a failure, else the first ones. */
function tellingLines(excerpt: string): readonly string[] {
  const lines = excerpt
    .split('\n')
    .map((each) => oneLine(each, 200))
    .filter((each) => each !== '');
  const telling = lines.filter((each) => /\w*(?:error|exception|failure|failed|panic)\b|^(?:✖|not ok)/i.test(each));
  return (telling.length === 0 ? lines : telling).slice(0, failureLines);
}

function reviewLine({ effect, outcome }: EventOf<'review-finished'>): EventLine {
  const reviewer = reviewerOf(effect);
  if (outcome.type !== 'reviewed')
    return line('bad', 'review', `${reviewer} gave no verdict: ${oneLine(describeFailure(outcome), width)}`);
  const { verdict, findings } = outcome.review;
  const worst = findings[0];
  const found =
    worst === undefined
      ? verdict
      : `${worst.severity}: ${oneLine(worst.title, 200)}${worst.file === null ? '' : ` (${oneLine(worst.file, 80)}${worst.line === null ? '' : `:${worst.line}`})`}`;
  return line(verdict === 'pass' ? 'ok' : 'bad', 'review', `${reviewer}: ${found}`);
}

function breakLine({ outcome }: EventOf<'break-finished'>, back: string): EventLine {
  if (outcome.type !== 'tried' && outcome.type !== 'no-case')
    return line('bad', 'breaker', `gave no case: ${oneLine(describeFailure(outcome), width)}`);
  const broken = outcome.cases.filter(({ verdict }) => verdict === 'broke');
  const held = outcome.cases.filter(({ verdict }) => verdict === 'held').length;
  const lost = outcome.cases.length - broken.length - held;
  const rest = lost === 0 ? '' : `, ${lost} ${lost === 1 ? 'does' : 'do'} not count`;
  if (outcome.type === 'no-case') return line('bad', 'breaker', `none of its ${outcome.cases.length} cases counts`);
  if (broken.length === 0)
    return line('ok', 'breaker', `broke nothing: ${held === 1 ? '1 case holds' : `${held} cases hold`}${rest}`);
  return line(
    'bad',
    'breaker',
    `broke it with ${broken.length} of ${broken.length + held} cases${rest}${back}`,
    broken.map(({ path, criteria }) => `${criteria.join(', ')}: ${oneLine(path, 160)}`).slice(0, failureLines),
  );
}

/** `security` of `MW-1:1/review/review.security-2`. */
export function reviewerOf(effect: string): string {
  return /\/review\.([^/]+)-\d+$/.exec(effect)?.[1] ?? placeOf(effect);
}
