/** What a person sees while the factory runs: one line for each change that matters, and a live block on a terminal. */
import { usd, type FactoryView } from '../machine/schedule.ts';
import type { ItemRow } from '../insight/item-row.ts';
import type { JournalEvent } from '../model/event.ts';
import type { ExitCode } from '../model/user-error.ts';
import { describeEvent } from './describe-event.ts';
import { oneLine, type Output } from './output.ts';

export interface Progress {
  event(event: JournalEvent): void;
  schedule(view: FactoryView): void;
  trouble(error: unknown): void;
  summary(rows: readonly ItemRow[], code: ExitCode): void;
  close(): void;
}

const frameMs = 250;

export function createProgress(output: Output, quiet: boolean): Progress {
  const since = new Map<string, number>();
  let running: { readonly item: string; readonly effect: string }[] = [];
  const draw = () => output.block(blockLines(running, since, output.rows));
  const timer = quiet || output.rows === null ? null : setInterval(draw, frameMs);
  return {
    event(event) {
      const text = describeEvent(event, output.tone);
      if (text === null) return;
      output.line(`${timeOf(event.at)} ${event.item.padEnd(6)} ${text}`);
      if (timer !== null) draw();
    },
    schedule(view) {
      running = view.items.flatMap(({ id, effects }) => effects.flatMap((effect) => (effect.state === 'running' ? [{ item: id, effect: effect.id }] : [])));
      for (const { effect } of running) if (!since.has(effect)) since.set(effect, Date.now());
    },
    trouble(error) {
      output.talk(`! ${error instanceof Error ? oneLine(error.message, 500) : String(error)}`);
    },
    summary(rows, code) {
      const landed = rows.filter(({ state }) => state === 'landed').length;
      const cost = rows.some(({ costMicroUsd }) => costMicroUsd === null) ? 'cost unknown' : usd(rows.reduce((sum, row) => sum + (row.costMicroUsd ?? 0), 0));
      output.line(`\n${landed} of ${rows.length} landed, ${cost}.`);
      for (const { id, state, reason, next, title } of rows) {
        if (state === 'landed') continue;
        output.line(`${output.tone('bold', id)} ${state}: ${oneLine(reason, 300)}   (${oneLine(title, 60)})`);
        if (next !== '') output.line(`   Next: ${next}`);
      }
      if (code === 7) output.line('This session has reached its bound.');
    },
    close() {
      if (timer !== null) clearInterval(timer);
      output.block([]);
    },
  };
}

function blockLines(running: readonly { item: string; effect: string }[], since: ReadonlyMap<string, number>, rows: number | null): string[] {
  const room = Math.min(8, (rows ?? 24) - 4);
  const lines = running.slice(0, room).map(({ item, effect }) => {
    const seconds = Math.round((Date.now() - (since.get(effect) ?? Date.now())) / 1_000);
    return `  ⋯ ${item} ${effect.slice(effect.indexOf('/') + 1)}  ${seconds} s`;
  });
  return running.length > room ? [...lines.slice(0, -1), `  … and ${running.length - room + 1} more`] : lines;
}

function timeOf(at: string): string {
  return new Date(at).toTimeString().slice(0, 8);
}
