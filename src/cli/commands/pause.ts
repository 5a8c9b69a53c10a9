import type { Command } from 'commander';
import { ask, requireItem, requireOpen } from '../../app/work.ts';
import { exitCode, UserError } from '../../model/user-error.ts';
import type { CliContext } from '../context.ts';

export function define(command: Command, context: CliContext): void {
  command
    .argument('[item]')
    .option('--all', 'the whole factory: nothing new starts')
    .option('--reason <text>', 'why', '')
    .action(async (id: string | undefined, options: { all?: boolean; reason: string }) => {
      context.requirePerson();
      await context.withFactory(async (factory) => {
        const by = context.environment.user;
        if (options.all === true) {
          await factory.store.saveFactory({ pausedBy: by });
          return context.output.line(
            'The factory is paused: what runs goes on to its end, nothing new starts.  Next: mw resume --all',
          );
        }
        if (id === undefined)
          throw new UserError('E_USAGE', 'which item?', 'mw pause MW-1, or mw pause --all', { exit: exitCode.usage });
        requireOpen(await requireItem(factory, id));
        await ask(factory, id, { type: 'pause-requested', by, reason: options.reason });
        context.output.line(
          `${id} is paused: what runs goes on to its end, nothing new starts.  Next: mw resume ${id}`,
        );
      });
    });
}
