import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { defaultSlots } from '../default-slots.ts';
import { runAndFollow } from '../follow.ts';
import { parseCount, parseDuration, parseTimeOfDay, parseUsd } from '../options.ts';
import { tellJoining } from '../standing.ts';

interface Options {
  readonly untilEmpty?: boolean;
  readonly for?: number;
  readonly until?: number;
  readonly maxCost?: number;
  readonly maxItems?: number;
  readonly slots?: number;
  readonly detach?: boolean;
  readonly json?: boolean;
}

export function define(command: Command, context: CliContext): void {
  command
    .option('--until-empty', 'stop when nothing can go on without you')
    .option('--for <duration>', 'stop after this long: 8h', parseDuration)
    .option('--until <time>', 'stop at this time of day: 07:00', parseTimeOfDay)
    .option('--max-cost <usd>', 'start no session that could pass this', parseUsd)
    .option('--max-items <n>', 'begin at most this many items', parseCount)
    .option('--slots <n>', 'sessions at a time', parseCount)
    .option('-d, --detach', 'run in the background')
    .option('--json', 'journal events as lines of JSON')
    .action(async (options: Options) => {
      await context.withFactory(async (factory) => {
        // Opened for the one in the background too: what is wrong with the home is said here, not in its log.
        await tellJoining(factory, context.output);
        if (options.detach === true) return detach(context);
        const after = options.for === undefined ? undefined : Date.now() + options.for;
        const ends = [after, options.until].filter((each) => each !== undefined);
        const endsAt = ends.length === 0 ? null : Math.min(...ends);
        if (endsAt !== null) context.output.talk(`Until ${momentOf(endsAt)}; what runs then is finished.`);
        const code = await runAndFollow(factory, context, {
          json: options.json === true,
          slots: options.slots ?? (await defaultSlots(factory)),
          untilEmpty: options.untilEmpty === true,
          endsAt,
          maxCostMicroUsd: options.maxCost ?? null,
          maxItems: options.maxItems ?? null,
          only: null,
        });
        context.exit(code);
      });
    });
}

/** The time of day, with its date when that is not today's. */
function momentOf(at: number): string {
  const now = new Date();
  const then = new Date(at);
  const time = then.toTimeString().slice(0, 5);
  return then.toDateString() === now.toDateString() ? time : `${time} on ${then.toDateString()}`;
}

/** The same command without -d, in a session of its own, its output in the home's log. */
function detach(context: CliContext): void {
  const log = join(context.environment.home, 'up.log');
  const file = openSync(log, 'a', 0o600);
  const args = process.argv.slice(1).filter((arg) => arg !== '-d' && arg !== '--detach');
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', file, file] });
  child.unref();
  context.output.line(`The factory runs in the background (process ${child.pid}); its output goes to ${log}.`);
  context.output.talk('  Next: mw status, mw watch, mw down');
}
