import { InvalidArgumentError, type Command } from 'commander';
import { calibrate, chooseMeasured, listLanded, type Shown } from '../../app/review/calibrate.ts';
import { readReviewers, type ReviewersHere } from '../../app/review/worth.ts';
import { exitCode, UserError } from '../../model/user-error.ts';
import { showControl } from '../../model/visible-text.ts';
import { wilson } from '../../verify/interval.ts';
import { minimum, type Worth } from '../../verify/panel.ts';
import { confirm } from '../confirm.ts';
import type { CliContext } from '../context.ts';
import { behind, table } from '../output.ts';

export function define(command: Command, context: CliContext): void {
  defineShow(command, context);
  defineCalibrate(command, context);
}

function defineShow(command: Command, context: CliContext): void {
  const { output } = context;
  command
    .option('--pipeline <name>', 'whose reviewers; default: the project’s')
    .option('--json', 'for programs')
    .action(async ({ pipeline, json }: { pipeline?: string; json?: boolean }) => {
      const here = await context.withFactory((factory) => readReviewers(factory, process.cwd(), pipeline));
      if (json === true) return output.json(here);
      tellReviewers(here, context);
    });
}

function tellReviewers({ reviewers, independence }: ReviewersHere, { output }: CliContext): void {
  const rows = reviewers.map((each) => [each.name, ...tellWorth(each.worth)]);
  const head = ['reviewer', 'finds', 'fails for nothing', 'alone', 'weight'];
  for (const line of table([head, ...rows], output.columns)) output.line(line);
  const count = reviewers.length;
  const tell = (text: string) => behind('', text, output.columns).forEach((line) => output.line(line));
  output.line('');
  tell(
    independence === null
      ? `not enough data to say as how many votes these ${count} count`
      : `${count} reviewers count as ${independence.votes.toFixed(1)} votes, by ${independence.defects} defects that all of them saw`,
  );
  for (const { name, worth } of reviewers.filter(addsNothing))
    tell(
      `proposal: ${name} found nothing in ${worth.defects} defects that nobody else found; take it out, or route it to another model`,
    );
  if (reviewers.some(({ worth }) => !worth.isKnown)) {
    output.line(`enough is ${minimum} defects + ${minimum} sound changes, shown to each`);
    output.talk('  Next: mw reviewers calibrate');
  }
}

function tellWorth({ isKnown, hits, defects, falseAlarms, sound, alone, weights }: Worth): readonly string[] {
  if (!isKnown) return ['not enough data', `${defects} + ${sound} shown`, '', ''];
  return [share(hits, defects), share(falseAlarms, sound), String(alone), `x ${Math.exp(weights.fail).toFixed(1)}`];
}

function share(hits: number, of: number): string {
  const [low, high] = wilson(hits, of);
  return `${hits} of ${of} (${low.toFixed(0)}-${high.toFixed(0)} %)`;
}

function addsNothing({ worth }: ReviewersHere['reviewers'][number]): boolean {
  return worth.isKnown && worth.alone === 0;
}

interface CalibrateOptions {
  readonly changes: number;
  readonly faults: number;
  readonly seed: number;
  readonly reviewers?: string;
  readonly pipeline?: string;
  readonly yes?: boolean;
}

function defineCalibrate(command: Command, context: CliContext): void {
  const { output } = context;
  command
    .command('calibrate')
    .description('show them landed changes, sound and with planted faults')
    .option('--changes <n>', 'landed changes, the newest', readCount, 5)
    .option('--faults <n>', 'faults in each, at most', readCount, 3)
    .option('--seed <n>', 'which faults', readCount, 1)
    .option('--reviewers <names>', 'these alone, with commas between')
    .option('--pipeline <name>', 'whose reviewers; default: the project’s')
    .option('-y, --yes', 'do not ask before agents are paid')
    .action(async (_: object, self: Command) => {
      // What stands before or behind the word is the command's in both places.
      const { reviewers, yes, ...options } = self.optsWithGlobals<CalibrateOptions>();
      context.requirePerson();
      const stop = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
      const wanted = { pipeline: options.pipeline, ...options, reviewers: reviewers?.split(',') ?? [] };
      await context.withFactory(async (factory) => {
        const changes = await listLanded(factory, process.cwd(), wanted.changes);
        const measured = await chooseMeasured(factory, process.cwd(), wanted);
        const most = changes.length * (wanted.faults + 1);
        const question = `${changes.length} landed changes, at most ${most} reviews by each of ${measured.asked.length} reviewers, all of them paid. Go on?`;
        if (yes !== true && !(await confirm(question)))
          return output.talk('Nothing was done. Without a terminal: mw reviewers calibrate --yes');
        const tell = (shown: Shown) => tellShown(shown, context);
        let count = 0;
        await calibrate(
          factory,
          process.cwd(),
          changes,
          measured,
          wanted,
          (shown) => {
            count += 1;
            tell(shown);
          },
          stop.signal,
        ).catch((error: unknown) => {
          if (!stop.signal.aborted) throw error;
          throw new UserError('E_INTERRUPTED', 'stopped; what was measured is kept', 'mw reviewers', {
            exit: exitCode.interrupted,
          });
        });
        if (count === 0)
          output.talk(
            'No fault could be planted: in none of these changes did the tests pass, notice one, and say in which file.',
          );
        output.talk('  Next: mw reviewers');
      });
    });
}

function tellShown({ commit, fault, votes }: Shown, { output }: CliContext): void {
  const what = fault === null ? 'sound' : `${fault.kind} at ${fault.path}:${fault.line}`;
  const failed = [...votes].filter(([, vote]) => vote === 'fail').map(([key]) => key.split(' ')[0]);
  output.line(
    showControl(
      `${commit.slice(0, 10)}  ${what}: ${failed.length === 0 ? 'nobody' : failed.join(', ')} of ${votes.size}`,
    ),
  );
}

function readCount(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a whole number from 1 on.');
}
