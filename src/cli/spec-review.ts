import type { Command } from 'commander';
import { registerProject } from '../app/projects.ts';
import { lintSpecs } from '../app/specs-here.ts';
import { addItems } from '../app/work.ts';
import { Review } from '../model/outcome.ts';
import { exitCode } from '../model/user-error.ts';
import { showControl } from '../model/visible-text.ts';
import type { CliContext } from './context.ts';
import { guideItem } from './guide.ts';

/** `mw spec review`: what no rule can see. A reviewer cites the sentences of a spec that have two readings, or none. */
export function defineReview(command: Command, context: CliContext): void {
  command
    .command('review')
    .description('have an agent judge a spec: two readings, contradictions, what is missing')
    .argument('<name>', 'the spec’s folder below specs/')
    .option('--json', 'for programs')
    .action(async (name: string, options: { json?: boolean }) => {
      context.requirePerson();
      const [found] = await lintSpecs(process.cwd(), [name], false);
      if (found === undefined) return;
      await context.withFactory(async (factory) => {
        const { output } = context;
        const { id: project } = await registerProject(factory.store, process.cwd());
        const [item] = await addItems(factory, project, [
          {
            title: `Judge the spec ${name}`,
            body: `Judge ${found.path} as it is in the latest commit. Say the file and the line of every sentence that you cite.`,
            pipeline: 'readiness',
          },
        ]);
        if (item === undefined) throw new Error('no item was added');
        const { state, code } = await guideItem(
          factory,
          context,
          item.id,
          { decide: false, yes: false },
          options.json === true,
        );
        context.exit(code);
        const result = state.phases['readiness']?.result ?? null;
        if (state.status !== 'landed' || result === null) return;
        const review = Review.parse(JSON.parse((await factory.artifacts.read(result.hash))?.toString('utf8') ?? ''));
        if (review.verdict === 'fail') context.exit(exitCode.notAccepted);
        if (options.json === true) return output.json({ spec: name, ...review });
        for (const { severity, title, file, line, evidence } of review.findings) {
          output.line(`${file ?? found.path}${line === null ? '' : `:${line}`}  ${severity}: ${showControl(title)}`);
          for (const each of showControl(evidence).split('\n')) output.line(`    ${each}`);
        }
        output.line(review.verdict === 'pass' ? `✓ ${found.path} can be built` : `✗ ${found.path} is not ready`);
      });
    });
}
