import type { Command } from 'commander';
import { closeDraft, openDraft } from '../../app/holdouts/draft.ts';
import { gradeHere } from '../../app/holdouts/grade.ts';
import { listHoldouts, type HoldoutRow } from '../../app/holdouts/list.ts';
import { holdoutStore, useHoldouts } from '../../app/holdouts/place.ts';
import { adviseOnTracing } from '../../app/holdouts/tracing.ts';
import { newHoldout, putHoldout, retireHoldout, rotateHoldout, type MadeHoldout } from '../../app/holdouts/write.ts';
import { exitCode, UserError } from '../../model/user-error.ts';
import { showControl } from '../../model/visible-text.ts';
import type { CliContext } from '../context.ts';
import { guideItem } from '../guide.ts';
import { behind } from '../output.ts';

interface WriteOptions {
  readonly from?: string;
  readonly run?: string;
  readonly says?: string;
  readonly json?: boolean;
}

export function define(command: Command, context: CliContext): void {
  definePut(command, context, 'new', 'write a scenario that no maker sees', newHoldout);
  defineWrite(command, context);
  defineList(command, context);
  defineRun(command, context);
  definePut(command, context, 'rotate', 'put another scenario in the place of one; the old one is kept', rotateHoldout);
  defineRetire(command, context);
  defineUse(command, context);
}

function definePut(
  command: Command,
  context: CliContext,
  name: string,
  description: string,
  write: typeof newHoldout,
): void {
  const { output, environment } = context;
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
}

function defineWrite(command: Command, context: CliContext): void {
  const { output, environment } = context;
  command
    .command('write')
    .description('have an agent write one, from the spec alone; you approve')
    .argument('<criterion>', 'such as invoice-download/AC-3')
    .option('--note <text>', 'what the spec does not say, such as how the program is started')
    .option('-y, --yes', 'approve what it writes')
    .action(async (id: string, { note, yes }: { note?: string; yes?: boolean }) => {
      context.requirePerson();
      await context.withFactory(async (factory) => {
        const draft = await openDraft(factory, process.cwd(), id, note ?? '');
        if (draft.item !== null) {
          const { state, code } = await guideItem(factory, context, draft.item, { decide: false, yes: yes === true });
          context.exit(code);
          if (state.status !== 'landed') return output.talk(`  Then: mw holdout write ${draft.id}`);
        }
        const from = { id: draft.id, from: draft.written, run: undefined, says: undefined };
        const made = await putHoldout(environment.home, process.cwd(), from);
        await closeDraft(draft);
        tellMade(made, context);
      });
    });
}

function defineList(command: Command, context: CliContext): void {
  const { output, environment } = context;
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
      const advice = await adviseOnTracing();
      if (advice !== null) output.talk(`  Note: ${advice}`);
    });
}

function defineRun(command: Command, context: CliContext): void {
  const { output } = context;
  command
    .command('run')
    .description('run them on the latest commit of the target')
    .argument('[criterion...]', 'all that are ready without one')
    .option('--json', 'for programs')
    .action(async (names: readonly string[], options: { json?: boolean }) => {
      context.requirePerson();
      const stop = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
      const { commit, graded } = await context.withFactory(async (factory) =>
        gradeHere(factory, process.cwd(), names, stop.signal).catch((error: unknown) => {
          if (!stop.signal.aborted) throw error;
          throw new UserError('E_INTERRUPTED', 'stopped; nothing of it is left', 'mw holdout run', {
            exit: exitCode.interrupted,
          });
        }),
      );
      if (graded.some(({ passed }) => !passed)) context.exit(exitCode.notAccepted);
      if (options.json === true) return output.json({ commit, holdouts: graded });
      for (const { id, passed, built, output: text } of graded) {
        output.line(`${passed ? output.tone('green', '✓') : output.tone('red', '✗')} ${id}`);
        if (passed && !built) output.line('    nothing is built for it: does the scenario decide anything?');
        if (!passed) for (const line of showControl(text.trimEnd()).split('\n').slice(1)) output.line(`    ${line}`);
      }
      output.line(
        `${graded.length} run on ${commit.slice(0, 10)}, ${graded.filter(({ passed }) => !passed).length} failed.`,
      );
    });
}

function defineRetire(command: Command, context: CliContext): void {
  command
    .command('retire')
    .description('let one decide no more; it is kept')
    .argument('<criterion>', 'such as invoice-download/AC-3')
    .action(async (id: string) => {
      context.requirePerson();
      const kept = await retireHoldout(context.environment.home, process.cwd(), id);
      context.output.line(showControl(`kept in ${kept}`));
    });
}

function defineUse(command: Command, context: CliContext): void {
  const { output, environment } = context;
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
  unwritten: 'not written yet',
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
