import type { Command } from 'commander';
import { ask, requireItem } from '../../app/work.ts';
import { phasesInOrder } from '../../machine/order.ts';
import { exitCode, UserError } from '../../model/user-error.ts';
import type { CliContext } from '../context.ts';

interface Options {
  readonly from?: string;
  readonly fromStart?: boolean;
  readonly feedback?: string;
}

export function define(command: Command, context: CliContext): void {
  command
    .argument('<item>')
    .option('--from <phase>', 'start at this phase and keep what came before it')
    .option('--from-start', 'start over, with the configuration as it is committed now')
    .option('--feedback <text>', 'what the next attempt should know')
    .action(async (id: string, options: Options) => {
      context.requirePerson();
      await context.withFactory(async (factory) => {
        const state = await requireItem(factory, id);
        if (state.status === 'landed' || state.status === 'cancelled') {
          throw new UserError('E_OVER', `${id} is ${state.status} already`, 'mw add "…" for what is left to do', {
            exit: exitCode.conflict,
          });
        }
        const pipeline = state.pipeline === null ? null : await factory.store.pipeline(state.pipeline);
        const phases = phasesInOrder(state.phases, pipeline).map(([id]) => id);
        if (options.from !== undefined && !phases.includes(options.from)) {
          throw new UserError(
            'E_NO_PHASE',
            `${id} has no phase ${options.from}`,
            `one of: ${phases.join(', ') || 'none yet; leave --from out'}`,
            { exit: exitCode.notFound },
          );
        }
        const phase = options.fromStart === true ? null : (options.from ?? state.phase);
        const by = context.environment.user;
        const feedback =
          options.feedback === undefined ? [] : [{ source: 'person' as const, from: by, text: options.feedback }];
        await ask(factory, id, { type: 'retry-requested', by, phase, feedback });
        context.output.line(`${id} tries again${phase === null ? ' from the start' : ` from ${phase}`}.`);
      });
    });
}
