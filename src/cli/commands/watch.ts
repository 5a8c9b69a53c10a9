import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { requireItem } from '../../app/work.ts';
import type { JournalEvent } from '../../model/event.ts';
import { exitCode } from '../../model/user-error.ts';
import { isFinal } from '../../model/work-item.ts';
import type { CliContext } from '../context.ts';
import { createEventTail } from '../event-tail.ts';
import { parseDuration } from '../options.ts';
import { createProgress } from '../progress.ts';

const pollMs = 250;

export function define(command: Command, context: CliContext): void {
  command
    .argument('[item]', 'only this item, until it is over or needs you')
    .option('--timeout <duration>', 'give up watching after this long', parseDuration)
    .option('--json', 'journal events as lines of JSON')
    .action(async (id: string | undefined, options: { timeout?: number; json?: boolean }) => {
      await context.withFactory(async (factory) => {
        if (id !== undefined) await requireItem(factory, id);
        const progress = createProgress(context.output, { quiet: true });
        const onEvent = (event: JournalEvent) => {
          if (id !== undefined && event.item !== id) return;
          if (options.json === true) context.output.jsonLine(event);
          else progress.event(event);
        };
        const tail = await createEventTail(factory.store, onEvent, (error) => progress.trouble(error));
        let interrupted = false;
        process.once('SIGINT', () => {
          interrupted = true;
        });
        const deadline = options.timeout === undefined ? Number.POSITIVE_INFINITY : performance.now() + options.timeout;
        for (;;) {
          tail.wake();
          const state = id === undefined ? null : await requireItem(factory, id);
          if (interrupted) context.exit(exitCode.interrupted);
          else if (performance.now() > deadline) context.exit(exitCode.pending);
          else if (
            state !== null &&
            (isFinal(state.status) || state.status === 'waiting' || state.status === 'paused')
          ) {
            context.exit(
              state.status === 'landed'
                ? exitCode.done
                : state.status === 'waiting'
                  ? exitCode.needsPerson
                  : exitCode.notAccepted,
            );
          } else {
            await sleep(pollMs);
            continue;
          }
          return tail.close();
        }
      });
    });
}
