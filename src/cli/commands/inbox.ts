import type { Command } from 'commander';
import { projectName, readPicture, type ItemRow } from '../../insight/item-row.ts';
import type { Gate } from '../../machine/state.ts';
import { exitCode } from '../../model/user-error.ts';
import type { CliContext } from '../context.ts';
import { behind, oneLine } from '../output.ts';

export function define(command: Command, context: CliContext): void {
  command
    .option('--count', 'only how many')
    .option('--check', 'exit with 4 when something waits for you')
    .option('--json', 'for programs')
    .action(async (options: { count?: boolean; check?: boolean; json?: boolean }) => {
      await context.withFactory(async (factory) => {
        const { rows, states } = await readPicture(factory.store, {});
        const waiting = rows.filter(({ state }) => state === 'waiting' || state === 'paused');
        if (options.check === true && waiting.length > 0) context.exit(exitCode.needsPerson);
        if (options.json === true) {
          return context.output.json({
            items: waiting.map((row) => ({ ...row, gate: states.get(row.id)?.gate ?? null })),
          });
        }
        if (options.count === true) return context.output.line(String(waiting.length));
        if (waiting.length === 0) return context.output.line('Nothing waits for you.');
        const several = new Set(waiting.map(({ project }) => project)).size > 1;
        for (const row of waiting)
          for (const line of entry(row, several, states.get(row.id)?.gate ?? null, context.output.columns))
            context.output.line(line);
      });
    });
}

/** With `several` repositories each entry names its own. */
function entry(row: ItemRow, several: boolean, gate: Gate | null, columns: number | null): string[] {
  return [
    `${row.id}  ${row.state}  ${several ? `${projectName(row.project)}: ` : ''}${oneLine(row.title, 60)}`,
    ...behind('   ', oneLine(row.reason, 1_000), columns),
    ...(gate?.options ?? []).flatMap((option, index) => behind(`   ${index + 1}. `, oneLine(option, 200), columns)),
    ...(gate?.round ?? []).flatMap(({ question, options, proposed }, index) => [
      ...behind(`   ${index + 1}) `, oneLine(question, 500), columns),
      ...options.flatMap((option, place) => behind(`      ${place + 1}. `, oneLine(option, 200), columns)),
      ...(proposed === '' ? [] : behind('      proposed: ', oneLine(proposed, 300), columns)),
    ]),
    ...behind('   Next: ', row.next, columns),
  ];
}
