import type { Command } from 'commander';
import { editItem } from '../../app/work.ts';
import { exitCode, UserError } from '../../model/user-error.ts';
import { WorkItemChange } from '../../model/work-item.ts';
import type { CliContext } from '../context.ts';
import { parseInteger, parseUsd } from '../options.ts';

interface Options {
  readonly title?: string;
  readonly body?: string;
  readonly after?: string;
  readonly pipeline?: string;
  readonly priority?: number;
  readonly budget?: number;
  readonly rung?: string;
}

export function define(command: Command, context: CliContext): void {
  command
    .argument('<item>')
    .option('--title <text>', 'the new title')
    .option('--body <text>', 'what is said beyond the title')
    .option('--after <items>', 'the items it comes after, all of them, with commas; an empty text for none')
    .option('--pipeline <name>', 'takes effect with the next run')
    .option('--priority <n>', 'higher starts earlier', parseInteger)
    .option('--budget <usd>', 'at most this much', parseUsd)
    .option('--rung <rung>', 'clone or bubblewrap')
    .action(async (id: string, options: Options) => {
      context.requirePerson();
      const { budget, after, ...rest } = options;
      const change = WorkItemChange.safeParse({
        ...rest,
        ...(budget === undefined ? {} : { budgetMicroUsd: budget }),
        ...(after === undefined
          ? {}
          : {
              after: after
                .split(',')
                .map((each) => each.trim())
                .filter((each) => each !== ''),
            }),
      });
      if (!change.success)
        throw new UserError(
          'E_BAD_ITEM',
          `${change.error.issues[0]?.path.join('.')}: ${change.error.issues[0]?.message}`,
          'mw edit --help',
          { exit: exitCode.usage },
        );
      if (Object.keys(change.data).length === 0)
        throw new UserError('E_USAGE', 'nothing to change', 'mw edit MW-1 --priority 5', { exit: exitCode.usage });
      await context.withFactory(async (factory) => {
        await editItem(factory, id, change.data, context.environment.user);
        context.output.line(`${id} changed: ${Object.keys(change.data).join(', ')}`);
      });
    });
}
