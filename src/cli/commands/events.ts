import type { Command } from 'commander';
import { requireItem } from '../../app/work.ts';
import type { CliContext } from '../context.ts';
import { parseInteger } from '../options.ts';

const page = 1_000;

export function define(command: Command, context: CliContext): void {
  command
    .argument('[item]', 'only this item’s')
    .option('--after <seq>', 'only later than this', parseInteger)
    .option('--type <type>', 'only of this type')
    .option('--json', 'for programs; events are lines of JSON in any case')
    .action(async (id: string | undefined, options: { after?: number; type?: string }) => {
      await context.withFactory(async (factory) => {
        if (id !== undefined) await requireItem(factory, id);
        for (let after = options.after ?? 0; ;) {
          const events = await factory.store.events({
            ...(id === undefined ? {} : { item: id }),
            afterSeq: after,
            limit: page,
          });
          for (const event of events)
            if (options.type === undefined || event.body.type === options.type) context.output.jsonLine(event);
          after = events.at(-1)?.seq ?? after;
          if (events.length < page) return;
        }
      });
    });
}
