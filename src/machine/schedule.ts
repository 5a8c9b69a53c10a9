/**
 * Says which effects may start now, where, and with how much money reserved; and for each of the others, why it waits.
 * Pure, with the whole factory in view.
 */
import { chainLengths } from './chain.ts';
import type { FactoryView, Schedule, Start, Wait } from './factory-view.ts';
import { openLedger, take } from './ledger.ts';
import { reasonToWait } from './why-wait.ts';

export function schedule(view: FactoryView): Schedule {
  const ledger = openLedger(view);
  const chains = chainLengths(view.items);
  const order = [...view.items].sort(
    (a, b) =>
      b.priority - a.priority ||
      Number(b.landing) - Number(a.landing) ||
      (chains.get(b.id) ?? 0) - (chains.get(a.id) ?? 0) ||
      Number(b.begun) - Number(a.begun) ||
      a.number - b.number,
  );
  const starts: Start[] = [];
  const waits: Wait[] = [];
  for (const item of order) {
    for (const effect of item.effects) {
      if (effect.state === 'running') continue;
      const wait = reasonToWait(view, ledger, item, effect);
      if (wait !== null) {
        waits.push({ ...wait, effect: effect.id, item: item.id });
        continue;
      }
      starts.push(take(ledger, item, effect));
    }
  }
  return { starts, waits };
}
