import type { Command } from 'commander';
import { gradeHere } from '../../app/holdouts/grade.ts';
import { listHoldouts, type HoldoutRow } from '../../app/holdouts/list.ts';
import { holdoutStore, useHoldouts } from '../../app/holdouts/place.ts';
import { newHoldout, rotateHoldout, type MadeHoldout } from '../../app/holdouts/write.ts';
import { exitCode, UserError } from '../../model/user-error.ts';
import { showControl } from '../../model/visible-text.ts';
import type { CliContext } from '../context.ts';
import { behind } from '../output.ts';

interface WriteOptions {
  readonly from?: string;
  readonly run?: string;
  readonly says?: string;
  readonly json?: boolean;
}

export function define(command: Command, context: CliContext): void {
  const { output, environment } = context;
  const writing = (name: string, description: string, write: typeof newHoldout) =>
    command
      .command(name)
      .description(description)
      .argument('<criterion>', 'such as invoice-download/AC-3')
      .option('--from <folder>', 'take the scenario from this folder')
      .option('--run <command>', 'how it runs; "$1" is its folder, exit code 0 says that the criterion holds')
      .option('--says <sentence>', 'all that a maker learns when it fails')
      .option('--json', 'for programs')
      .action(async (id: string, { from, run, says, json }: WriteOptions) => {
        context.requirePerson();
        const made = await write(environment.home, process.cwd(), { id, from, run, says });
        if (json === true) return output.json({ holdout: made });
        tellMade(made, context);
      });
  writing('new', 'write a scenario that no maker sees', newHoldout);
  command
    .command('list')
    .description('which there are, and which the specs ask for')
    .option('--json', 'for programs')
    .action(async (options: { json?: boolean }) => {
      context.requirePerson();
      const store = await holdoutStore(environment.home, process.cwd());
      const rows = await listHoldouts(environment.home, process.cwd());
      if (options.json === true) return output.json({ store, holdouts: rows });
      output.line(showControl(`kept in ${store}`));
      if (rows.length === 0) return output.talk('  Next: mw holdout new SPEC/AC-1');
      for (const row of rows) tellRow(row, context);
    });
  command
    .command('run')
    .description('run them on the latest commit of the target')
    .argument('[criterion...]', 'all that are ready without one')
    .option('--json', 'for programs')
    .action(async (names: readonly string[], options: { json?: boolean }) => {
      context.requirePerson();
      const stop = new AbortController();
      process.once('SIGINT', () => stop.abort());
      const { commit, graded } = await context.withFactory((factory) =>
        gradeHere(factory, process.cwd(), names, stop.signal),
      );
      if (graded.some(({ passed }) => !passed)) context.exit(exitCode.notAccepted);
      if (options.json === true) return output.json({ commit, holdouts: graded });
      for (const { id, passed, output: text } of graded) {
        output.line(`${passed ? output.tone('green', '✓') : output.tone('red', '✗')} ${id}`);
        if (!passed) for (const line of showControl(text.trimEnd()).split('\n').slice(1)) output.line(`    ${line}`);
      }
      output.line(
        `${graded.length} run on ${commit.slice(0, 10)}, ${graded.filter(({ passed }) => !passed).length} failed.`,
      );
    });
  writing('rotate', 'put another scenario in the place of one; the old one is kept', rotateHoldout);
  command
    .command('use')
    .description('keep them in a folder of your own, such as a clone that a team shares')
    .argument('[folder]', 'outside the repository')
    .option('--home', 'keep them in the home again')
    .action(async (folder: string | undefined, options: { home?: boolean }) => {
      context.requirePerson();
      if ((folder === undefined) === (options.home !== true))
        throw new UserError('E_USAGE', 'name a folder, or give --home', 'mw holdout use ../holdouts', {
          exit: exitCode.usage,
        });
      const place = await useHoldouts(environment.home, process.cwd(), folder ?? null);
      output.line(showControl(`kept in ${place}`));
    });
}

function tellMade({ id, folder, template, retired }: MadeHoldout, { output }: CliContext): void {
  output.line(showControl(`${id}  ${folder}`));
  if (retired !== null) output.line(showControl(`the one before is kept in ${retired}`));
  output.talk(
    template
      ? `  Next: write ${showControl(folder)}/scenario.sh, then mw holdout run ${id}`
      : `  Next: mw holdout run ${id}`,
  );
}

const words: Readonly<Record<HoldoutRow['state'], string>> = {
  ready: 'ready',
  stale: 'written for other words: mw holdout new',
  broken: 'cannot be used',
  missing: 'asked for, not there: mw holdout new',
  unasked: 'no spec has this criterion any more',
};

function tellRow({ id, state, required, says, detail }: HoldoutRow, { output }: CliContext): void {
  const tone = state === 'ready' ? 'green' : state === 'unasked' ? 'dim' : 'red';
  output.line(`${id}  ${output.tone(tone, words[state])}${required ? '' : ' (the criterion does not ask for it)'}`);
  for (const line of behind('    ', showControl(detail ?? says ?? ''), output.columns))
    if (line.trim() !== '') output.line(line);
}
