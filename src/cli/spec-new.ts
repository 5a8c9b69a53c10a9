import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { readProjectHere } from '../app/pin-here.ts';
import { registerProject } from '../app/projects.ts';
import type { Factory } from '../app/open-factory.ts';
import { lintSpecs, type LintedSpec, type SpecHere } from '../app/specs-here.ts';
import { addItems } from '../app/work.ts';
import { isFinal } from '../model/work-item.ts';
import { isSpecName } from '../spec/criterion-id.ts';
import { exitCode, UserError } from '../model/user-error.ts';
import { showControl } from '../model/visible-text.ts';
import type { CliContext } from './context.ts';
import { guideItem } from './guide.ts';
import { addSplit } from './spec-split.ts';
import { printSpecs } from './print-specs.ts';
import { readStdin } from './stdin.ts';

interface Options {
  readonly file?: string;
  readonly name?: string;
  readonly decide?: boolean;
  readonly split?: boolean;
  readonly yes?: boolean;
  readonly run: boolean;
  readonly json?: boolean;
}

/** `mw spec new`: an interviewer asks, writes, and is judged; a person approves. */
export function defineNew(command: Command, context: CliContext): void {
  command
    .command('new')
    .description('from a use case to a spec: an agent asks, in rounds, and writes it down')
    .argument('[text]', 'the use case; - reads stdin')
    .option('--file <path>', 'a file with the use case')
    .option('--name <name>', 'the folder below specs/; the agent chooses one otherwise')
    .option('--decide', 'leave every question to the agent; what it took stands under Assumptions')
    .option('--split', 'have a planner break what was specified into small work items, too')
    .option('-y, --yes', 'approve what it writes')
    .option('--no-run', 'add the work item and leave it to mw up; answer with mw inbox')
    .option('--json', 'for programs')
    .action(async (text: string | undefined, options: Options) => {
      context.requirePerson();
      if (options.name !== undefined && !isSpecName(options.name))
        throw new UserError(
          'E_BAD_NAME',
          `${JSON.stringify(options.name)} cannot be the folder of a spec`,
          'give --name small letters, digits and hyphens, such as invoice-download',
          { exit: exitCode.usage },
        );
      if (options.split === true && (!options.run || options.json === true))
        throw new UserError(
          'E_SPLIT_LATER',
          '--split needs the spec to be written first, here and now',
          'mw spec split NAME, once it is written',
          { exit: exitCode.usage },
        );
      const useCase = await readUseCase(text, options.file);
      // An item of a project that nobody has set up would only pause.
      await readProjectHere(process.cwd());
      await context.withFactory(async (factory) => {
        const { id: project } = await registerProject(factory.store, process.cwd());
        const before = new Map((await specsHere()).map(({ path, text: words }) => [path, words]));
        const [item] = await addItems(factory, project, [describeUseCase(useCase, options.name)]);
        if (item === undefined) throw new Error('no item was added');
        if (!options.run || options.json === true) {
          if (options.json === true) return context.output.json({ item: { id: item.id, title: item.title } });
          context.output.line(`${item.id}  ${showControl(item.title)}`);
          return context.output.talk('  Next: mw up --until-empty, and mw inbox for its questions');
        }
        const { state, code } = await guideItem(factory, context, item.id, {
          decide: options.decide === true,
          yes: options.yes === true,
        });
        context.exit(code);
        if (!isFinal(state.status) || state.status !== 'landed') return;
        const specs = (await specsHere()).filter(({ path, text: words }) => before.get(path) !== words);
        if (specs.length === 0)
          throw new UserError(
            'E_NOT_HERE',
            'the spec has landed, and this checkout does not have it yet',
            `mw show ${item.id}, to see where it is`,
            { exit: exitCode.pending },
          );
        printSpecs(specs, context.output);
        if (options.split === true && !(await splitAll(factory, context, specs))) return;
        context.output.talk('  Next: mw plan');
      });
    });
}

/** Whether a planner has broken each of them down. */
async function splitAll(factory: Factory, context: CliContext, specs: readonly SpecHere[]): Promise<boolean> {
  for (const spec of specs) {
    const { id } = await addSplit(factory, spec);
    const { state, code } = await guideItem(factory, context, id, { decide: false, yes: false });
    context.exit(code);
    if (state.status !== 'landed') return false;
  }
  return true;
}

/** The work item that an interviewer gets. */
export function describeUseCase(useCase: string, name: string | undefined) {
  const [first = ''] = useCase.trim().split('\n');
  return {
    title: `Specify: ${first.slice(0, 120)}`,
    body: [
      name === undefined ? '' : `The spec's folder is specs/${name}.`,
      'The use case, in the person’s own words:',
      '',
      ...useCase
        .trim()
        .split('\n')
        .map((line) => `> ${line}`),
    ]
      .filter((line, index) => index > 0 || line !== '')
      .join('\n'),
    pipeline: 'intake',
  };
}

async function specsHere(): Promise<readonly LintedSpec[]> {
  return lintSpecs(process.cwd(), [], false).catch((error: unknown) => {
    if (error instanceof UserError && error.code === 'E_NO_SPECS') return [];
    throw error;
  });
}

async function readUseCase(text: string | undefined, file: string | undefined): Promise<string> {
  const whole = file !== undefined ? await readUseCaseFile(file) : text === '-' ? await readStdin() : (text ?? '');
  if (whole.trim() !== '') return whole;
  throw new UserError('E_NO_TEXT', 'there is no use case', 'mw spec new "Who wants what, and why"', {
    exit: exitCode.usage,
  });
}

/** A use case from a file. E_NOT_FOUND. */
export async function readUseCaseFile(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'EISDIR') throw error;
    throw new UserError('E_NOT_FOUND', `there is no file ${file}`, 'give the path of a text file', {
      exit: exitCode.notFound,
      cause: error,
    });
  });
}
