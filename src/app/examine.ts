/** What this machine can really do, found by trying. */
import { statfs } from 'node:fs/promises';
import { projectFile } from '../config/load-project.ts';
import { checkGit } from '../git/git.ts';
import { readFileAt } from '../git/history.ts';
import { branchRef, readRef } from '../git/refs.ts';
import { UserError } from '../model/user-error.ts';
import type { ProjectConfig } from '../model/config.ts';
import { SandboxRung, reaches } from '../model/sandbox-rung.ts';
import { createAdapters, type Adapters } from './adapters.ts';
import type { AppEnvironment } from './environment.ts';
import { openFactory } from './open-factory.ts';
import { readProjectHere } from './pin-here.ts';
import { findRepository } from './projects.ts';

export interface ExamFinding {
  readonly status: 'good' | 'note' | 'bad';
  readonly about: string;
  readonly text: string;
  readonly next: string | null;
}

const lowDiskBytes = 2 * 1024 ** 3;

export async function examine(
  environment: AppEnvironment,
  folder: string,
  options: { readonly probes: boolean },
): Promise<readonly ExamFinding[]> {
  const findings: ExamFinding[] = [good('node', process.versions.node)];
  const git = await checkGit();
  findings.push(git.type === 'usable' ? good('git', git.version) : bad('git', git.what, git.next));
  findings.push(await examineDatabase(environment), await examineDisk(environment));
  const config = await examineProject(folder, findings);
  const adapters = createAdapters(environment);
  await examineSandboxes(adapters, config?.sandbox.rung ?? 'bubblewrap', options.probes, findings);
  for (const [name, agent] of Object.entries(config?.agents ?? {})) {
    const missing = await adapters.agentOf(agent.adapter).missing(agent);
    findings.push(
      missing === null ? good(`agent ${name}`, agent.adapter) : bad(`agent ${name}`, missing.what, missing.next),
    );
    if (agent.login === true)
      findings.push(note(`agent ${name}`, 'is given your own login of its program, read-only, inside the sandbox'));
    if ((agent.passEnv ?? []).length > 0)
      findings.push(note(`agent ${name}`, `is given these of your variables: ${(agent.passEnv ?? []).join(', ')}`));
    if ((agent.network ?? []).length > 0)
      findings.push(note(`agent ${name}`, `may reach ${(agent.network ?? []).join(', ')}`));
  }
  return findings;
}

async function examineDatabase(environment: AppEnvironment): Promise<ExamFinding> {
  try {
    const factory = await openFactory(environment, () => undefined);
    await factory.close();
    return good('database', factory.database.description);
  } catch (error) {
    if (error instanceof UserError) return bad('database', error.message, error.next);
    throw error;
  }
}

async function examineDisk({ home }: AppEnvironment): Promise<ExamFinding> {
  const { bavail, bsize } = await statfs(home);
  const free = bavail * bsize;
  const text = `${(free / 1024 ** 3).toFixed(1)} GB free at ${home}`;
  return free < lowDiskBytes
    ? { status: 'note', about: 'disk', text, next: 'mw gc --copies frees working copies' }
    : good('disk', text);
}

async function examineProject(folder: string, findings: ExamFinding[]): Promise<ProjectConfig | null> {
  try {
    const { config, path, text } = await readProjectHere(folder);
    findings.push(
      (await judgeAccepted(folder, config.target, text)) ??
        good('project', `${path}: ${Object.keys(config.checks).length} checks, lands on ${config.target}`),
    );
    return config;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    findings.push(
      error.code === 'E_CONFIG'
        ? bad('project', error.message, error.next)
        : note('project', `none here: ${error.message}`),
    );
    return null;
  }
}

/** What counts is the file in the latest commit of the target, not the one in the checkout. `null`: they agree. */
async function judgeAccepted(folder: string, target: string, text: string): Promise<ExamFinding | null> {
  const { commonDir } = (await findRepository(folder)).repository;
  const commit = await readRef(commonDir, branchRef(target));
  if (commit === null) {
    return bad(
      'project',
      `${projectFile} has target: ${target}, and there is no such branch with a commit`,
      `git branch ${target} COMMIT, or correct target: in ${projectFile} and commit it`,
    );
  }
  const accepted = await readFileAt(commonDir, commit, projectFile);
  if (accepted === null) {
    return bad(
      'project',
      `${projectFile} is not committed on ${target}`,
      `git add ${projectFile} .millwright && git commit -m "Add Millwright"`,
    );
  }
  if (accepted.toString('utf8') === text) return null;
  return note('project', `${projectFile} differs from the one on ${target}, which is what counts: commit it`);
}

async function examineSandboxes(
  adapters: Adapters,
  needed: SandboxRung,
  probes: boolean,
  findings: ExamFinding[],
): Promise<void> {
  for (const rung of SandboxRung.options) {
    const sandbox = adapters.sandboxOf(rung);
    const about = `sandbox ${rung}`;
    const missing = await sandbox.missing();
    if (missing !== null) {
      findings.push({ status: reaches(needed, rung) ? 'bad' : 'note', about, text: missing.what, next: missing.next });
      continue;
    }
    const tried = probes ? await sandbox.probe() : [];
    const open = tried.filter(({ held }) => !held);
    findings.push(
      open.length === 0
        ? good(about, probes ? `${tried.length} attempts to break out, none got through` : 'starts')
        : bad(
            about,
            `did not hold: ${open.map(({ name, detail }) => `${name} (${detail})`).join('; ')}`,
            'do not run agents at this rung here',
          ),
    );
  }
}

function good(about: string, text: string): ExamFinding {
  return { status: 'good', about, text, next: null };
}

function note(about: string, text: string): ExamFinding {
  return { status: 'note', about, text, next: null };
}

function bad(about: string, text: string, next: string): ExamFinding {
  return { status: 'bad', about, text, next };
}
