import type { Command } from 'commander';
import { planHere } from '../../app/plan-here.ts';
import { exitCode } from '../../model/user-error.ts';
import { showControl } from '../../model/visible-text.ts';
import type { CliContext } from '../context.ts';
import { planJson } from '../plan-json.ts';
import { printPlan } from '../print-plan.ts';

export function define(command: Command, context: CliContext): void {
  command
    .argument('[name...]', 'specs or criteria; all of them without one')
    .option('--check', 'end with 3 when anything differs')
    .option('--json', 'for programs')
    .action(async (names: readonly string[], options: { check?: boolean; json?: boolean }) => {
      await context.withFactory(async (factory) => {
        const plan = await planHere(factory, process.cwd(), names);
        const differs = plan.rows.some(({ action }) => action !== 'unchanged') || plan.nameless.length > 0;
        if (options.check === true && differs) context.exit(exitCode.notAccepted);
        if (options.json === true) return context.output.json(planJson(plan));
        printPlan(plan, context.output);
        const [lacking] = plan.unprovable;
        if (lacking !== undefined) context.output.talk(`  Next: ${showControl(lacking.next)}, then mw apply`);
        else if (plan.items.length > 0) context.output.talk('  Next: mw apply');
        else if (plan.rows.some(({ unready }) => unready !== null) || plan.nameless.length > 0)
          context.output.talk('  Next: mw spec lint');
        else if (plan.rows.some(({ action }) => action === 'drift')) context.output.talk('  Next: mw drift');
      });
    });
}
