/** What a person sees while the factory runs: a line for each change that matters, and a live block on a terminal. */
import type { FactoryView } from '../machine/factory-view.ts';
import { usd } from '../model/money.ts';
import type { ItemRow } from '../insight/item-row.ts';
import type { ItemState } from '../machine/state.ts';
import type { JournalEvent } from '../model/event.ts';
import { exitCode, type ExitCode } from '../model/user-error.ts';
import { placeOf, type EventLine, type Mark } from './describe-event.ts';
import { behind, oneLine, type Output } from './output.ts';
import { createReviewRounds } from './review-rounds.ts';
import { widthBehind, wrapText } from './wrap-text.ts';

export interface Progress {
  event(event: JournalEvent): void;
  /** Where the event has left its item, when that is news: at a gate, paused, parked. */
  stands(event: JournalEvent, state: ItemState): void;
  schedule(view: FactoryView): void;
  trouble(error: unknown): void;
  summary(rows: readonly ItemRow[], code: ExitCode): void;
  close(): void;
}

const frameMs = 250;
/** As wide as the longest shipped name of a phase. */
const placeWidth = 13;

export interface ProgressOptions {
  /** No live block, also on a terminal. */
  readonly quiet: boolean;
  /** What stands before each line; the time and the item unless given. */
  readonly lead?: (event: JournalEvent) => string;
  /** Whether the start of a session is a line. Unless given: where no live block shows what runs. */
  readonly starts?: boolean;
}

/** Lines for people, and on a terminal a block that shows what runs. */
export function createProgress(output: Output, { quiet, lead = clockAndItem, starts }: ProgressOptions): Progress {
  const since = new Map<string, number>();
  const linesOf = createReviewRounds();
  let running: { readonly item: string; readonly effect: string }[] = [];
  const draw = () => output.block(blockLines(running, since, output.rows));
  const timer = quiet || output.rows === null ? null : setInterval(draw, frameMs);
  return {
    event(event) {
      for (const line of linesOf(event)) {
        if (line.mark === 'start' && !(starts ?? timer === null)) continue;
        writeLine(output, lead(event), line);
      }
      if (timer !== null) draw();
    },
    stands(event, { status, reason }) {
      if (reason === null) return;
      writeLine(output, lead(event), {
        mark: 'asks',
        place: status,
        text: oneLine(reason.text, 400),
        more: [`Next: ${reason.next}`],
      });
    },
    schedule(view) {
      running = view.items.flatMap(({ id, effects }) =>
        effects.flatMap((effect) =>
          effect.state === 'running' && effect.type !== 'timer' ? [{ item: id, effect: effect.id }] : [],
        ),
      );
      for (const { effect } of running) if (!since.has(effect)) since.set(effect, Date.now());
    },
    trouble(error) {
      output.talk(`! ${error instanceof Error ? oneLine(error.message, 500) : String(error)}`);
    },
    summary: (rows, code) => summarise(output, rows, code),
    close() {
      if (timer !== null) clearInterval(timer);
      output.block([]);
    },
  };
}

/** One line in columns: what leads, the mark, the place, the text; what is too long goes on below its column. */
export function writeLine(output: Output, lead: string, { mark, place, text, more }: EventLine): void {
  const indent = lead.length + 2 + placeWidth + 2;
  const width = output.columns === null ? null : widthBehind(indent, output.columns);
  const [first = '', ...rest] = wrapText(text, width);
  const quiet = mark === 'start' ? 'dim' : null;
  const head = place.padEnd(placeWidth);
  output.line(
    `${output.tone('dim', lead)}${signOf(mark, output)} ${quiet === null ? head : output.tone(quiet, head)}  ${first}`.trimEnd(),
  );
  for (const each of rest) output.line(`${' '.repeat(indent)}${each}`);
  for (const each of more.flatMap((long) => wrapText(long, width)))
    output.line(`${' '.repeat(indent)}${output.tone('dim', each)}`);
}

function signOf(mark: Mark, { tone }: Output): string {
  switch (mark) {
    case 'ok':
      return tone('green', '✓');
    case 'bad':
      return tone('red', '✗');
    case 'asks':
      return tone('yellow', '◇');
    case 'landed':
      return tone('green', '★');
    case 'plain':
    case 'start':
      return tone('dim', '·');
  }
}

function summarise(output: Output, rows: readonly ItemRow[], code: ExitCode): void {
  const landed = rows.filter(({ state }) => state === 'landed').length;
  const cost = rows.some(({ costMicroUsd }) => costMicroUsd === null)
    ? 'cost unknown'
    : usd(rows.reduce((sum, row) => sum + (row.costMicroUsd ?? 0), 0));
  output.line(`\n${landed} of ${rows.length} landed, ${cost}.`);
  for (const { id, state, reason, next, title } of rows) {
    if (state === 'landed') continue;
    const text = `${state}: ${oneLine(reason, 300)}   (${oneLine(title, 60)})`;
    for (const line of behind(`${output.tone('bold', id)} `, text, output.columns)) output.line(line);
    if (next !== '') for (const line of behind('   Next: ', next, output.columns)) output.line(line);
  }
  if (code === exitCode.budget) for (const line of boundsReached(rows)) output.line(line);
}

/** Which limits ended the session. Rows know of the day's budget, and not of what this session alone may begin and spend. */
function boundsReached(rows: readonly ItemRow[]): readonly string[] {
  const byDay = rows.some(({ reasonCode }) => reasonCode === 'day-budget');
  // What no budget of the project keeps back waits for a factory only.
  const bySession = !byDay || rows.some(({ reasonCode }) => reasonCode === 'no-worker');
  return [
    ...(byDay ? ["Stopped at the project's budget of the day, limits.dayUsd."] : []),
    ...(bySession ? ['Stopped at a bound of this session, --max-cost or --max-items.'] : []),
  ];
}

function blockLines(
  running: readonly { item: string; effect: string }[],
  since: ReadonlyMap<string, number>,
  rows: number | null,
): string[] {
  const room = Math.min(8, (rows ?? 24) - 4);
  const lines = running.slice(0, room).map(({ item, effect }) => {
    const seconds = Math.round((Date.now() - (since.get(effect) ?? Date.now())) / 1_000);
    return `  ⋯ ${item} ${placeOf(effect)}  ${seconds} s`;
  });
  return running.length > room ? [...lines.slice(0, -1), `  … and ${running.length - room + 1} more`] : lines;
}

function clockAndItem({ at, item }: JournalEvent): string {
  return `${new Date(at).toTimeString().slice(0, 8)} ${item.padEnd(6)} `;
}
