import type { Command } from 'commander';
import { ask, requireItem, requireOpen } from '../../app/work.ts';
import { exitCode, UserError } from '../../model/user-error.ts';
import type { CliContext } from '../context.ts';

export function define(command: Command, context: CliContext): void {
  command
    .argument('[item]')
    .option('--all', 'the whole factory')
    .action(async (id: string | undefined, options: { all?: boolean }) => {
      context.requirePerson();
      await context.withFactory(async (factory) => {
        if (options.all === true) {
          await factory.store.saveFactory({ pausedBy: null });
          return context.output.line('The factory goes on.');
        }
        if (id === undefined)
          throw new UserError('E_USAGE', 'which item?', 'mw resume MW-1, or mw resume --all', { exit: exitCode.usage });
        const state = await requireItem(factory, id);
        requireOpen(state);
        if (state.held === null) {
          const next = state.stopped === null ? `mw show ${id}` : `mw retry ${id}`;
          throw new UserError('E_NOT_PAUSED', `${id} was not paused by anybody; it is ${state.status}`, next, {
            exit: exitCode.conflict,
          });
        }
        await ask(factory, id, { type: 'resume-requested', by: context.environment.user });
        context.output.line(`${id} goes on.`);
      });
    });
}
