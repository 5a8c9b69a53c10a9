/** Everything in a change that could make its checks say more than is true. Pure: texts and rolls in, findings out. */
import type { CriterionTask } from '../model/criterion.ts';
import { criteriaIn } from '../verify/criterion-names.ts';
import { asksAsMuch, takeCensus, type Roll } from './census.ts';
import { hasWord, namesFile, namesSetting, namesToRemove } from './asked-for.ts';
import { compareSources } from './compare-sources.ts';
import type { FactsByPath, Finding } from './finding.ts';
import type { FileRules } from './files.ts';
import type { TestFacts } from './source-facts.ts';
import { findSpecialCases, tellingInputs } from './find-special-cases.ts';
import { compareManifests, isManifest } from './manifest.ts';
import { isReadable, readSource } from './read-source.ts';
import { compareSnapshots } from './snapshots.ts';

/** A file that differs. Contents are `null` where it is not there, and where it is no text that is read. */
export interface FileChange {
  readonly path: string;
  readonly change: 'added' | 'deleted' | 'modified' | 'retyped';
  readonly before: string | null;
  readonly after: string | null;
  /** Of both versions: what a person's word on the file is about. */
  readonly contents: string;
}

export interface ChangeUnderGuard {
  readonly files: readonly FileChange[];
  readonly rules: FileRules;
  /** Title, body and criteria, as they were asked for. */
  readonly request: string;
  readonly criteria: readonly Pick<CriterionTask, 'id' | 'action' | 'evidence'>[];
  /** Names of tests that are known to fail and pass by chance: nothing follows from them. */
  readonly unsteady: ReadonlySet<string>;
  /** Tests that are there and were not changed, by path: what is asked of the code. */
  readonly otherTests: ReadonlyMap<string, string>;
  readonly rolls: {
    readonly base: readonly Roll[];
    readonly candidate: readonly Roll[];
    /** `null`: it changes no test that was there. */
    readonly restored: readonly Roll[] | null;
    /** The base with the candidate's tests; `null`: nothing asks for it. */
    readonly without: readonly Roll[] | null;
  };
}

/** Inputs that the change answers by themselves: tests that hold one of them have to be looked at. */
export function inputsToLookFor(files: readonly FileChange[], rules: FileRules, request: string): readonly string[] {
  return tellingInputs(readAll(files, 'before', rules), readAll(files, 'after', rules), request);
}

/** Whether a path's content is read by the guard. */
export function isLookedAt(path: string): boolean {
  return isReadable(path) || isManifest(path) || path.endsWith('.snap') || path.endsWith('.ambr');
}

/** Paths of tests that were there before and are changed or gone. */
export function changedTestsOf(
  files: readonly Pick<FileChange, 'path' | 'change'>[],
  { isTest }: FileRules,
): readonly string[] {
  return files.filter(({ path, change }) => change !== 'added' && isTest(path)).map(({ path }) => path);
}

export function judgeChange(input: ChangeUnderGuard): readonly Finding[] {
  const { files, rules, request, rolls, criteria } = input;
  const changing = new Set(
    criteria.filter(({ action }) => action === 'change' || action === 'remove').map(({ id }) => id),
  );
  const isExcused = (test: string) => criteriaIn(test, changing).length > 0;
  const before = readAll(files, 'before', rules);
  const after = readAll(files, 'after', rules);
  const others = new Map([...input.otherTests].map(([path, text]) => [path, readSource(path, text, true)]));
  const changedTests = changedTestsOf(files, rules);
  const removed = namesToRemove(request).filter((name) => isGone(name, files, rules));
  const isTakenAway = ({ name, body }: TestFacts) =>
    removed.some((thing) => hasWord(body, thing) || hasWord(name, thing));
  return [
    ...files.flatMap((file) => judgeFile(file, rules, request)),
    ...files.filter(({ path }) => isLookedAt(path) || rules.isTest(path)).flatMap(judgeName),
    ...compareLocks(files),
    ...takeCensus({
      ...rolls,
      changedTests,
      contents: files
        .filter(({ path }) => changedTests.includes(path))
        .map(({ contents }) => contents)
        .join(' '),
      written: { before: testsIn(before), after: testsIn(after) },
      untouched: findUntouched(before, after, changedTests),
      isScript: (path) => assertsAnything(files, path),
      isExcused: (test) => isExcused(test) || input.unsteady.has(test),
      isTakenAway,
    }),
    ...(rolls.base.some(({ tests }) => tests.length > 0)
      ? []
      : findUnwritten(before, after, files, isExcused, isTakenAway)),
    ...findIdle(input),
    ...compareSources(before, after, isExcused, request),
    ...findSpecialCases(before, after, new Map([...others, ...after]), request),
    ...files.flatMap((file) => compareSnapshots(file, isExcused, request)),
  ];
}

function readAll(files: readonly FileChange[], side: 'before' | 'after', { isTest }: FileRules): FactsByPath {
  return new Map(
    files.flatMap((file) => {
      const text = file[side];
      return text === null || !isReadable(file.path)
        ? []
        : [[file.path, readSource(file.path, text, isTest(file.path))] as const];
    }),
  );
}

/** Tests with the same words as before, in files whose surroundings have nothing new. */
function findUntouched(before: FactsByPath, after: FactsByPath, altered: readonly string[]): ReadonlySet<string> {
  const isClean = (path: string) => {
    const around = new Set(before.get(path)?.around);
    return before.has(path) && (after.get(path)?.around ?? ['?']).every((each) => around.has(each));
  };
  // What one of them shares with others may be what was changed.
  if (!altered.every(isClean)) return new Set();
  return new Set(
    [...after].flatMap(([path, facts]) => {
      const old = before.get(path);
      const around = new Set(old?.around);
      if (old === undefined || !facts.around.every((each) => around.has(each))) return [];
      const bodies = new Map(old.tests.map(({ name, body }) => [name, body]));
      return facts.tests.flatMap(({ name, body }) => (bodies.get(name) === body ? [name] : []));
    }),
  );
}

/** A file that runners start and that names no test may be one, or only help others. */
function assertsAnything(files: readonly FileChange[], path: string): boolean {
  const file = files.find((each) => each.path === path);
  return file === undefined || /\b(?:assert|expect|throw|raise|check|verify|exit)/.test(file.before ?? '');
}

/** Whether code had the name, and nothing that the change leaves has it. */
function isGone(name: string, files: readonly FileChange[], { isTest }: FileRules): boolean {
  const product = files.filter(({ path }) => !isTest(path));
  return (
    product.some(({ before }) => before !== null && hasWord(before, name)) &&
    product.every(({ after }) => after === null || !hasWord(after, name))
  );
}

function testsIn(facts: FactsByPath) {
  return [...facts.values()].flatMap(({ tests }) => tests);
}

/** Files that decide what checks prove, and the settings of manifests that do. */
function judgeFile(
  { path, change, before, after, contents }: FileChange,
  { isJudge, isTest }: FileRules,
  request: string,
): readonly Finding[] {
  if (isManifest(path) && !isTest(path)) {
    const settings = compareManifests(path, before, after).filter(
      ({ setting }) => !namesSetting(request, path, setting),
    );
    return settings.map(({ setting, before: old, after: now }) => ({
      family: 'judge-changed',
      path,
      line: null,
      says: `${setting} decides what checks prove; it was ${shorten(old)} and is ${shorten(now)}`,
      about: `${setting} ${now}`,
    }));
  }
  if (!isJudge(path) || namesFile(request, path)) return [];
  return [
    {
      family: 'judge-changed',
      path,
      line: null,
      says: `it decides what checks prove, and was ${change}`,
      about: contents,
    },
  ];
}

/** git is asked for files by lines; one whose name breaks a line is seen by nobody. */
function judgeName({ path, contents }: FileChange): readonly Finding[] {
  if (!/[\n\r]/.test(path)) return [];
  return [
    {
      family: 'unreadable',
      path,
      line: null,
      says: 'its name breaks a line, so that nobody reads it',
      about: contents,
    },
  ];
}

const locks =
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|uv\.lock|poetry\.lock|pdm\.lock|Pipfile\.lock|Cargo\.lock|go\.sum|deno\.lock)$/;
const manifests =
  /(?:^|\/)(?:package\.json|pyproject\.toml|Pipfile|Cargo\.toml|go\.mod|deno\.jsonc?|pnpm-workspace\.yaml)$/;

/** Versions that nobody asked for. */
function compareLocks(files: readonly FileChange[]): readonly Finding[] {
  if (files.some(({ path }) => manifests.test(path))) return [];
  return files.flatMap(({ path, change, contents }): readonly Finding[] =>
    locks.test(path) && change !== 'added'
      ? [
          {
            family: 'judge-changed',
            path,
            line: null,
            says: 'it decides which programs are installed, and no manifest changed with it',
            about: contents,
          },
        ]
      : [],
  );
}

/** Where no runner names its tests: tests that are written no more, and that no new one follows. */
function findUnwritten(
  before: FactsByPath,
  after: FactsByPath,
  files: readonly FileChange[],
  isExcused: (test: string) => boolean,
  isTakenAway: (test: TestFacts) => boolean,
): readonly Finding[] {
  const now = testsIn(after);
  const names = new Set(now.map(({ name }) => name));
  const had = new Set(testsIn(before).map(({ name }) => name));
  const come = now.filter(({ name }) => !had.has(name));
  return [...before].flatMap(([path, { tests }]) =>
    tests
      .filter(
        (test) =>
          !names.has(test.name) &&
          !isExcused(test.name) &&
          !isTakenAway(test) &&
          !come.some((each) => asksAsMuch(test, each)),
      )
      .map(({ name }): Finding => ({
        family: 'test-lost',
        path,
        line: null,
        says: `"${name}" is not there any more`,
        about: `${name} ${files.find((file) => file.path === path)?.contents ?? ''}`,
      })),
  );
}

/** Criteria whose tests pass without the change: they held before, or nothing shows that they hold. */
function findIdle({ criteria, rolls, files }: ChangeUnderGuard): readonly Finding[] {
  const { without, candidate } = rolls;
  if (without === null) return [];
  const known = new Set(criteria.filter(needsNewTest).map(({ id }) => id));
  const passing = (all: readonly Roll[]) =>
    all.flatMap(({ tests }) => tests.filter(({ status }) => status === 'passed').map(({ name }) => name));
  const before = new Set(passing(without));
  const naming = Map.groupBy(
    passing(candidate).flatMap((name) => criteriaIn(name, known).map((id) => ({ id, name }))),
    ({ id }) => id,
  );
  return [...naming].flatMap(([id, tests]): readonly Finding[] =>
    tests.every(({ name }) => before.has(name))
      ? [
          {
            family: 'test-proves-nothing',
            path: '',
            line: null,
            says: `${id}: its tests pass without the change too: it held before, or they do not decide it`,
            about: `${id} ${tests.map(({ name }) => name).join(' ')} ${files.map(({ contents }) => contents).join(' ')}`,
          },
        ]
      : [],
  );
}

/** Whether a criterion asks for a test that could not pass before. */
export function needsNewTest({ action, evidence }: Pick<CriterionTask, 'action' | 'evidence'>): boolean {
  return (action === 'implement' || action === 'change') && evidence.type === 'test';
}

function shorten(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 199)}…`;
}
