import type { Command } from 'commander';
import { exportAgentTrace, exportStatements, restoreNotes, verifyHere } from '../../app/provenance-here.ts';
import { exitCode, UserError } from '../../model/user-error.ts';
import { showControl } from '../../model/visible-text.ts';
import type { CliContext } from '../context.ts';
import { oneLine } from '../output.ts';
import { readVersion } from '../version.ts';

export function define(command: Command, context: CliContext): void {
  const { output, environment } = context;
  command
    .command('verify')
    .description('hash again what is noted beside commits, and hold it against them')
    .argument('[commit...]', 'all landed commits without one')
    .option('--json', 'for programs')
    .action(async (commits: readonly string[], options: { json?: boolean }) => {
      const verified = await verifyHere(environment.home, process.cwd(), commits);
      const broken = verified.filter(({ links }) => links.some(({ state }) => state === 'broken'));
      if (broken.length > 0) context.exit(exitCode.notAccepted);
      if (options.json === true) return output.json({ commits: verified });
      for (const { commit, subject, links } of verified) {
        const states = links.map(({ state }) => state);
        const sign = states.includes('broken') ? '✗' : states.includes('unknown') ? '?' : '✓';
        output.line(`${sign} ${commit.slice(0, 10)}  ${oneLine(showControl(subject), 60)}`);
        for (const { name, state, text } of links.filter((link) => link.state !== 'holds'))
          output.line(`    ${state}: ${name}: ${showControl(text)}`);
      }
      output.line(`${verified.length} commits, ${broken.length} broken.`);
    });
  command
    .command('export')
    .description('for other tools: in-toto statements with SLSA provenance, or an Agent Trace record')
    .argument('[commit...]', 'all landed commits without one')
    .option('--format <format>', 'in-toto (a statement a line) or agent-trace (of the latest commit)', 'in-toto')
    .action(async (commits: readonly string[], { format }: { format: string }) => {
      if (format === 'agent-trace')
        return output.jsonLine(await exportAgentTrace(environment.home, process.cwd(), readVersion()));
      if (format !== 'in-toto')
        throw new UserError(
          'E_FORMAT',
          `there is no format ${JSON.stringify(format)}`,
          '--format in-toto, or --format agent-trace',
          { exit: exitCode.usage },
        );
      for (const statement of await exportStatements(environment.home, process.cwd(), commits, readVersion()))
        output.jsonLine(statement);
    });
  command
    .command('restore')
    .description('write the notes of landed commits again, from the journal')
    .action(async () => {
      await context.withFactory(async (factory) => {
        const written = await restoreNotes(factory, process.cwd());
        output.line(`${written} notes written.`);
      });
    });
}
