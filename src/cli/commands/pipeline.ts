import type { Command } from 'commander';
import { ownPipelinesHere, pinHere } from '../../app/pin-here.ts';
import { describePipeline, drawPipeline } from '../../config/describe-pipeline.ts';
import { listShipped, readShipped } from '../../config/shipped-files.ts';
import type { CliContext } from '../context.ts';
import { table } from '../output.ts';

export function define(command: Command, context: CliContext): void {
  command
    .command('list')
    .description('shipped pipelines and the project’s own')
    .option('--json', 'for programs')
    .action(async (options: { json?: boolean }) => {
      const shipped = listShipped(await readShipped());
      const own = await ownPipelinesHere(process.cwd());
      if (options.json === true) return context.output.json({ shipped: shipped.pipelines, own });
      const rows = [
        ...shipped.pipelines.map(({ name, description }) => [name, description]),
        ...own.map((name) => [name, 'this project’s own']),
      ];
      for (const line of table(rows, context.output.columns)) context.output.line(line);
    });
  command
    .command('show')
    .description('what a pipeline does here, resolved')
    .argument('[name]')
    .option('--json', 'for programs')
    .action(async (name: string | undefined, options: { json?: boolean }) => {
      const pipeline = await pinHere(process.cwd(), name);
      if (options.json === true) return context.output.json({ pipeline });
      context.output.line(describePipeline(pipeline));
    });
  command
    .command('check')
    .description('say what is wrong with a pipeline, with file, line and column')
    .argument('[name]')
    .action(async (name: string | undefined) => {
      const pipeline = await pinHere(process.cwd(), name);
      context.output.line(`✓ ${pipeline.name}: ${pipeline.phases.length} phases`);
    });
  command
    .command('graph')
    .description('the pipeline as a Mermaid diagram')
    .argument('[name]')
    .action(async (name: string | undefined) => context.output.line(drawPipeline(await pinHere(process.cwd(), name))));
}
