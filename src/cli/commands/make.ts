import { readFile, writeFile } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { applyPlan } from '../../app/apply-plan.ts';
import { makeNewProject } from '../../app/new-project.ts';
import type { Factory } from '../../app/open-factory.ts';
import { planHere } from '../../app/plan-here.ts';
import { idOf, registerProject } from '../../app/projects.ts';
import { resultOf } from '../../app/result-of.ts';
import { addItems } from '../../app/work.ts';
import { projectFile } from '../../config/load-project.ts';
import { stacks, type Stack } from '../../config/starter.ts';
import { isFinal } from '../../model/work-item.ts';
import type { SandboxRung } from '../../model/sandbox-rung.ts';
import { exitCode, UserError } from '../../model/user-error.ts';
import { chooseAgent } from '../choose-agent.ts';
import { confirm } from '../confirm.ts';
import type { CliContext } from '../context.ts';
import { guideItem, type GuideOptions } from '../guide.ts';
import { schemaUrl } from '../schema-url.ts';
import { printPlan } from '../print-plan.ts';
import { renderResult } from '../result-page.ts';
import { describeUseCase, readUseCaseFile } from '../spec-new.ts';

interface Options {
  readonly stack: string;
  readonly agent?: string;
  readonly command?: string;
  readonly rung: SandboxRung;
  readonly decide?: boolean;
  readonly yes?: boolean;
}

export function define(command: Command, context: CliContext): void {
  command
    .argument('<file>', 'a text file with the use case: who wants what, and why')
    .argument('[folder]', 'a new folder for the result; named after the file otherwise')
    .option('--stack <stack>', `what it is built with: ${stacks.join(' or ')}`, 'node')
    .option('--agent <adapter>', 'which agent works; the first that this machine has otherwise')
    .option('--command <command>', 'for --agent command: what to run')
    .option('--rung <rung>', 'the walls that agents work behind: bubblewrap, or clone for none', 'bubblewrap')
    .option('--decide', 'ask nothing; what is decided for you stands in the result')
    .option('-y, --yes', 'approve what is proposed')
    .action(async (file: string, name: string | undefined, options: Options) => {
      context.requirePerson();
      const useCase = await readUseCaseFile(file);
      if (useCase.trim() === '')
        throw new UserError('E_NO_TEXT', `${file} is empty`, 'write down who wants what, and why', {
          exit: exitCode.usage,
        });
      const folder = resolve(name ?? basename(file, extname(file)));
      const title = titleOf(useCase);
      const stack = stackOf(options.stack);
      const rung = rungOf(options.rung);
      const goesOn = await isMadeHere(folder);
      const agent = goesOn ? null : await chooseAgent(options, context);
      if (agent !== null && agent.found !== null)
        throw new UserError('E_NO_AGENT', `agent ${agent.config.adapter} is not ready: ${agent.found}`, 'mw doctor');
      await context.withFactory(async (factory) => {
        if (agent !== null) {
          await refuseLeftWork(factory, folder);
          await makeNewProject({ folder, title, stack, agent, rung, schema: schemaUrl });
        }
        context.output.line(`✓ ${folder}${goesOn ? ', going on' : ''}`);
        await make(factory, context, { folder, title, useCase, options });
      });
    });
}

async function make(
  factory: Factory,
  context: CliContext,
  { folder, title, useCase, options }: { folder: string; title: string; useCase: string; options: Options },
): Promise<void> {
  const { output } = context;
  const guided = { decide: options.decide === true, yes: options.yes === true };
  const { id: project } = await registerProject(factory.store, folder);
  const unfinished = (reason: string) =>
    output.talk(`  Next: ${reason}, then the same mw make again, which goes on here`);
  const specified =
    (await finishOpen(factory, context, project, guided)) &&
    (await specify(factory, context, { project, useCase, guided }));
  if (!specified) return unfinished(`cd ${folder} && mw inbox`);
  const plan = await planHere(factory, folder, []);
  output.line('\nThen, what will be built:');
  printPlan(plan, output);
  if (plan.items.length > 0 && !guided.yes && !(await confirm('Build it?')))
    return unfinished('when you want it built');
  for (const { id } of await applyPlan(factory, plan)) {
    const { code } = await guideItem(factory, context, id, guided);
    context.exit(code);
    if (code !== exitCode.done) return unfinished(`cd ${folder} && mw inbox`);
  }
  const result = await resultOf(factory, folder, title);
  const page = `${folder}/result.html`;
  await writeFile(page, renderResult(result));
  const proven = result.criteria.filter(({ verdict }) => verdict === 'proven').length;
  output.line(`\n${proven} of ${result.criteria.length} things that you asked for are shown to work.`);
  if (result.start !== null) output.line(`\nHow to start it:\n${result.start}`);
  output.line(`\nThe whole result: ${page}`);
}

/** Brings what an interrupted run left open to its end; false when something of it waits for a person who is not here. */
async function finishOpen(
  factory: Factory,
  context: CliContext,
  project: string,
  guided: GuideOptions,
): Promise<boolean> {
  for (const { state } of await factory.store.items({ project, open: true })) {
    const { code, state: now } = await guideItem(factory, context, state.item.id, guided);
    context.exit(code);
    if (!isFinal(now.status)) return false;
  }
  return true;
}

/** Has the use case made into specs, unless that was done; whether it is done. */
async function specify(
  factory: Factory,
  context: CliContext,
  { project, useCase, guided }: { project: string; useCase: string; guided: GuideOptions },
): Promise<boolean> {
  const known = await factory.store.items({ project });
  if (known.some(({ state }) => state.item.pipeline === 'intake' && state.status === 'landed')) return true;
  const asked = describeUseCase(useCase, undefined);
  const body = `${asked.body}\n\nWhoever builds this writes into README.md, under "## Start", how a person starts the result.`;
  const [item] = await addItems(factory, project, [{ ...asked, body }]);
  if (item === undefined) throw new Error('no item was added');
  context.output.line('\nFirst, what is wanted:');
  const { code, state } = await guideItem(factory, context, item.id, guided);
  context.exit(code);
  return state.status === 'landed';
}

/** Whether the folder was begun by this command: it holds what no other writes. */
async function isMadeHere(folder: string): Promise<boolean> {
  const config = await readFile(join(folder, projectFile), 'utf8').catch(absent);
  const ignored = await readFile(join(folder, '.gitignore'), 'utf8').catch(absent);
  return config !== null && ignored !== null && ignored.split('\n').includes('result.html');
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}

/** Work that waits for a folder of this name would take the new one for it. */
async function refuseLeftWork(factory: Factory, folder: string): Promise<void> {
  const left = await factory.store.items({ project: idOf(folder), open: true });
  const [first] = left;
  if (first === undefined) return;
  const { id } = first.state.item;
  throw new UserError(
    'E_UNDERWAY',
    `${left.length === 1 ? id : `${id} and ${left.length - 1} more`} still waits for a folder at ${folder}`,
    `mw cancel ${id}, or give another folder`,
    { exit: exitCode.conflict },
  );
}

function titleOf(useCase: string): string {
  const [first = ''] = useCase.trim().split('\n');
  return first.replace(/^#+\s*/, '').slice(0, 100);
}

function stackOf(text: string): Stack {
  const found = stacks.find((stack) => stack === text);
  if (found !== undefined) return found;
  throw new UserError(
    'E_USAGE',
    `there is no stack ${JSON.stringify(text)}`,
    `--stack ${stacks.join(', or --stack ')}`,
    {
      exit: exitCode.usage,
    },
  );
}

function rungOf(text: string): SandboxRung {
  if (text === 'clone' || text === 'bubblewrap') return text;
  throw new UserError('E_USAGE', `there is no rung ${JSON.stringify(text)}`, '--rung bubblewrap, or --rung clone', {
    exit: exitCode.usage,
  });
}
