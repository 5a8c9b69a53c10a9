/** A new folder that work can begin in: a starter, a configuration, one commit. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { renderProject } from '../config/render-project.ts';
import { starterFor, type Stack } from '../config/starter.ts';
import { projectFile } from '../config/load-project.ts';
import { createRepository } from '../git/create-repository.ts';
import type { AgentConfig } from '../model/config.ts';
import type { SandboxRung } from '../model/sandbox-rung.ts';
import { exitCode, UserError } from '../model/user-error.ts';

export interface NewProject {
  readonly folder: string;
  readonly title: string;
  readonly stack: Stack;
  readonly agent: { readonly name: string; readonly config: AgentConfig };
  readonly rung: SandboxRung;
  /** Where editors find the configuration's schema. */
  readonly schema: string;
}

/** E_EXISTS when the folder holds anything already. */
export async function makeNewProject({ folder, title, stack, agent, rung, schema }: NewProject): Promise<void> {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0)
    throw new UserError('E_EXISTS', `${folder} is not empty`, 'give the name of a new folder', {
      exit: exitCode.conflict,
    });
  const { files, detected } = starterFor(stack, title);
  const config = renderProject({ detected, agent, schema, pipeline: 'quick', rung });
  const all = { ...files, [projectFile]: config };
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await createRepository({ folder, branch: 'main', message: 'Begin' });
}
