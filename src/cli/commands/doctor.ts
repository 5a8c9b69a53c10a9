import type { Command } from 'commander';
import { examine } from '../../app/examine.ts';
import { exitCode } from '../../model/user-error.ts';
import type { CliContext } from '../context.ts';

/** As wide as `sandbox bubblewrap`. */
const aboutWidth = 18;

export function define(command: Command, context: CliContext): void {
  command
    .option('--quick', 'leave out the attempts to break out of the sandbox')
    .option('--json', 'for programs')
    .action(async (options: { quick?: boolean; json?: boolean }) => {
      const findings = await examine(context.environment, process.cwd(), { probes: options.quick !== true });
      if (findings.some(({ status }) => status === 'bad')) context.exit(exitCode.error);
      if (options.json === true) return context.output.json({ findings });
      const marks = {
        good: context.output.tone('green', '✓'),
        note: context.output.tone('yellow', '!'),
        bad: context.output.tone('red', '✗'),
      };
      for (const { status, about, text, next } of findings) {
        context.output.line(`${marks[status]} ${about.padEnd(aboutWidth)} ${text}`);
        if (next !== null) context.output.line(`${' '.repeat(aboutWidth + 3)}Next: ${next}`);
      }
    });
}
