import type { Command } from 'commander';
import { addWork } from '../../app/interchange/add-work.ts';
import { readBeadsFile } from '../../app/interchange/beads-file.ts';
import { readGithub } from '../../app/interchange/github-source.ts';
import { applyOpenSpecChange, importOpenSpec } from '../../app/interchange/import-openspec.ts';
import { importSpecKit } from '../../app/interchange/import-spec-kit.ts';
import { asUseCase, chooseWork } from '../../app/interchange/specify-work.ts';
import { place, type ReadWork } from '../../app/interchange/told.ts';
import { caution } from '../../spec/interchange/remark.ts';
import type { CliContext } from '../context.ts';
import { reportTold, type ReportOptions } from '../interchange-report.ts';

interface SpecOptions extends ReportOptions {
  readonly force?: boolean;
  readonly ids?: boolean;
  readonly change?: string;
}

interface GithubOptions extends ReportOptions {
  readonly tokenFrom?: string;
  readonly apiUrl?: string;
  readonly only?: readonly string[];
  readonly specify?: boolean;
}

export function define(command: Command, context: CliContext): void {
  specCommand(command, 'openspec', 'specs of an openspec folder, and whether its changes fit together')
    .argument('[path]', 'the folder; openspec by default')
    .option('--change <id>', 'apply this change to specs/, instead')
    .action(async (path: string | undefined, options: SpecOptions) => {
      const how = readOptions(options);
      const told =
        options.change === undefined
          ? await importOpenSpec(process.cwd(), path ?? null, how)
          : await applyOpenSpecChange(process.cwd(), path ?? null, options.change, how);
      reportTold(told, options, context);
    });
  specCommand(command, 'spec-kit', 'features of spec-kit: spec.md becomes a spec, tasks.md work')
    .argument('[path]', 'one feature, or a project with specs/001-NAME; this repository by default')
    .action(async (path: string | undefined, options: SpecOptions) => {
      await addAndReport(await importSpecKit(process.cwd(), path ?? null, readOptions(options)), options, context);
    });
  workCommand(command, 'beads', 'open issues of beads as work')
    .argument('[path]', 'the file; .beads/issues.jsonl by default')
    .action(async (path: string | undefined, options: ReportOptions) => {
      await addAndReport(await readBeadsFile(process.cwd(), path ?? null), options, context);
    });
  workCommand(command, 'github', 'open issues of GitHub as work; their text is marked as somebody else’s')
    .argument('<source>', 'OWNER/NAME, or a file with what the API answered')
    .option('--token-from <variable>', 'the variable that holds a token, for example GITHUB_TOKEN')
    .option('--api-url <url>', 'of an Enterprise server: https://HOST/api/v3')
    .option('--only <number>', 'this issue alone; may be given again', collect)
    .option('--specify', 'take each as a use case: an agent asks and writes a spec, instead of building it')
    .action(async (source: string, options: GithubOptions) => {
      const { tokenFrom = null, apiUrl = null } = options;
      const read = await readGithub(context.environment, process.cwd(), source, { tokenFrom, apiUrl });
      const chosen = chooseWork(read.work, options.only ?? []);
      if (options.specify !== true) return addAndReport({ ...read, work: chosen }, options, context);
      await addAndReport({ ...read, work: chosen.map(asUseCase) }, options, context, 'intake');
    });
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function workCommand(command: Command, name: string, description: string): Command {
  return command
    .command(name)
    .description(description)
    .option('--dry-run', 'say what would be done; write nothing')
    .option('--json', 'for programs');
}

function specCommand(command: Command, name: string, description: string): Command {
  return workCommand(command, name, description)
    .option('--force', 'overwrite what is there')
    .option('--ids', 'give every criterion an id at once');
}

function readOptions({ force = false, dryRun = false, ids = false }: SpecOptions) {
  return { force, dryRun, ids };
}

async function addAndReport(
  { files, work, remarks }: ReadWork,
  options: ReportOptions,
  context: CliContext,
  pipeline?: string,
): Promise<void> {
  if (work.length === 0) return reportTold({ files, items: [], known: [], remarks }, options, context);
  await context.withFactory(async (factory) => {
    const added = await addWork(factory, process.cwd(), work, options.dryRun === true, pipeline);
    const known = added.known.flatMap(({ id, key }) => {
      if (pipeline === undefined) return [];
      const next = `mw show ${id}; mw edit ${id} --pipeline ${pipeline} has a spec written of it, where it has not begun`;
      return place(key, [caution('known', null, `is ${id} already, which is left as it is`, next)]);
    });
    reportTold({ files, ...added, remarks: [...remarks, ...known] }, options, context);
  });
}
