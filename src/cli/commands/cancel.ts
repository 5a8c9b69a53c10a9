import type { Command } from 'commander';
import { ask, requireItem, requireOpen } from '../../app/work.ts';
import type { CliContext } from '../context.ts';

export function define(command: Command, context: CliContext): void {
  command
    .argument('<item>')
    .option('--reason <text>', 'why', '')
    .action(async (id: string, options: { reason: string }) => {
      context.requirePerson();
      await context.withFactory(async (factory) => {
        requireOpen(await requireItem(factory, id));
        await ask(factory, id, { type: 'cancel-requested', by: context.environment.user, reason: options.reason });
        context.output.line(`${id} is cancelled. What was made so far is kept: mw diff ${id}`);
      });
    });
}
