/** Checks that are the core's own judgement: are changed specs ready, has each criterion its evidence. */
import { listFilesAt, parentsOf, readFilesAt } from '../git/history.ts';
import type { CriterionTask } from '../model/criterion.ts';
import type { CheckResult, CriterionVerdict } from '../model/outcome.ts';
import { lintSpec } from '../spec/lint-spec.ts';
import { maxSpecBytes } from '../spec/max-spec-bytes.ts';
import { parseSpec } from '../spec/parse-spec.ts';
import { error, type SpecFinding } from '../spec/spec-finding.ts';
import { lintWorkPlan, parseWorkPlan } from '../spec/work-plan.ts';
import { judgeCriteria, type CriterionEvidence } from '../verify/criterion-evidence.ts';
import type { NamedTest } from '../verify/named-tests/named-test.ts';
import { pinned, type StepItem } from './context.ts';
import type { GradedHoldout } from './grade-holdouts.ts';
import type { RanCheck } from './run-commands.ts';

const excerptChars = 8_000;

/** Every spec that the commit adds or changes must be ready. */
export async function judgeSpecs(gitDir: string, commit: string): Promise<CheckResult> {
  const isSpec = (path: string) => /^specs\/[^/]+\/(?:spec|work)\.md$/.test(path);
  const paths = (await listFilesAt(gitDir, commit, 'specs')).filter(isSpec);
  const [parent] = await parentsOf(gitDir, commit);
  const before = parent === undefined ? new Map<string, Buffer>() : await readFilesAt(gitDir, parent, paths);
  const now = await readFilesAt(gitDir, commit, paths);
  const changed = [...now].filter(([path, content]) => before.get(path)?.equals(content) !== true);
  const places = placesOfIds(changed.length === 0 ? new Map<string, Buffer>() : now);
  const problems = changed.flatMap(([path, content]) => {
    if (content.length > maxSpecBytes) return [`${path} has ${content.length} bytes; ${maxSpecBytes} are the most.`];
    const text = content.toString('utf8');
    return [...lintFile(path, text, now), ...findClashes(path, places)]
      .filter(({ severity }) => severity === 'error')
      .map(({ line, text: what, next }) => `${path}:${line}: ${what}. ${next}.`);
  });
  return outcome('specs', problems);
}

/** Ids of a changed spec that stand in another one too, which may be the one they belong to. */
function findClashes(path: string, places: ReadonlyMap<string, readonly Place[]>): readonly SpecFinding[] {
  return [...places].flatMap(([id, all]) => {
    const own = all.find((place) => place.path === path);
    const other = all.find((place) => place.path !== path);
    if (own === undefined || other === undefined) return [];
    return [
      error('duplicate-id', own.line, `${id} stands in ${other.path} too`, 'Give the criterion no id; it gets one'),
    ];
  });
}

interface Place {
  readonly id: string;
  readonly path: string;
  readonly line: number;
}

function placesOfIds(files: ReadonlyMap<string, Buffer>): ReadonlyMap<string, readonly Place[]> {
  const places = [...files].flatMap(([path, content]) => {
    if (!path.endsWith('/spec.md') || content.length > maxSpecBytes) return [];
    return parseSpec('', content.toString('utf8')).layout.ids.map((each): Place => ({ ...each, path }));
  });
  return Map.groupBy(places, ({ id }) => id);
}

function lintFile(path: string, text: string, files: ReadonlyMap<string, Buffer>): readonly SpecFinding[] {
  const name = path.split('/')[1] ?? '';
  if (path.endsWith('/spec.md')) return lintSpec(parseSpec(name, text), text);
  const spec = parseSpec(name, files.get(`specs/${name}/spec.md`)?.toString('utf8') ?? '');
  const ids = spec.requirements.flatMap(({ criteria }) => criteria.flatMap(({ id }) => id ?? []));
  return lintWorkPlan(parseWorkPlan(text), ids);
}

/** The commands whose results say something of the item's criteria. */
export function checksForCriteria(about: StepItem, commit: string): readonly string[] {
  const { checks } = pinned(about);
  const wanted = about.item.criteria.filter(({ action }) => action !== 'remove' && action !== 'adopt');
  const tested = about.item.criteria.some(({ action, evidence }) => action === 'remove' || evidence.type === 'test');
  const tests = Object.keys(checks).filter((name) => checks[name]?.kind === 'test');
  const named = wanted.flatMap(({ evidence }) => (evidence.type === 'command' ? [evidence.check] : []));
  return [...(tested ? tests : []), ...named.filter((name) => about.proven[name] !== commit)];
}

/** Whether each criterion has its evidence, on this very commit. What a person must see is asked at the approval. */
export function judgeEvidence(
  about: StepItem,
  commit: string,
  ran: readonly RanCheck[],
  graded: readonly GradedHoldout[],
): CheckResult {
  const { criteria } = about.item;
  const tests = ran.flatMap(({ result, tests: named }) => (result.kind === 'test' ? named : []));
  const evidence = new Map(
    judgeCriteria(
      criteria.map(({ id }) => id),
      tests,
    ).map((each) => [each.id, each]),
  );
  const holdouts = new Map(graded.map((each) => [each.id, each]));
  const passed = (check: string) =>
    ran.find(({ result }) => result.name === check)?.result.status === 'passed' || about.proven[check] === commit;
  const problems: string[] = criteria.flatMap((criterion) => {
    const found = evidence.get(criterion.id);
    if (found === undefined) return [];
    const hidden = holdouts.get(criterion.id);
    return [
      ...problemWith(criterion, found, passed, hidden !== undefined),
      ...(hidden === undefined || hidden.passed
        ? []
        : [`${criterion.id}: a scenario that you cannot see failed: ${hidden.says}`]),
    ];
  });
  // A runner that names nothing shows neither that a test is there nor that it is gone.
  const nameless = tests.length === 0 && ran.some(({ result }) => result.kind === 'test' && counted(result) > 0);
  const unseen = nameless ? criteria.filter(({ action }) => action === 'remove') : [];
  problems.push(
    ...unseen.map(({ id }) => `${id} is not wanted any more, and nothing shows that no test is left that names it`),
  );
  const hint = nameless
    ? [
        'The tests ran without naming themselves: let the runner print each name, or write a report and name it in checks.NAME.report.',
      ]
    : [];
  const verdicts = [...evidence.values()].map(({ id, type, tests: naming }) => ({
    id,
    type,
    ...holdoutVerdict(holdouts.get(id)),
    tests: naming.slice(0, 20).map(shorten),
  }));
  return { ...outcome('criteria', problems.length === 0 ? [] : [...problems, ...hint]), criteria: verdicts };
}

function holdoutVerdict(graded: GradedHoldout | undefined): Pick<CriterionVerdict, 'holdout'> {
  return graded === undefined ? {} : { holdout: graded.passed ? 'passed' : 'failed' };
}

function counted({ tests }: CheckResult): number {
  return tests === null ? 0 : tests.passed + tests.failed + tests.skipped;
}

function shorten({ name, file, status }: NamedTest): NamedTest {
  return { name: name.slice(0, 1_000), file: file?.slice(0, 1_000) ?? null, status };
}

function problemWith(
  { id, action, evidence }: CriterionTask,
  found: CriterionEvidence,
  passed: (check: string) => boolean,
  hasHoldout: boolean,
): readonly string[] {
  if (action === 'remove') {
    const left = found.tests[0];
    return left === undefined ? [] : [`${id} is not wanted any more, but a test still names it: ${left.name}`];
  }
  if (action === 'adopt') return [];
  switch (evidence.type) {
    case 'person':
      return [];
    case 'hold-out':
      return hasHoldout ? [] : [`${id} asks for a hold-out, and there is none for these words any more`];
    case 'command':
      return passed(evidence.check) ? [] : [`${id}: the check ${evidence.check}, which is its evidence, did not pass`];
    case 'test':
      switch (found.type) {
        case 'passed':
          return [];
        case 'failed':
          return [
            `${id}: a test that names it failed: ${found.tests.find(({ status }) => status === 'failed')?.name ?? ''}`,
          ];
        case 'skipped-only':
          return [`${id}: the only tests that name it were skipped: ${found.tests[0]?.name ?? ''}`];
        case 'no-test':
          return [`${id}: no test names it. Write one that decides it, with ${id} in its name.`];
      }
  }
}

function outcome(kind: 'specs' | 'criteria', problems: readonly string[]): CheckResult {
  return {
    name: kind,
    kind,
    status: problems.length === 0 ? 'passed' : 'failed',
    exitCode: null,
    tests: null,
    excerpt: problems.join('\n').slice(0, excerptChars),
    signature: problems.join('\n').slice(0, 200),
    log: null,
    durationMs: 0,
  };
}
