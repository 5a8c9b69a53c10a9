/** A small project for the real CLIs: a structured triage that only reads, a build with a check, one reviewer. */
import type { Files } from '../support/cli-desk.ts';
import type { Dialect } from './cli-dialects.ts';
import type { ModelReply, ModelRequest } from './model-server.ts';

export type Role = 'triage' | 'build' | 'reviewer';

const roles: readonly Role[] = ['triage', 'build', 'reviewer'];

export interface ProjectOptions {
  readonly rung?: 'clone' | 'bubblewrap';
  /** Further agents, `name: { … }` by line. */
  readonly agents?: readonly string[];
  /** Whole text of further pipelines by name. */
  readonly pipelines?: Readonly<Record<string, string>>;
  readonly limits?: string;
}

/** The files of the repository; `url` is where the scripted model listens. */
export function agentProject(
  dialect: Dialect,
  url: string,
  { rung = 'bubblewrap', agents = [], pipelines = {}, limits = 'slots: 3' }: ProjectOptions = {},
): Files {
  return {
    'millwright.yaml': `version: 1
agents:
  real: ${dialect.config(url)}
${agents.map((line) => `  ${line}\n`).join('')}routes: { default: real }
pipeline: small
checks:
  test: { run: sh test.sh, kind: test }
sandbox: { rung: ${rung} }
limits: { ${limits} }
`,
    ...Object.fromEntries(
      Object.entries({ small, ...pipelines }).map(([name, text]) => [`.millwright/pipelines/${name}.yaml`, text]),
    ),
    ...Object.fromEntries(roles.map((role) => [`.millwright/instructions/${role}/SKILL.md`, skill(role)])),
    'test.sh': 'echo 1..1\nif [ -e broken.txt ]; then echo not ok 1 - whole; exit 1; else echo ok 1 - whole; fi\n',
  };
}

const small = `name: small
phases:
  - { id: triage, instructions: triage, output: triage, writes: false }
  - { id: build, instructions: build, output: text, checks: [test] }
  - { id: review, reviews: [{ id: strict, instructions: reviewer }], loop: { to: build, max: 2 } }
`;

function skill(role: Role): string {
  return `---\nname: ${role}\ndescription: What the ${role} of this test does.\n---\n\n# The ${role}\nmw-role: ${role}\n`;
}

/** What the model does in one role, given its request. */
export type Act = (request: ModelRequest) => ModelReply;
/** A model's behaviour for the items whose text holds `case: NAME`; what is left out is done well. */
export type Case = Partial<Record<Role, Act>>;

/**
 * The model behind all sessions of a project: it knows the item by `case: NAME` in its text and the role by its
 * instructions. Requests without tools (titles and the like) are answered in plain words.
 */
export function scriptModel(
  dialect: Dialect,
  cases: Readonly<Record<string, Case>>,
): (request: ModelRequest) => ModelReply {
  const well = doWell(dialect);
  return (request) => {
    if (request.tools.length === 0) return { say: 'A title' };
    const role = roles.find((each) => request.text.includes(`mw-role: ${each}`));
    if (role === undefined) throw new Error(`a request without a role: ${request.text.slice(0, 2_000)}`);
    const name = caseOf(request);
    return (cases[name]?.[role] ?? well[role])(request);
  };
}

function caseOf({ text }: ModelRequest): string {
  return /case: ([a-z0-9-]+)/.exec(text)?.[1] ?? '';
}

/** Each role's work done as asked: `greeting-CASE.txt` is the change, so that no item finds another's work done. */
export function doWell(dialect: Dialect): Record<Role, Act> {
  return {
    triage: () => dialect.answer(triage),
    build: (request) =>
      steps(dialect.shell(`echo hello > greeting-${caseOf(request)}.txt && sh test.sh`), {
        say: 'I wrote it; its test passes.',
      })(request),
    reviewer: (request) =>
      steps(
        dialect.shell(`cat greeting-${caseOf(request)}.txt`),
        dialect.answer({ verdict: 'pass', findings: [] }),
      )(request),
  };
}

/** One reply after the other, counted by the results of tools so far; the last one again and again. */
export function steps(...script: readonly [ModelReply, ...ModelReply[]]): Act {
  return ({ toolResults }) => script[Math.min(toolResults, script.length - 1)] ?? script[0];
}

export const triage = {
  summary: 'A greeting is wanted.',
  kind: 'feature',
  size: 'small',
  risk: 'low',
  affected: ['greeting'],
  criteria: ['the greeting says hello'],
  openQuestions: [],
} as const;
