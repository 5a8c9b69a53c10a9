import { Option, type Command } from 'commander';
import { findRepository, registerProject } from '../../app/projects.ts';
import type { Factory } from '../../app/open-factory.ts';
import { readPicture, type ItemRow } from '../../insight/item-row.ts';
import { usd } from '../../model/money.ts';
import { UserError } from '../../model/user-error.ts';
import { ItemStatus } from '../../model/work-item.ts';
import type { CliContext } from '../context.ts';
import { oneLine, table } from '../output.ts';

export function define(command: Command, context: CliContext): void {
  command
    .addOption(new Option('--state <state>', 'only items in this state').choices(ItemStatus.options))
    .option('--all', 'items of every project')
    .option('--json', 'for programs')
    .action(async (options: { state?: string; all?: boolean; json?: boolean }) => {
      await context.withFactory(async (factory) => {
        const project = options.all === true ? null : await projectHere(factory);
        const { rows } = await readPicture(factory.store, project === null ? {} : { project });
        const shown = rows.filter(({ state }) => options.state === undefined || state === options.state);
        if (options.json === true) return context.output.json({ items: shown.map(jsonRow) });
        if (shown.length === 0) return context.output.talk('Nothing here.  Next: mw add "what you want"');
        const lines = shown.map((row) => [
          row.id,
          row.state,
          row.phase ?? '',
          money(row),
          oneLine(row.title, 44),
          oneLine(row.reason, 200),
        ]);
        for (const line of table(lines, context.output.columns)) context.output.line(line);
      });
    });
}

/** The row as the contract with outside tools has it. */
export function jsonRow({ id, key, title, state, phase, reason, branch, costMicroUsd }: ItemRow): object {
  return { id, key, title, state, phase, reason, branch, costMicroUsd };
}

export function money({ costMicroUsd }: Pick<ItemRow, 'costMicroUsd'>): string {
  return costMicroUsd === null ? '$ ?' : usd(costMicroUsd);
}

/** The project of the current folder; `null` outside any repository: then everything is shown. */
export async function projectHere(factory: Factory): Promise<string | null> {
  try {
    await findRepository(process.cwd());
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
  return (await registerProject(factory.store, process.cwd())).id;
}
