/** `mw`: finds the command, loads only that one, and turns every end into an exit code. */
import { Command } from 'commander';

import { commandTable, type CommandName } from './command-table.ts';
import { createContext } from './context.ts';
import { exitCode, UserError } from '../model/user-error.ts';
import { reportError } from './report-error.ts';
import { readVersion } from './version.ts';

async function main(args: readonly string[]): Promise<void> {
  const context = createContext();
  const program = new Command('mw')
    .description('The factory that builds software: work in, verified and landed changes out.')
    .version(readVersion(), '-V, --version')
    .option('-C, --directory <folder>', 'work as if started in this folder')
    .helpOption('-h, --help')
    .showSuggestionAfterError()
    .configureOutput({ writeErr: (text) => void process.stderr.write(text) })
    .exitOverride();
  const asked = args.find((each, index) => Object.hasOwn(commandTable, each) && !takesFolder(args[index - 1])) as
    | CommandName
    | undefined;
  for (const [name, { group, summary, load }] of Object.entries(commandTable)) {
    const command = program.command(name).summary(summary).description(summary).helpGroup(`${group}:`).exitOverride();
    if (name === asked) (await load()).define(command, context);
  }
  program.hook('preAction', () => {
    const { directory } = program.opts<{ directory?: string }>();
    if (directory !== undefined) enter(directory);
  });
  await program.parseAsync(args, { from: 'user' });
}

let readerIsGone = false;

/** Nobody reads any more (`mw … | head`): what runs is finished as after Ctrl-C; a command that only prints is done. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  if (readerIsGone) return;
  readerIsGone = true;
  if (!process.emit('SIGINT')) process.exit(exitCode.done);
});

function enter(directory: string): void {
  try {
    process.chdir(directory);
  } catch (error) {
    throw new UserError(
      'E_NO_FOLDER',
      `there is no folder ${directory} to work in`,
      'mw -C FOLDER …, with one that exists',
      { exit: exitCode.usage, cause: error },
    );
  }
}

/** What stands behind -C is a folder, even if it is called like a command. */
function takesFolder(before: string | undefined): boolean {
  return before === '-C' || before === '--directory';
}

// A promise that nothing keeps alive would end the process in silence, and as if all were done.
let settled = false;
process.once('exit', (code) => {
  if (settled || readerIsGone || code !== 0) return;
  process.exitCode = reportError(new Error('the command ended before it was finished'), false);
});

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = reportError(error, process.argv.includes('--json'));
}
settled = true;
