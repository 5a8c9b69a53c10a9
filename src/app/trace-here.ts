/** From every criterion to its tests, its code and its verdict, in the checkout around a folder. */
import { readFile } from 'node:fs/promises';
import { readNotes } from '../git/notes.ts';
import { readCode, type CodeReading } from '../insight/read-code.ts';
import { parseRecord } from '../insight/trace-origin.ts';
import { exitCode, UserError } from '../model/user-error.ts';
import type { PlanRow } from '../spec/compare.ts';
import { traceRows, type Landed, type TraceRow } from '../spec/trace.ts';
import { judgeCriteria } from '../verify/criterion-evidence.ts';
import { readNamedTests } from '../verify/named-tests.ts';
import type { NamedTest } from '../verify/named-tests/named-test.ts';
import { readReportFile } from '../verify/report-file.ts';
import { handWritten, readBuiltHere } from './built-here.ts';
import type { Factory } from './open-factory.ts';
import { planHere } from './plan-here.ts';
import { readProjectHere } from './pin-here.ts';
import { findCheckout } from './projects.ts';

export interface TraceHere {
  readonly rows: readonly TraceRow[];
  /** Tests of the reports that name no criterion of the specs; `null` without a report. */
  readonly testsWithout: readonly NamedTest[] | null;
  readonly linesWithout: CodeReading['orphans'];
}

/** `reports`: files with the names of tests. Without one, what was seen when each criterion landed. E_BAD_REPORT. */
export async function traceHere(
  factory: Factory,
  folder: string,
  names: readonly string[],
  reports: readonly string[],
): Promise<TraceHere> {
  const { repository } = await findCheckout(folder);
  const { config } = await readProjectHere(folder);
  const isOutside = handWritten(config);
  const { rows } = await planHere(factory, folder, names);
  const here = await readBuiltHere(factory.home.root, repository, config.target, isOutside);
  const tests = reports.length === 0 ? null : (await Promise.all(reports.map(readTests))).flat();
  const ids = rows.map(({ id }) => id);
  const verdicts = tests === null ? null : judgeCriteria(ids, tests);
  const code = here.head === null ? null : await readCode(repository.commonDir, here.head, here.built, isOutside);
  const naming = new Set(verdicts?.flatMap((each) => each.tests));
  return {
    rows: traceRows(
      rows,
      await readLanded(repository.commonDir, rows),
      verdicts === null
        ? null
        : new Map(verdicts.map(({ id, type, tests: own }) => [id, { id, type, tests: [...own] }])),
      code?.ranges ?? new Map(),
    ),
    testsWithout: tests?.filter((test) => !naming.has(test)) ?? null,
    linesWithout: code?.orphans ?? [],
  };
}

/** What the notes of the commits say that built each criterion. */
async function readLanded(gitDir: string, rows: readonly PlanRow[]): Promise<ReadonlyMap<string, Landed>> {
  const commits = [...new Set(rows.flatMap(({ builtCommit }) => builtCommit ?? []))];
  const notes = await readNotes(gitDir, commits);
  const landed = new Map<string, Landed>();
  for (const { id, builtCommit } of rows) {
    const record = builtCommit === null ? null : parseRecord(notes.get(builtCommit) ?? null, builtCommit);
    const criterion = record?.criteria.find((each) => each.id === id);
    if (record === null || criterion === undefined) continue;
    landed.set(id, {
      evidence: criterion.evidence ?? { type: 'test' },
      verdict: criterion.verdict ?? null,
      passed: record.checks.flatMap(({ name, status }) => (status === 'passed' ? [name] : [])),
      approvedBy: record.decisions.findLast(({ type }) => type === 'approved')?.by ?? null,
    });
  }
  return landed;
}

async function readTests(file: string): Promise<readonly NamedTest[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new UserError('E_NOT_FOUND', `there is no report ${file}`, 'run the tests first, with a report', {
      exit: exitCode.notFound,
    });
  });
  const read = readReportFile(text);
  if (read.type === 'read') return read.tests;
  const printed = readNamedTests(text);
  if (printed.length > 0) return printed;
  throw new UserError(
    'E_BAD_REPORT',
    `${file} is no report that names tests`,
    'give JUnit XML, CTRF, TAP, a runner’s JSON, or what a runner printed with names',
    { exit: exitCode.usage },
  );
}
