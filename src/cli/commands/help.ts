import type { Command } from 'commander';
import { exitCode, UserError } from '../../model/user-error.ts';
import { commandTable } from '../command-table.ts';
import type { CliContext } from '../context.ts';
import { topics } from '../help-topics.ts';

export function define(command: Command, context: CliContext): void {
  command
    .argument('[topic...]', `a command, or one of: ${Object.keys(topics).join(', ')}`)
    .action(async ([topic, ...below]: readonly string[]) => {
      const root = command.parent;
      if (topic === undefined) {
        root?.outputHelp();
        return context.output.line(`\nTopics (mw help TOPIC): ${Object.keys(topics).join(', ')}`);
      }
      const text = topics[topic];
      if (text !== undefined) return context.output.line(text);
      const named = root?.commands.find((each) => each.name() === topic);
      if (named === undefined || !(topic in commandTable))
        throw new UserError('E_NOT_FOUND', `there is no help on ${JSON.stringify(topic)}`, 'mw help', {
          exit: exitCode.notFound,
        });
      if (topic !== 'help') (await commandTable[topic as keyof typeof commandTable].load()).define(named, context);
      const inner = below.reduce<Command | undefined>(
        (outer, name) => outer?.commands.find((each) => each.name() === name),
        named,
      );
      if (inner === undefined)
        throw new UserError(
          'E_NOT_FOUND',
          `mw ${topic} has no ${JSON.stringify(below.join(' '))}`,
          `mw help ${topic}`,
          {
            exit: exitCode.notFound,
          },
        );
      inner.outputHelp();
    });
}
