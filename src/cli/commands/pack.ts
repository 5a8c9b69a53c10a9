import type { Command } from 'commander';
import { writeAcceptance } from '../../app/acceptance.ts';
import type { CliContext } from '../context.ts';

export function define(command: Command, context: CliContext): void {
  command
    .argument('<item>', 'for example MW-1')
    .option('--out <folder>', 'where; default: a folder with the item’s name, here')
    .option('--json', 'for programs')
    .action(async (id: string, { out, json }: { out?: string; json?: boolean }) => {
      await context.withFactory(async (factory) => {
        const files = await writeAcceptance(factory, id, out ?? `acceptance-${id}`);
        if (json === true) return context.output.json({ files });
        for (const file of files) context.output.line(file);
        context.output.talk(`  Next: read it, then mw approve ${id}, or mw reject ${id} --reason "…"`);
      });
    });
}
