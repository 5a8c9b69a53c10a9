import type { Command } from 'commander';
import { stringify } from 'yaml';
import { pinHere, readProjectHere } from '../../app/pin-here.ts';
import type { CliContext } from '../context.ts';

export function define(command: Command, context: CliContext): void {
  command
    .command('check')
    .description('say what is wrong with millwright.yaml and its pipeline')
    .action(async () => {
      const { config } = await readProjectHere(process.cwd());
      const { phases } = await pinHere(process.cwd(), undefined);
      context.output.line(
        `✓ millwright.yaml: ${Object.keys(config.agents).length} agents, ${Object.keys(config.checks).length} checks, pipeline ${config.pipeline} with ${phases.length} phases`,
      );
    });
  command
    .command('show')
    .description('the configuration with every default filled in')
    .option('--json', 'for programs')
    .action(async (options: { json?: boolean }) => {
      const { config } = await readProjectHere(process.cwd());
      if (options.json === true) return context.output.json({ config });
      context.output.line(stringify(config).trimEnd());
    });
}
