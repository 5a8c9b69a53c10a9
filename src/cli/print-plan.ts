/** A plan for people. */
import type { PlanHere } from '../app/plan-here.ts';
import type { Range } from '../insight/estimate.ts';
import { usd } from '../model/money.ts';
import { showControl } from '../model/visible-text.ts';
import type { PlanAction, PlanRow } from '../spec/compare.ts';
import type { PlannedItem } from '../spec/plan-items.ts';
import { behind, oneLine, type Output } from './output.ts';

const signs: Readonly<Record<PlanAction, string>> = { add: '+', change: '~', remove: '-', drift: '!', unchanged: ' ' };

export function printPlan(plan: PlanHere, output: Output): void {
  const shown = plan.rows.filter(({ action, unready }) => action !== 'unchanged' || unready !== null);
  for (const [spec, rows] of Map.groupBy(shown, (row) => row.spec)) {
    output.line(output.tone('bold', showControl(`specs/${spec}/spec.md`)));
    for (const row of rows) printRow(row, plan, output);
    output.line('');
  }
  for (const { spec, count } of plan.nameless)
    output.line(
      `${showControl(`specs/${spec}/spec.md`)}: ${countOf(count, 'criterion has', 'criteria have')} no id: mw spec lint --fix`,
    );
  for (const fault of [...plan.faults, ...plan.empty]) output.line(showControl(fault));
  output.line(`Plan: ${summarize(plan)}.`);
  if (plan.items.length > 0) output.line(describeWork(plan));
  for (const [index, item] of plan.items.entries()) printItem(item, index, output);
  for (const branch of plan.undelivered)
    output.line(showControl(`Landed work waits on ${branch}; it is counted as built: git merge ${branch}`));
  for (const path of plan.uncommitted)
    output.line(
      `${showControl(path)} differs from the latest commit of ${plan.target}; mw apply needs it committed there`,
    );
}

/** `2. Without a name  AC-2  (after 1)` */
function printItem({ title, criteria, after, afterItems }: PlannedItem, index: number, output: Output): void {
  const ids = criteria.map(({ id }) => id.slice(id.indexOf('/') + 1)).join(', ');
  const order = [...after.map((place) => String(place + 1)), ...afterItems];
  const words = `${title}: ${ids}${order.length === 0 ? '' : ` (after ${order.join(', ')})`}`;
  for (const line of behind(`  ${index + 1}. `, showControl(words), output.columns)) output.line(line);
}

function printRow(row: PlanRow, plan: PlanHere, output: Output): void {
  const number = row.id.slice(row.id.indexOf('/') + 1);
  const last = row.text?.split('\n').at(-1) ?? '';
  const words = row.action === 'remove' ? `built by ${row.builtCommit?.slice(0, 10)}, not asked for any more` : last;
  output.line(
    `  ${signs[row.action]} ${number.padEnd(6)} ${oneLine(showControl(words), Math.max((output.columns ?? 200) - 12, 30))}`,
  );
  const unprovable = plan.unprovable.find(({ id }) => id === row.id);
  if (unprovable !== undefined) {
    for (const line of behind('      ', showControl(`cannot be shown: it ${unprovable.detail}`), output.columns))
      output.line(line);
    for (const line of behind('      first: ', showControl(unprovable.next), output.columns)) output.line(line);
  }
  if (row.unready !== null && row.action !== 'remove') output.line(`      not ready: ${showControl(row.unready)}`);
  const before = plan.items.flatMap(({ criteria }) => criteria).find(({ id }) => id === row.id)?.before ?? null;
  const was = before?.split('\n').at(-1) ?? last;
  if (was !== last) output.line(`      was: ${oneLine(showControl(was), Math.max((output.columns ?? 200) - 11, 30))}`);
  if (row.item !== null)
    output.line(`      ${describeItem(row.item, plan)}${row.pinned === null ? '' : ', with the text from before'}`);
  for (const { file, lines, commit } of row.drift.slice(0, 3)) {
    const where = lines === null ? `${file}: lines taken away` : `${file}:${lines.from}-${lines.to}`;
    output.line(`      by hand: ${showControl(where)} (${commit.slice(0, 10)})`);
  }
  if (row.drift.length > 3) output.line(`      and ${row.drift.length - 3} more: mw drift`);
}

function describeItem(id: string, { underway }: PlanHere): string {
  const state = underway.get(id);
  return `${id} is at it${state === undefined ? '' : `: ${state.status}`}`;
}

function summarize({ rows }: PlanHere): string {
  const count = (action: PlanAction) => rows.filter((row) => row.action === action).length;
  const unready = rows.filter((row) => row.unready !== null).length;
  return [
    `${count('add')} to add`,
    `${count('change')} to change`,
    `${count('remove')} to remove`,
    ...(count('drift') > 0 ? [`${count('drift')} drifted`] : []),
    `${count('unchanged')} unchanged`,
    ...(unready > 0 ? [`${unready} not ready`] : []),
  ].join(', ');
}

function describeWork({ items, estimate }: PlanHere): string {
  const { costMicroUsd, workMs, basis } = estimate;
  const work = countOf(items.length, 'item', 'items');
  if (costMicroUsd === null && workMs === null)
    return `${work}. Cost and time: not known, with ${countOf(basis, 'landed item', 'landed items')} to go by (5 are needed).`;
  const cost = costMicroUsd === null ? 'cost not known' : `about ${range(costMicroUsd, usd)}`;
  const time = workMs === null ? 'time not known' : `${range(workMs, minutes)} of work`;
  return `${work}: ${cost}, ${time}, as ${basis} landed items went (9 of 10 fall inside).`;
}

function range({ low, middle, high }: Range, show: (value: number) => string): string {
  return `${show(middle)} (${show(low)} to ${show(high)})`;
}

function minutes(ms: number): string {
  return ms < 90_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;
}

function countOf(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
