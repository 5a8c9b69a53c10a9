import type { Command } from 'commander';
import { applyPlan } from '../../app/apply-plan.ts';
import { addFix } from '../../app/fix-here.ts';
import type { Factory } from '../../app/open-factory.ts';
import { readProjectHere } from '../../app/pin-here.ts';
import { planHere } from '../../app/plan-here.ts';
import { phaseResults } from '../../model/phase-result.ts';
import type { ItemState } from '../../machine/state.ts';
import { showControl } from '../../model/visible-text.ts';
import { confirm } from '../confirm.ts';
import type { CliContext } from '../context.ts';
import { guideItem, tellDiagnosis } from '../guide.ts';
import { printPlan } from '../print-plan.ts';

interface Options {
  readonly again?: boolean;
  readonly yes?: boolean;
  readonly run: boolean;
  readonly json?: boolean;
}

export function define(command: Command, context: CliContext): void {
  command
    .argument('<what>', 'FILE:LINE, a commit, or a criterion such as login/AC-3')
    .argument('<words>', 'what is wrong with it')
    .option('-y, --yes', 'approve the change of the input, and build what follows from it')
    .option('--again', 'although five rounds have not mended it')
    .option('--no-run', 'add the work item and leave it to mw up')
    .option('--json', 'for programs')
    .action(async (asked: string, words: string, options: Options) => {
      context.requirePerson();
      await readProjectHere(process.cwd());
      await context.withFactory(async (factory) => {
        const { output } = context;
        const item = await addFix(factory, process.cwd(), { asked, words, again: options.again === true });
        if (!options.run || options.json === true) {
          if (options.json === true) return output.json({ item: { id: item.id, title: item.title } });
          output.line(`${item.id}  ${showControl(item.title)}`);
          return output.talk('  Next: mw up --until-empty');
        }
        const yes = options.yes === true;
        const { state, code } = await guideItem(factory, context, item.id, { decide: false, yes });
        context.exit(code);
        if (state.status === 'landed') await goOnFrom(factory, context, state, yes);
      });
    });
}

/** What the diagnosis asks for beyond the change itself: building anew, or an item of its own. */
async function goOnFrom(factory: Factory, context: CliContext, state: ItemState, yes: boolean): Promise<void> {
  const { output } = context;
  tellDiagnosis(state, context);
  const facts = state.phases['diagnose']?.facts ?? {};
  if (facts['route'] === 'defer') return output.talk(`  Next: mw add "${showControl(state.item.title)}"`);
  if (facts['route'] !== 'bad-spec') return;
  const plan = await planHere(factory, process.cwd(), []);
  if (plan.items.length === 0) return;
  printPlan(plan, output);
  if (!yes && !(await confirm('Build this now?'))) return output.talk('  Next: mw apply');
  for (const { id } of await applyPlan(factory, plan, await readKeepList(factory, state))) {
    const { code } = await guideItem(factory, context, id, { decide: false, yes });
    context.exit(code);
  }
}

/** What the diagnosis found right, for whoever builds it again. */
async function readKeepList(factory: Factory, { phases }: ItemState): Promise<string> {
  const result = phases['diagnose']?.result ?? null;
  const text = result === null ? null : await factory.artifacts.read(result.hash);
  const diagnosis = text === null ? null : phaseResults.diagnosis.safeParse(JSON.parse(text.toString('utf8')));
  const keep = diagnosis?.success === true ? diagnosis.data.keep : [];
  return keep.length === 0
    ? ''
    : ['This is right and must stay as it is:', ...keep.map((each) => `- ${each}`)].join('\n');
}
