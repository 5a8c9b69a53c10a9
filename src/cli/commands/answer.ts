import type { Command } from 'commander';
import { ask, requireGate, requireItem } from '../../app/work.ts';
import type { CliContext } from '../context.ts';

export function define(command: Command, context: CliContext): void {
  command
    .argument('<item>')
    .argument('<text>', 'the answer; the next attempt reads it')
    .option('--json', 'for programs')
    .action(async (id: string, text: string, options: { json?: boolean }) => {
      context.requirePerson();
      await context.withFactory(async (factory) => {
        const gate = requireGate(await requireItem(factory, id), ['question']);
        const state = await ask(factory, id, {
          type: 'answered',
          gate: gate.id,
          by: context.environment.user,
          answer: text,
        });
        if (options.json === true) return context.output.json({ id, state: state.status });
        context.output.line(`${id} has your answer; it is ${state.status} now.`);
      });
    });
}
