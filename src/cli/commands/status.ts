import type { Command } from 'commander';
import { projectName, readPicture } from '../../insight/item-row.ts';
import { usd } from '../../model/money.ts';
import { exitCode } from '../../model/user-error.ts';
import type { CliContext } from '../context.ts';
import { oneLine, table } from '../output.ts';

export function define(command: Command, context: CliContext): void {
  command
    .option('--check', 'exit with 4 when something needs you')
    .option('--json', 'for programs')
    .action(async (options: { check?: boolean; json?: boolean }) => {
      await context.withFactory(async (factory) => {
        const { rows, workers, pausedBy } = await readPicture(factory.store, {});
        const of = (...states: readonly string[]) => rows.filter(({ state }) => states.includes(state));
        const needsYou = of('waiting', 'paused');
        if (options.check === true && needsYou.length > 0) context.exit(exitCode.needsPerson);
        const counts = Object.fromEntries(
          ['queued', 'running', 'waiting', 'paused', 'parked', 'landed', 'cancelled'].map((state) => [
            state,
            of(state).length,
          ]),
        );
        const unknown = rows.filter(({ costMicroUsd }) => costMicroUsd === null).length;
        const knownMicroUsd = rows.reduce((sum, { costMicroUsd }) => sum + (costMicroUsd ?? 0), 0);
        if (options.json === true)
          return context.output.json({
            workers,
            pausedBy,
            counts,
            knownCostMicroUsd: knownMicroUsd,
            itemsOfUnknownCost: unknown,
            needsYou,
          });
        const { output } = context;
        const factoryLine =
          workers.length === 0
            ? 'stopped  (mw up starts it)'
            : `running, process ${workers.map(({ pid }) => pid).join(', ')}`;
        output.line(`Factory  ${factoryLine}${pausedBy === null ? '' : `, paused by ${pausedBy}`}`);
        output.line(
          `Items    ${
            Object.entries(counts)
              .filter(([, count]) => count > 0)
              .map(([state, count]) => `${count} ${state}`)
              .join(', ') || 'none yet  (mw add "…")'
          }`,
        );
        output.line(
          `Cost     ${usd(knownMicroUsd)}${unknown === 0 ? '' : `, and unknown for ${unknown} ${unknown === 1 ? 'item' : 'items'}`}`,
        );
        const several = new Set(rows.map(({ project }) => project)).size > 1;
        section(context, 'Needs you', needsYou, several);
        section(context, 'Running', of('running'), several);
        section(context, 'Waiting', of('queued', 'parked').slice(0, 8), several);
      });
    });
}

function section(
  context: CliContext,
  title: string,
  rows: readonly {
    id: string;
    project: string;
    state: string;
    phase: string | null;
    title: string;
    reason: string;
  }[],
  several: boolean,
): void {
  if (rows.length === 0) return;
  context.output.line(`\n${context.output.tone('bold', title)}`);
  const lines = rows.map(({ id, project, state, phase, title: text, reason }) => [
    `  ${id}`,
    ...(several ? [projectName(project)] : []),
    state,
    phase ?? '',
    oneLine(text, 36),
    oneLine(reason, 160),
  ]);
  for (const line of table(lines, context.output.columns)) context.output.line(line);
}
