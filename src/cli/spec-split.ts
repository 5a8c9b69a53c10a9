import type { Command } from 'commander';
import { registerProject } from '../app/projects.ts';
import type { Factory } from '../app/open-factory.ts';
import { lintSpecs, type SpecHere } from '../app/specs-here.ts';
import { addItems } from '../app/work.ts';
import { exitCode, UserError } from '../model/user-error.ts';
import type { WorkItem } from '../model/work-item.ts';
import { showControl } from '../model/visible-text.ts';
import type { CliContext } from './context.ts';
import { guideItem } from './guide.ts';

/** `mw spec split`: a planner agent writes `specs/NAME/work.md`, which `mw plan` follows. */
export function defineSplit(command: Command, context: CliContext): void {
  command
    .command('split')
    .description('have an agent break a spec into small work items: specs/NAME/work.md')
    .argument('<name>', 'the spec’s folder below specs/')
    .option('--no-run', 'add the work item and leave it to mw up')
    .option('--json', 'for programs')
    .action(async (name: string, options: { run: boolean; json?: boolean }) => {
      context.requirePerson();
      const [found] = await lintSpecs(process.cwd(), [name], false);
      if (found === undefined) return;
      if (!found.ready)
        throw new UserError('E_NOT_READY', `${found.path} is not ready to be worked on`, `mw spec lint ${name}`, {
          exit: exitCode.notAccepted,
        });
      await context.withFactory(async (factory) => {
        const item = await addSplit(factory, found);
        if (!options.run || options.json === true) {
          if (options.json === true) return context.output.json({ item: { id: item.id, title: item.title } });
          context.output.line(`${item.id}  ${showControl(item.title)}`);
          return context.output.talk('  Next: mw up --until-empty');
        }
        const { state, code } = await guideItem(factory, context, item.id, { decide: false, yes: false });
        context.exit(code);
        if (state.status === 'landed') context.output.talk('  Next: mw plan');
      });
    });
}

/** Asks a planner for the work of a spec. */
export async function addSplit(factory: Factory, { spec }: SpecHere): Promise<WorkItem> {
  const { id: project } = await registerProject(factory.store, process.cwd());
  const [item] = await addItems(factory, project, [
    {
      title: `Break down: ${spec.title ?? spec.name}`.slice(0, 200),
      body: `Write specs/${spec.name}/work.md for specs/${spec.name}/spec.md.`,
      pipeline: 'planning',
    },
  ]);
  if (item === undefined) throw new Error('no item was added');
  return item;
}
