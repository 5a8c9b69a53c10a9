/** Small tasks with a specification, tests as an agent writes them, a hidden truth, and many candidates that are wrong. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOnly } from '../../test/corpus/changes.ts';

/** A folder for each task of the corpus. */
export const fixtures = join(import.meta.dirname, '../../test/corpus/fixtures/tasks');

export interface Candidate {
  readonly task: string;
  readonly name: string;
  readonly kind: string;
  readonly source: string;
  /** By the hidden truth. */
  readonly isRight: boolean;
}

export interface Evidence {
  readonly candidate: Candidate;
  readonly visible: boolean;
  /** Of the hidden truth, asked again here. */
  readonly truth: boolean;
  readonly guard: boolean;
  /** Scenarios and breaker's cases, all of which passed; `null` where the task has none. */
  readonly holdouts: boolean | null;
  readonly breaker: boolean | null;
}

export function listCandidates(): readonly Candidate[] {
  return readdirSync(fixtures)
    .filter((name) => /^\d/.test(name))
    .sort()
    .flatMap((task) => {
      const read = (name: string) => readFileSync(join(fixtures, task, name), 'utf8');
      const wrong = JSON.parse(read('wrong.json')) as { name: string; kind: string; source: string }[];
      return [
        { task, name: 'reference', kind: 'right', source: read('reference.mjs'), isRight: true },
        ...wrong.map((each) => ({ task, ...each, isRight: false })),
      ];
    });
}

/** Asks every kind of evidence about a candidate, each in a process of its own. */
export async function gather(candidate: Candidate): Promise<Evidence> {
  const task = join(fixtures, candidate.task);
  const place = mkdtempSync(join(tmpdir(), 'mw-task-'));
  try {
    const solution = join(place, 'solution.mjs');
    writeFileSync(solution, candidate.source);
    writeFileSync(join(place, 'visible.test.mjs'), readFileSync(join(task, 'visible.test.mjs')));
    writeFileSync(join(place, 'ask.mjs'), asking);
    const ask = (file: string, name: string) =>
      existsSync(join(task, file)) ? succeeds(place, ['ask.mjs', join(task, file), name, solution]) : null;
    const [visible, truth, holdouts, breaker] = await Promise.all([
      succeeds(place, ['--test', 'visible.test.mjs']),
      succeeds(place, ['ask.mjs', join(task, 'oracle.mjs'), 'judge', solution]),
      ask('holdout.mjs', 'scenarios'),
      ask('breaker.mjs', 'cases'),
    ]);
    return { candidate, visible, truth, guard: isSilent(candidate), holdouts, breaker };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

const asking = `
const [, , file, name, solution] = process.argv;
const module = await import(file);
// Each scenario sees the program fresh, as each hold-out does.
let number = 0;
const load = () => import(\`\${solution}?\${(number += 1)}\`);
if (name === 'judge') process.exit(module.judge(await load()) ? 0 : 1);
for (const each of module[name]) await each.run(await load());
`;

function succeeds(cwd: string, args: readonly string[]): Promise<boolean> {
  const env = { PATH: process.env['PATH'], HOME: cwd, NO_COLOR: '1' };
  return new Promise((resolve) => {
    execFile(process.execPath, [...args], { cwd, env, timeout: 20_000, killSignal: 'SIGKILL' }, (error) =>
      resolve(error === null),
    );
  });
}

/** Whether reading alone finds nothing: the tests are there, the solution is new. */
function isSilent({ task, name, kind, source }: Candidate): boolean {
  const read = (file: string) => readFileSync(join(fixtures, task, file), 'utf8');
  const found = readOnly({
    name,
    family: 'input-special-cased',
    honest: kind === 'right',
    request: read('spec.md'),
    before: { 'visible.test.mjs': read('visible.test.mjs') },
    after: { 'solution.mjs': source },
    why: '',
  });
  return found.length === 0;
}
