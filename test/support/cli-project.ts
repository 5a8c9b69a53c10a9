/** The files of a small project for the command line's tests, and typed readings of what `mw … --json` prints. */
import { expect } from 'vitest';
import type { Desk, Files, Ran, RunOptions } from './cli-desk.ts';

export interface ProjectParts {
  /** Shell command of the agent `maker`. It has the prompt on stdin; `$ACT` is the line `act: …` of the request. */
  readonly maker: string;
  /** Whole text of `.millwright/pipelines/NAME.yaml` by name. */
  readonly pipelines?: Readonly<Record<string, string>>;
  /** Further lines of millwright.yaml. */
  readonly config?: string;
  readonly checks?: string;
  readonly files?: Files;
}

/** One phase whose result is the change itself. */
export const solo = `name: solo
phases:
  - { id: build, instructions: build, output: text, checks: [all] }
`;

/** One phase whose result must fit a schema. */
export const structured = `name: structured
phases:
  - { id: build, instructions: build, output: .millwright/report.schema.json, checks: [all] }
`;

/** As \`solo\`, and a person must approve. */
export const gated = `name: gated
phases:
  - { id: build, instructions: build, output: text, checks: [all], approval: true }
`;

const reportSchema = {
  type: 'object',
  required: ['summary', 'files'],
  additionalProperties: false,
  properties: { summary: { type: 'string' }, files: { type: 'integer' } },
};

/** Reads the request's own word for what to do; `once` in it holds for the first attempt only. */
const preamble = `prompt=$(cat)
ACT=$(printf '%s\\n' "$prompt" | sed -n 's/^act: //p' | head -n 1)
case "$ACT" in *' once') if [ "$MW_ATTEMPT" -gt 1 ]; then ACT=good; else ACT=\${ACT% once}; fi;; esac
`;

/** A project with the command adapter, the weakest sandbox, and one check that reports a count of tests. */
export function projectFiles(parts: ProjectParts): Files {
  const pipelines = { solo, structured, gated, ...parts.pipelines };
  return {
    'millwright.yaml': `version: 1
agents:
  maker: { adapter: command, command: sh .millwright/maker.sh, free: true }
routes: { default: maker }
pipeline: solo
${parts.config ?? 'sandbox: { rung: clone }\nlimits: { slots: 4 }\n'}${parts.checks ?? 'checks:\n  test: { run: sh test.sh, kind: test }\n'}`,
    '.millwright/maker.sh': `${preamble}${parts.maker}\n`,
    '.millwright/report.schema.json': JSON.stringify(reportSchema),
    ...Object.fromEntries(
      Object.entries(pipelines).map(([name, text]) => [`.millwright/pipelines/${name}.yaml`, text]),
    ),
    'test.sh':
      'echo 1..1\nif [ "$(cat state.txt)" = whole ]; then echo ok 1 - state; else echo not ok 1 - state; exit 1; fi\n',
    'state.txt': 'whole\n',
    ...parts.files,
  };
}

export interface ListedItem {
  readonly id: string;
  readonly key: string | null;
  readonly title: string;
  readonly state: string;
  readonly phase: string | null;
  readonly reason: string;
  readonly branch: string | null;
  readonly costMicroUsd: number | null;
}

export interface ShownItem extends ListedItem {
  readonly reasonCode: string | null;
  readonly next: string;
  readonly run: number;
  readonly phases: readonly { readonly id: string; readonly status: string; readonly attempts: number }[];
  readonly attempts: readonly {
    readonly address: string;
    readonly outcome: string;
    readonly text: string;
    readonly sessions: readonly object[];
  }[];
  readonly checks: readonly {
    readonly name: string;
    readonly status: string;
    readonly excerpt: string;
    readonly commit: string;
    readonly concerns?: readonly { readonly family: string; readonly says: string }[];
  }[];
  readonly gate: { readonly id: string; readonly type: string; readonly commit: string } | null;
  readonly landed: {
    readonly commit: string;
    readonly delivery: { readonly type: string; readonly branch: string; readonly why?: string } | null;
  } | null;
}

/** Runs a command that must succeed, and reads its JSON. */
export async function mwJson<T>(desk: Desk, args: readonly string[], options?: RunOptions): Promise<T> {
  const ran = await desk.mw([...args, '--json'], options);
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  return JSON.parse(ran.stdout) as T;
}

export async function listItems(desk: Desk, options?: RunOptions): Promise<readonly ListedItem[]> {
  return (await mwJson<{ items: readonly ListedItem[] }>(desk, ['list'], options)).items;
}

export function showItem(desk: Desk, id: string, options?: RunOptions): Promise<ShownItem> {
  return mwJson<ShownItem>(desk, ['show', id], options);
}

/** Adds items as JSON lines and answers their ids, in order. */
export async function addItems(
  desk: Desk,
  items: readonly object[],
  options: RunOptions = {},
): Promise<readonly string[]> {
  const stdin = items.map((item) => JSON.stringify(item)).join('\n');
  const { items: added } = await mwJson<{ items: readonly { id: string }[] }>(desk, ['add', '-'], {
    ...options,
    stdin,
  });
  return added.map(({ id }) => id);
}

/** The error of a command that was asked for JSON. */
export function errorOf({ stdout }: Ran): {
  readonly code: string;
  readonly message: string;
  readonly next: string | null;
} {
  return (JSON.parse(stdout) as { error: { code: string; message: string; next: string | null } }).error;
}

/** What every refusal must have: the exit code, an error code, what happened, and the next thing to type. */
export function expectRefusal(ran: Ran, code: number, error: string): void {
  expect(ran, `${ran.stdout}${ran.stderr}`).toMatchObject({ code });
  expect(ran.stderr).toContain(`[${error}]`);
  expect(ran.stderr).toMatch(/\n {2}Next: \S/);
  expect(ran.stderr).not.toMatch(/\n {4}at /);
}
