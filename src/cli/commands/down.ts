import { Option, type Command } from 'commander';
import { stopFactory } from '../../app/stop-factory.ts';
import type { CliContext } from '../context.ts';
import { parseDuration } from '../options.ts';

export function define(command: Command, context: CliContext): void {
  command
    .option('--now', 'abort what runs; it is done again later')
    .addOption(
      new Option('--timeout <duration>', 'how long to wait for what runs')
        .argParser(parseDuration)
        .default(3_600_000, '1h'),
    )
    .action(async (options: { now?: boolean; timeout: number }) => {
      context.requirePerson();
      const result = await stopFactory(context.environment, {
        now: options.now === true,
        timeoutMs: options.timeout,
        onNotice: (text) => context.output.talk(text),
      });
      context.output.line(stoppedLine(result.workers));
      context.output.line(result.database === 'stopped' ? 'The database is stopped.' : 'The database was not running.');
    });
}

function stoppedLine(factories: number): string {
  if (factories === 0) return 'No factory was running.';
  return factories === 1 ? '1 factory stopped.' : `${factories} factories stopped.`;
}
