/** `mw`: finds the command, loads only that one, and turns every end into an exit code. */
import { Command } from 'commander';

import { commandTable, type CommandName } from './command-table.ts';
import { createContext } from './context.ts';
import { reportError } from './report-error.ts';
import { readVersion } from './version.ts';

async function main(args: readonly string[]): Promise<void> {
  const context = createContext();
  const program = new Command('mw')
    .description('The factory that builds software. Specs in, verified and landed changes out.')
    .version(readVersion(), '-V, --version')
    .option('-C, --directory <folder>', 'work as if started in this folder')
    .helpOption('-h, --help')
    .showSuggestionAfterError()
    .configureOutput({ writeErr: (text) => void process.stderr.write(text) })
    .exitOverride();
  const asked = args.find((each) => each in commandTable) as CommandName | undefined;
  for (const [name, { summary, load }] of Object.entries(commandTable)) {
    const command = program.command(name).summary(summary).description(summary).exitOverride();
    if (name === asked) (await load()).define(command, context);
  }
  program.hook('preAction', () => {
    const { directory } = program.opts<{ directory?: string }>();
    if (directory !== undefined) process.chdir(directory);
  });
  await program.parseAsync(args, { from: 'user' });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = reportError(error, process.argv.includes('--json'));
}

