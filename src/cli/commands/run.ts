import type { Command } from 'commander';
import { requireItem } from '../../app/work.ts';
import type { Factory } from '../../app/open-factory.ts';
import { isFinal } from '../../model/work-item.ts';
import type { CliContext } from '../context.ts';
import { defaultSlots } from '../default-slots.ts';
import { runAndFollow } from '../follow.ts';
import { parseCount } from '../options.ts';
import { tellJoining } from '../standing.ts';

export function define(command: Command, context: CliContext): void {
  command
    .argument('<item>', 'for example MW-1')
    .option('--slots <n>', 'sessions at a time', parseCount)
    .option('--json', 'journal events as lines of JSON')
    .action(async (id: string, options: { slots?: number; json?: boolean }) => {
      await context.withFactory(async (factory) => {
        await requireItem(factory, id);
        await tellJoining(factory, context.output);
        const code = await runAndFollow(factory, context, {
          json: options.json === true,
          slots: options.slots ?? (await defaultSlots(factory)),
          untilEmpty: true,
          endsAt: null,
          maxCostMicroUsd: null,
          maxItems: null,
          only: await withParents(factory, id),
        });
        context.exit(code);
      });
    });
}

/** The item, and everything unfinished that it comes after. */
async function withParents(factory: Factory, id: string): Promise<readonly string[]> {
  const all = new Set<string>();
  const visit = async (each: string): Promise<void> => {
    if (all.has(each)) return;
    const found = await factory.store.item(each);
    if (found === null || (isFinal(found.state.status) && each !== id)) return;
    all.add(each);
    for (const parent of found.state.item.after) await visit(parent);
  };
  await visit(id);
  return [...all];
}
