import type { Command } from 'commander';
import type { CliContext } from './context.ts';

/** One file a command: it adds its arguments, options and action. */
export interface CommandModule {
  define(command: Command, context: CliContext): void;
}
