/** The sample project of `mw demo`: a fresh repository with a configuration for this machine, and what is asked of it. */
import { cp, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMap, isSeq, parseDocument } from 'yaml';
import { pipelinePath } from '../config/pin-pipeline.ts';
import { readShipped } from '../config/shipped-files.ts';
import { createRepository } from '../git/create-repository.ts';
import type { SandboxRung } from '../model/sandbox-rung.ts';
import { findCompiler, type DemoTool } from './demo-tools.ts';

/** The same distance from `src/app/` and from `dist/app/`. */
const demoFolder = fileURLToPath(new URL('../../demo/', import.meta.url));

const pipeline = 'engineering';
/** The phase after which the demo's copy of the pipeline asks a person. */
const gatePhase = 'review';

export interface DemoProject {
  readonly base: string;
  readonly title: string;
  readonly body: string;
  /** How the project's types are checked here: for real, or, where no compiler is installed, by a run on sample data. */
  readonly typeCheck: 'compiler' | 'sample-run';
}

/** Writes the sample project into the new folder `repository` and commits it on main. */
export async function makeDemoProject(repository: string, rung: SandboxRung): Promise<DemoProject> {
  const compiler = await findCompiler();
  const tools: readonly DemoTool[] = [
    { path: process.execPath, links: { '.bin/node': process.execPath } },
    ...(compiler ?? []),
  ];
  await cp(join(demoFolder, 'project'), repository, { recursive: true });
  // npm leaves a file of its proper name out of packages.
  await rename(join(repository, 'gitignore'), join(repository, '.gitignore'));
  await fillIn(join(repository, 'millwright.yaml'), {
    script: JSON.stringify(join(demoFolder, 'script.yaml')),
    setup: JSON.stringify(linkLine(tools)),
    checks: checkLines(compiler !== null),
    rung,
    readOnly: JSON.stringify(tools.map(({ path }) => path)),
  });
  await writePipeline(repository);
  const base = await createRepository({ folder: repository, branch: 'main', message: 'Invoices: totals' });
  const [title = '', ...body] = (await readFile(join(demoFolder, 'use-case.md'), 'utf8')).trim().split('\n');
  return { base, title, body: body.join('\n').trim(), typeCheck: compiler === null ? 'sample-run' : 'compiler' };
}

async function fillIn(file: string, values: Readonly<Record<string, string>>): Promise<void> {
  const text = await readFile(file, 'utf8');
  await writeFile(
    file,
    text.replaceAll(/\{\{(\w+)\}\}/g, (place, name: string) => {
      const value = values[name];
      if (value === undefined) throw new Error(`${file} has ${place}, which nobody fills in`);
      return value;
    }),
  );
}

/** A shell line that makes `node_modules` from tools that lie elsewhere. */
function linkLine(tools: readonly DemoTool[]): string {
  const links = tools.flatMap(({ links: each }) => Object.entries(each));
  return [
    'mkdir -p node_modules/.bin node_modules/@types',
    ...links.map(([name, target]) => `ln -s ${quote(target)} node_modules/${name}`),
  ].join(' && ');
}

function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** Without a compiler every command is run on the sample data: the mistake that the compiler sees ends that run. */
function checkLines(compiler: boolean): string {
  const path = 'PATH="$PWD/node_modules/.bin:$PATH"';
  const types = `  types: { run: '${path} tsc -p .', kind: types }`;
  const sample = `  sample: { run: 'for each in $(node_modules/.bin/node src/main.ts help); do node_modules/.bin/node src/main.ts $each || exit; done', kind: command }`;
  return [compiler ? types : sample, `  test: { run: node_modules/.bin/node --test, kind: test }`].join('\n');
}

/** The shipped pipeline as it is, and one gate more. */
async function writePipeline(repository: string): Promise<void> {
  const text = (await readShipped()).pipelines.get(pipeline);
  if (text === undefined) throw new Error(`the pipeline ${pipeline} is not shipped`);
  const document = parseDocument(text);
  const phases = document.get('phases');
  const phase = isSeq(phases) ? phases.items.find((each) => isMap(each) && each.get('id') === gatePhase) : undefined;
  if (!isMap(phase)) throw new Error(`the pipeline ${pipeline} has no phase ${gatePhase}`);
  phase.set('approval', true);
  const file = join(repository, pipelinePath(pipeline));
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(
    file,
    `# The shipped pipeline, with one line more: the phase ${gatePhase} asks for an approval.\n${document.toString({ lineWidth: 0 })}`,
  );
}
