import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { runDemo } from '../demo.ts';

export function define(command: Command, context: CliContext): void {
  command
    .option('--keep <folder>', 'leave the repository and the factory’s state there, to look around in')
    .action(async (options: { keep?: string }) => context.exit(await runDemo(context, options.keep ?? null)));
}
