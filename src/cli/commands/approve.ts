import type { Command } from 'commander';
import { ask, requireGate, requireItem } from '../../app/work.ts';
import type { CliContext } from '../context.ts';

export function define(command: Command, context: CliContext): void {
  command
    .argument('<item>')
    .option('--reason <text>', 'a note for the journal')
    .option('--json', 'for programs')
    .action(async (id: string, options: { reason?: string; json?: boolean }) => {
      context.requirePerson();
      await context.withFactory(async (factory) => {
        const gate = requireGate(await requireItem(factory, id), ['approval', 'concerns', 'dispute', 'no-change']);
        const state = await ask(factory, id, {
          type: 'approved',
          gate: gate.id,
          by: context.environment.user,
          note: options.reason ?? null,
        });
        if (options.json === true) return context.output.json({ id, state: state.status });
        context.output.line(
          `${id} approved${gate.commit === null ? '' : ` at ${gate.commit.slice(0, 10)}`}; it is ${state.status} now.`,
        );
      });
    });
}
