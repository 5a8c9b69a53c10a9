import type { Command } from 'commander';
import { readDiff } from '../../app/item-diff.ts';
import type { CliContext } from '../context.ts';
import { showControl } from '../../model/visible-text.ts';

export function define(command: Command, context: CliContext): void {
  command
    .argument('<item>')
    .option('--stat', 'only which files and how much')
    .action(async (id: string, options: { stat?: boolean }) => {
      await context.withFactory(async (factory) => {
        const { text, cut } = await readDiff(factory, id, options.stat === true);
        if (text === '') return context.output.talk(`${id} has changed nothing so far.`);
        context.output.line(showControl(text.trimEnd()));
        if (cut) context.output.talk('The diff is longer than this; look at the commit with git.');
      });
    });
}
