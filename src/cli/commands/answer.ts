import type { Command } from 'commander';
import { ask, requireGate, requireItem } from '../../app/work.ts';
import { askAtTerminal, composeAnswer } from '../answers.ts';
import type { CliContext } from '../context.ts';

export function define(command: Command, context: CliContext): void {
  command
    .argument('<item>')
    .argument('[answer...]', 'one for each question, in order: words, an option’s number, or - for "decide for me"')
    .option('--decide', 'leave all that is not answered to the agent, who writes down what it took')
    .option('--json', 'for programs')
    .action(async (id: string, given: readonly string[], options: { decide?: boolean; json?: boolean }) => {
      context.requirePerson();
      await context.withFactory(async (factory) => {
        const gate = requireGate(await requireItem(factory, id), ['question']);
        const atTerminal =
          given.length === 0 && options.decide !== true && process.stdin.isTTY && options.json !== true;
        const answers = atTerminal ? await askAtTerminal(gate, context.output) : given;
        const state = await ask(factory, id, {
          type: 'answered',
          gate: gate.id,
          by: context.environment.user,
          answer: composeAnswer(gate, answers, options.decide === true),
        });
        if (options.json === true) return context.output.json({ id, state: state.status });
        context.output.line(`${id} has your answer; it is ${state.status} now.`);
      });
    });
}
