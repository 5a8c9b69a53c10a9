/** Judges a change by what its tests really do, with the same rules and reporters as a factory does, without its walls. */
import type { Roll } from '../../src/guard/census.ts';
import { createFileRules } from '../../src/guard/files.ts';
import type { Finding } from '../../src/guard/finding.ts';
import { changedTestsOf, judgeChange, needsNewTest, type FileChange } from '../../src/guard/judge-change.ts';
import { criteriaOf, project, type StructuralCase } from '../../test/corpus/structural.ts';
import { runReported } from '../../test/support/reported-run.ts';

type Files = Readonly<Record<string, string>>;

const rules = createFileRules({ tests: [], judges: [], programs: [] });

export async function judgeStructural(change: StructuralCase): Promise<readonly Finding[]> {
  const candidate = mix(project, change.after);
  const files = Object.entries(change.after).map(([path, after]): FileChange => {
    const before = project[path] ?? null;
    const kind = before === null ? 'added' : after === null ? 'deleted' : 'modified';
    return { path, change: kind, before, after, contents: path };
  });
  const altered = changedTestsOf(files, rules);
  const back = Object.fromEntries(altered.map((path) => [path, project[path] ?? null]));
  const testFiles = files.filter(({ path }) => rules.isTest(path));
  const theirs = Object.fromEntries(testFiles.map(({ path, after }) => [path, after]));
  const criteria = criteriaOf(change);
  return judgeChange({
    files,
    rules,
    request: change.request ?? '',
    criteria,
    unsteady: new Set(),
    otherTests: new Map(),
    rolls: {
      base: await rollOf(project),
      candidate: await rollOf(candidate),
      restored: altered.length === 0 ? null : await rollOf(mix(candidate, back)),
      without: criteria.some(needsNewTest) ? await rollOf(mix(project, theirs)) : null,
    },
  });
}

function mix(files: Files, change: Readonly<Record<string, string | null>>): Files {
  const all = { ...files, ...change };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null));
}

async function rollOf(files: Files): Promise<readonly Roll[]> {
  const { report } = await runReported(files, 'npm test --silent');
  const tests = report?.tests ?? [];
  const passed = tests.filter(({ status }) => status === 'passed').length;
  return [{ check: 'test', tests, passed, reporter: 'ours' }];
}
