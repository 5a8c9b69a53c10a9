import { resolve } from 'node:path';
import type { Command } from 'commander';
import { checkJournal } from '../../app/check-journal.ts';
import { exitCode } from '../../model/user-error.ts';
import { backupDatabase } from '../../store/postgres/backup.ts';
import { restoreDatabase } from '../../store/postgres/restore.ts';
import type { CliContext } from '../context.ts';

export function define(command: Command, context: CliContext): void {
  command
    .command('backup')
    .description('everything in the database, to one file')
    .argument('<file>')
    .action(async (file: string) => {
      await context.withFactory(async ({ database }) => {
        const { rows, sizeBytes } = await backupDatabase(database, resolve(file));
        context.output.line(
          `✓ ${rows} rows, ${sizeBytes} bytes, in ${file}. Transcripts and repositories stay in ${context.environment.home}; copy that folder too.`,
        );
      });
    });
  command
    .command('restore')
    .description('a backup into an empty database')
    .argument('<file>')
    .action(async (file: string) => {
      context.requirePerson();
      await context.withFactory(async ({ database }) => {
        const { rows } = await restoreDatabase(database, resolve(file));
        context.output.line(`✓ ${rows} rows restored.  Next: mw db check`);
      });
    });
  command
    .command('check')
    .description('fold every journal again and compare with what is stored')
    .option('--json', 'for programs')
    .action(async (options: { json?: boolean }) => {
      await context.withFactory(async (factory) => {
        const { items, events, problems } = await checkJournal(factory);
        if (problems.length > 0) context.exit(exitCode.error);
        if (options.json === true) return context.output.json({ items, events, problems });
        for (const problem of problems) context.output.line(`✗ ${problem}`);
        context.output.line(
          `${problems.length === 0 ? '✓' : '✗'} ${items} items, ${events} events folded again: ${problems.length === 0 ? 'the same states' : `${problems.length} differences`}`,
        );
      });
    });
}
