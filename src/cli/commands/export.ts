import type { Command } from 'commander';
import { exportBeads, readOwnWork } from '../../app/interchange/beads-file.ts';
import { exportOpenSpec, exportSpecKit, hasKeptTasks } from '../../app/interchange/export-specs.ts';
import type { CliContext } from '../context.ts';
import { reportTold, type ReportOptions } from '../interchange-report.ts';

interface Options extends ReportOptions {
  readonly force?: boolean;
}

export function define(command: Command, context: CliContext): void {
  formatCommand(command, 'openspec', 'specs as an openspec folder')
    .argument('[path]', 'the folder; openspec by default')
    .option('--force', 'overwrite what is there')
    .action(async (path: string | undefined, options: Options) => {
      reportTold(await exportOpenSpec(process.cwd(), path ?? null, readOptions(options)), options, context);
    });
  formatCommand(command, 'spec-kit', 'specs as feature folders of spec-kit; tasks that landed are ticked')
    .argument('[path]', 'the project to write specs/001-NAME into; this repository by default')
    .option('--force', 'overwrite what is there')
    .action(async (path: string | undefined, options: Options) => {
      const cwd = process.cwd();
      const work = (await hasKeptTasks(cwd)) ? await context.withFactory((factory) => readOwnWork(factory, cwd)) : [];
      const states = new Map(work.map(({ key, state }) => [key, state]));
      const told = await exportSpecKit(cwd, path ?? null, (key) => states.get(key) ?? null, readOptions(options));
      reportTold(told, options, context);
    });
  formatCommand(command, 'beads', 'how items stand, into the issues.jsonl of beads')
    .argument('[path]', 'the file; .beads/issues.jsonl by default')
    .action(async (path: string | undefined, options: Options) => {
      await context.withFactory(async (factory) => {
        reportTold(await exportBeads(factory, process.cwd(), path ?? null, options.dryRun === true), options, context);
      });
    });
}

function formatCommand(command: Command, name: string, description: string): Command {
  return command
    .command(name)
    .description(description)
    .option('--dry-run', 'say what would be done; write nothing')
    .option('--json', 'for programs');
}

function readOptions({ force = false, dryRun = false }: Options) {
  return { force, dryRun };
}
