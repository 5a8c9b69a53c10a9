import type { Command } from 'commander';
import { ask, requireGate, requireItem } from '../../app/work.ts';
import type { CliContext } from '../context.ts';

export function define(command: Command, context: CliContext): void {
  command
    .argument('<item>')
    .requiredOption('--reason <text>', 'what is wrong; the next attempt reads it')
    .option('--json', 'for programs')
    .action(async (id: string, options: { reason: string; json?: boolean }) => {
      context.requirePerson();
      await context.withFactory(async (factory) => {
        const gate = requireGate(await requireItem(factory, id), ['approval', 'concerns', 'dispute', 'no-change']);
        const state = await ask(factory, id, {
          type: 'rejected',
          gate: gate.id,
          by: context.environment.user,
          reason: options.reason,
        });
        if (options.json === true) return context.output.json({ id, state: state.status });
        context.output.line(`${id} goes back with your reason; it is ${state.status} now.`);
      });
    });
}
