import type { Command } from 'commander';
import { driftHere, protectFiles, settleDrift } from '../../app/drift-here.ts';
import type { PlanRow } from '../../spec/compare.ts';
import { exitCode, UserError } from '../../model/user-error.ts';
import { showControl } from '../../model/visible-text.ts';
import { confirm } from '../confirm.ts';
import type { CliContext } from '../context.ts';
import { guideItem } from '../guide.ts';
import type { Output } from '../output.ts';

interface Options {
  readonly adopt?: boolean;
  readonly regenerate?: boolean;
  readonly protect?: readonly string[];
  readonly yes?: boolean;
  readonly run: boolean;
  readonly check?: boolean;
  readonly json?: boolean;
}

export function define(command: Command, context: CliContext): void {
  command
    .argument('[name...]', 'specs or criteria; all of them without one')
    .option('--adopt', 'have the edits taken into the spec')
    .option('--regenerate', 'have the code built anew from the spec')
    .option('--protect <glob...>', 'declare files hand-written: no agent changes them any more')
    .option('-y, --yes', 'approve what the agent writes')
    .option('--no-run', 'add the work item and leave it to mw up')
    .option('--check', 'end with 3 when there is any')
    .option('--json', 'for programs')
    .action(async (names: readonly string[], options: Options) => {
      const { output } = context;
      if (options.adopt === true && options.regenerate === true)
        throw new UserError(
          'E_BOTH',
          'edits are either adopted or built over',
          'mw drift --adopt, or mw drift --regenerate',
          { exit: exitCode.usage },
        );
      if (options.protect !== undefined) {
        context.requirePerson();
        const file = await protectFiles(process.cwd(), options.protect);
        return output.line(`${file} protects ${options.protect.join(', ')} now. Commit it: it counts from there.`);
      }
      await context.withFactory(async (factory) => {
        if (options.adopt === true || options.regenerate === true) {
          context.requirePerson();
          if (options.regenerate === true && options.yes !== true)
            await requireConsent(await driftHere(factory, process.cwd(), names), output);
          const item = await settleDrift(
            factory,
            process.cwd(),
            names,
            options.adopt === true ? 'adopt' : 'regenerate',
          );
          if (options.json === true) return output.json({ item: { id: item.id, title: item.title } });
          if (!options.run) {
            output.line(`${item.id}  ${showControl(item.title)}`);
            return output.talk('  Next: mw up --until-empty');
          }
          return context.exit(
            (await guideItem(factory, context, item.id, { decide: false, yes: options.yes === true })).code,
          );
        }
        const rows = await driftHere(factory, process.cwd(), names);
        if (options.check === true && rows.length > 0) context.exit(exitCode.notAccepted);
        if (options.json === true) return output.json({ drift: rows.flatMap(({ drift }) => drift) });
        printDrift(rows, output);
      });
    });
}

/** Building anew throws away what a person did. */
async function requireConsent(rows: readonly PlanRow[], output: Output): Promise<void> {
  if (rows.length === 0) return;
  printDrift(rows, output);
  if (await confirm('Build these anew from the spec, without the edits?')) return;
  throw new UserError('E_NOT_CONFIRMED', 'nothing was done', 'mw drift --regenerate --yes', { exit: exitCode.usage });
}

function printDrift(rows: readonly PlanRow[], output: Output): void {
  if (rows.length === 0) return output.line('Nothing that was generated has been changed by hand since.');
  for (const { id, text, drift } of rows) {
    output.line(`${output.tone('bold', id)}  ${showControl(text?.split('\n').at(-1) ?? '')}`);
    for (const { file, lines, commit } of drift)
      output.line(
        `  ${showControl(file)}${lines === null ? ': lines taken away' : `:${lines.from}-${lines.to}`}  ${commit.slice(0, 10)}`,
      );
  }
  output.talk('  Next: mw drift --adopt, mw drift --regenerate, or mw drift --protect FILE');
}
