import type { Command } from 'commander';
import { applyPlan } from '../../app/apply-plan.ts';
import { planHere, type PlanHere } from '../../app/plan-here.ts';
import { exitCode, UserError } from '../../model/user-error.ts';
import { showControl } from '../../model/visible-text.ts';
import { confirm, isAtTerminal } from '../confirm.ts';
import type { CliContext } from '../context.ts';
import { defaultSlots } from '../default-slots.ts';
import { runAndFollow } from '../follow.ts';
import { parseCount } from '../options.ts';
import type { Output } from '../output.ts';
import { silentProgress } from '../silent-progress.ts';
import { planJson } from '../plan-json.ts';
import { printPlan } from '../print-plan.ts';

interface Options {
  readonly only?: readonly string[];
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly run: boolean;
  readonly slots?: number;
  readonly json?: boolean;
}

export function define(command: Command, context: CliContext): void {
  command
    .option('--only <name...>', 'these specs or criteria and nothing else')
    .option('--dry-run', 'show what would be done')
    .option('-y, --yes', 'do not ask')
    .option('--no-run', 'add the work items and leave them to mw up')
    .option('--slots <n>', 'sessions at a time', parseCount)
    .option('--json', 'for programs')
    .action(async (options: Options) => {
      const { output } = context;
      if (options.dryRun !== true) context.requirePerson();
      await context.withFactory(async (factory) => {
        const plan = await planHere(factory, process.cwd(), options.only ?? []);
        if (options.json !== true) printPlan(plan, output);
        if (options.dryRun === true || plan.items.length === 0) {
          if (plan.items.length === 0) reportIdle(plan, context);
          if (options.json === true) output.json({ ...planJson(plan), added: [] });
          return;
        }
        if (
          options.yes !== true &&
          !(await confirm(
            `Do this? ${plan.items.length} work ${plan.items.length === 1 ? 'item' : 'items'} will be added and run.`,
          ))
        )
          return refuse(output);
        const added = await applyPlan(factory, plan);
        if (options.json !== true) for (const { id, title } of added) output.line(`${id}  ${showControl(title)}`);
        if (options.run) {
          const also = plan.items.flatMap(({ afterItems }) => afterItems);
          const code = await runAndFollow(factory, context, {
            json: false,
            slots: options.slots ?? (await defaultSlots(factory)),
            untilEmpty: true,
            endsAt: null,
            maxCostMicroUsd: null,
            maxItems: null,
            only: [...new Set([...added.map(({ id }) => id), ...also])],
            ...(options.json === true ? { progress: silentProgress } : {}),
          });
          context.exit(code);
        } else if (options.json !== true) output.talk('  Next: mw up --until-empty');
        if (options.json !== true) return;
        const states = await factory.store.items({ ids: added.map(({ id }) => id) });
        output.json({
          ...planJson(plan),
          added: states.map(({ state: { item, status } }) => ({ id: item.id, title: item.title, state: status })),
        });
      });
    });
}

/** Saying no is no mistake; having nobody who could say yes is one. */
function refuse(output: Output): void {
  if (isAtTerminal()) return output.line('Nothing was done.');
  throw new UserError('E_NOT_CONFIRMED', 'nothing was done', 'mw apply --yes', { exit: exitCode.usage });
}

/** Nothing to add is not yet everything built: work may be stuck, or not ready. */
function reportIdle({ rows, nameless, empty, underway }: PlanHere, context: CliContext): void {
  const { output } = context;
  for (const [id, { status, reason }] of underway) {
    context.exit(
      status === 'waiting' ? exitCode.needsPerson : status === 'paused' ? exitCode.notAccepted : exitCode.pending,
    );
    const next = reason?.next ?? '';
    return output.talk(`  Next: ${next === '' ? `mw run ${id}` : showControl(next)}`);
  }
  const unready = rows.some((row) => row.unready !== null && row.action !== 'remove');
  if (!unready && nameless.length === 0 && empty.length === 0) return;
  context.exit(exitCode.notAccepted);
  output.talk('  Next: mw spec lint');
}
