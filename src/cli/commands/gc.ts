import type { Command } from 'commander';
import { collectGarbage } from '../../app/collect-garbage.ts';
import type { CliContext } from '../context.ts';

export function define(command: Command, context: CliContext): void {
  command
    .option('--dry-run', 'only say what would go')
    .option('--copies', 'kept working copies too: they are made again when needed')
    .option('--json', 'for programs')
    .action(async (options: { dryRun?: boolean; copies?: boolean; json?: boolean }) => {
      context.requirePerson();
      await context.withFactory(async (factory) => {
        const removed = await collectGarbage(factory, {
          dryRun: options.dryRun === true,
          copies: options.copies === true,
        });
        if (options.json === true) return context.output.json({ removed });
        for (const { what, path } of removed) context.output.line(`${what}  ${path}`);
        context.output.line(
          removed.length === 0
            ? 'Nothing to free.'
            : `${removed.length} ${options.dryRun === true ? 'would be' : ''} removed; commits of unfinished and cancelled work are kept.`,
        );
      });
    });
}
