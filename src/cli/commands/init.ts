import { access, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Command } from 'commander';
import { findRepository } from '../../app/projects.ts';
import { detectProject } from '../../config/detect-project.ts';
import { projectFile } from '../../config/load-project.ts';
import { renderProject } from '../../config/render-project.ts';
import { defaultBranch } from '../../app/git-facts.ts';
import { AdapterName } from '../../model/config.ts';
import { exitCode, UserError } from '../../model/user-error.ts';
import { chooseAgent, type Choice } from '../choose-agent.ts';
import type { CliContext } from '../context.ts';
import { schemaUrl } from '../schema-url.ts';

const maxFiles = 20_000;

interface Options {
  readonly agent?: string;
  readonly command?: string;
  readonly force?: boolean;
}

export function define(command: Command, context: CliContext): void {
  command
    .option('--agent <adapter>', `one of ${AdapterName.options.join(', ')}`)
    .option('--command <command>', 'for --agent command: what to run')
    .option('--force', `write over an existing ${projectFile}`)
    .action(async (options: Options) => {
      const { path } = await findRepository(process.cwd());
      const file = join(path, projectFile);
      if (options.force !== true && (await exists(file))) {
        throw new UserError('E_EXISTS', `${projectFile} is there already`, `edit it, or mw init --force`, {
          exit: exitCode.conflict,
        });
      }
      const detected = await detectProject({
        listFiles: () => listFiles(path),
        readFile: (name) => readText(join(path, name)),
      });
      const agent = await chooseAgent(options, context);
      const target = (await defaultBranch(path)) ?? 'main';
      await writeFile(
        file,
        renderProject({ detected, agent: { name: agent.name, config: agent.config }, target, schema: schemaUrl }),
      );
      await mkdir(join(path, '.millwright'), { recursive: true });
      await writeFile(join(path, '.millwright', 'README.md'), readme, { flag: 'wx' }).catch(
        (error: NodeJS.ErrnoException) => {
          if (error.code !== 'EEXIST') throw error;
        },
      );
      report(context, { agent, target, checks: Object.keys(detected.checks) });
    });
}

const readme = `# Millwright in this repository
\`millwright.yaml\` says which agents work here, which checks must pass and what it may cost. Put your own pipelines into
\`pipelines/NAME.yaml\` and your own phase instructions into \`instructions/NAME/SKILL.md\`; \`mw pipeline list\` shows what
is shipped. Both are read from the latest commit of the target branch, and agents cannot change them.
`;

function report(
  { output }: CliContext,
  { agent, target, checks }: { agent: Choice; target: string; checks: readonly string[] },
): void {
  output.line(
    `✓ wrote ${projectFile} (target ${target}; checks: ${checks.join(', ') || 'none found'}) and .millwright/. Nothing is committed.`,
  );
  output.line(
    `${agent.found === null ? '✓' : '!'} agent: ${agent.config.adapter}${agent.found === null ? '' : `, which is not ready: ${agent.found}`}`,
  );
  if (checks.length === 0)
    output.line(
      '! no check was found: without one, nothing but reviewers and you judge the work. Add checks: to the file.',
    );
  output.talk(
    `  Next: git add ${projectFile} .millwright && git commit -m "Add Millwright", then mw doctor, then mw add "what you want"`,
  );
}

async function listFiles(root: string): Promise<string[]> {
  const found: string[] = [];
  const visit = async (folder: string, depth: number): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (['.git', 'node_modules', '.venv', 'target', 'dist'].includes(entry.name) || found.length >= maxFiles)
        continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory() && depth < 4) await visit(path, depth + 1);
      else if (entry.isFile()) found.push(relative(root, path));
    }
  };
  await visit(root, 0);
  return found;
}

async function readText(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'EISDIR') return null;
    throw error;
  });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
