import type { Command } from 'commander';
import { createAdapters } from '../../app/adapters.ts';
import { requireItem } from '../../app/work.ts';
import { followLive, readTranscripts } from '../../app/transcripts.ts';
import { exitCode, UserError } from '../../model/user-error.ts';
import { showControl } from '../../model/visible-text.ts';
import type { CliContext } from '../context.ts';

interface Options {
  readonly raw?: boolean;
  readonly prompt?: boolean;
  readonly follow?: boolean;
  readonly checks?: boolean;
  readonly egress?: boolean;
}

export function define(command: Command, context: CliContext): void {
  command
    .argument('<address>', 'MW-1, MW-1/build, MW-1/build#2 or MW-1/review.security#1')
    .option('--raw', 'the bytes of the agent’s stream, as they came')
    .option('--prompt', 'what the agent was given')
    .option('--checks', 'what the checks said')
    .option('--egress', 'every connection that it tried, and the verdict')
    .option('-f, --follow', 'the sessions that run now, until they end')
    .action(async (address: string, options: Options) => {
      const [id = ''] = address.split('/');
      await context.withFactory(async (factory) => {
        await requireItem(factory, id);
        const { agentOf } = createAdapters(context.environment);
        if (options.follow === true)
          return followLive(factory, address, agentOf, (line) => context.output.line(showControl(line)));
        const found = await readTranscripts(factory, address, { checks: options.checks === true });
        if (found.length === 0)
          throw new UserError(
            'E_NOT_FOUND',
            `no finished session is known as ${address}`,
            `mw show ${id}, or mw logs ${id} --follow`,
            { exit: exitCode.notFound },
          );
        for (const { title, adapter, transcript, stderr, prompt, egress } of found) {
          if (options.raw === true) {
            process.stdout.write(transcript);
            continue;
          }
          context.output.line(context.output.tone('bold', `── ${title}`));
          if (options.prompt === true || options.egress === true) {
            context.output.line(
              showControl(options.prompt === true ? prompt : egress.trimEnd() || 'no connection was tried'),
            );
            continue;
          }
          const describe =
            adapter === null ? (line: string) => line : (line: string) => agentOf(adapter).describe(line);
          for (const line of transcript.toString('utf8').split('\n')) {
            const text = line === '' ? null : describe(line);
            if (text !== null) context.output.line(showControl(text));
          }
          if (stderr.trim() !== '') context.output.line(context.output.tone('dim', showControl(stderr.trimEnd())));
        }
      });
    });
}
