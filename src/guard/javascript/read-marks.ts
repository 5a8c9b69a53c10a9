/** What in a JavaScript or TypeScript text lets it pass without doing what it should. */
import type { SyntaxNode } from '@lezer/common';
import type { ConcernFamily } from '../../model/concern.ts';
import { commentMarks } from '../comment-marks.ts';
import { looksLikeReport, readsHistory, readsTests } from '../telling-strings.ts';
import type { Mark } from '../source-facts.ts';
import { argumentsOf, briefOf, findAbove, lineAt, pathOf, stringOf, textOf, walk, type Source } from '../syntax.ts';
import { listDeclarations, numberOf, propertyOf } from './read-tests.ts';
import { unitMocks } from './unit-mocks.ts';

/** A test file may start processes and read the environment; a product's file may not look for its tests. */
export interface Place {
  readonly isTest: boolean;
  /** A program that people start: it may end itself. */
  readonly isProgram: boolean;
}

export function readMarks(source: Source, place: Place): readonly Mark[] {
  const marks: Mark[] = [...commentMarks(commentsOf(source), place.isTest), ...declarationMarks(source)];
  if (place.isTest) marks.push(...unitMocks(source));
  const add = (family: ConcernFamily, node: SyntaxNode, says: string) =>
    marks.push({ family, line: lineAt(source, node.from), text: briefOf(source, node).slice(0, 300), says });
  for (const node of walk(source)) {
    switch (node.name) {
      case 'TypeName':
        if (!place.isTest && textOf(source, node) === 'any') add('types-silenced', node.parent ?? node, 'the type any');
        break;
      case 'CallExpression':
      case 'NewExpression':
        readCall(source, node, place, add);
        break;
      case 'MemberExpression':
        if (!place.isTest) readMember(source, node, add);
        break;
      case 'AssignmentExpression':
        readAssignment(source, node, place, add);
        break;
      case 'BinaryExpression':
        if (!place.isTest) readComparison(source, node, add);
        if (
          !place.isTest &&
          /\bas unknown as\b|\bas never\b/.test(textOf(source, node)) &&
          !textOf(source, node.firstChild ?? node).includes(' as ')
        )
          add('types-silenced', node, 'a cast through unknown or never');
        break;
      case 'MethodDeclaration':
      case 'Property':
        if (/^(?:async\s+)?(?:asymmetricMatch|\[Symbol\.toPrimitive\])\b/.test(textOf(source, node)) && !place.isTest)
          add('runner-patched', node, 'an object that equals whatever it is compared with');
        break;
    }
  }
  return marks;
}

type Add = (family: ConcernFamily, node: SyntaxNode, says: string) => void;

function commentsOf(source: Source): readonly { readonly text: string; readonly line: number }[] {
  return [...walk(source)].flatMap((node) =>
    node.name === 'LineComment' || node.name === 'BlockComment'
      ? [{ text: textOf(source, node), line: lineAt(source, node.from) }]
      : [],
  );
}

/** Tests that run alone, tests that run again until they pass, time limits for a whole file. */
function declarationMarks(source: Source): readonly Mark[] {
  return listDeclarations(source).flatMap(({ call, words, options, title }) => {
    const mark = (family: ConcernFamily, says: string): Mark => ({
      family,
      line: lineAt(source, call.from),
      text: `${says} ${title}`,
      says,
    });
    const only = options === null ? null : propertyOf(source, options, 'only');
    const retry =
      options === null
        ? null
        : (propertyOf(source, options, 'retry') ??
          propertyOf(source, options, 'retries') ??
          propertyOf(source, options, 'repeats'));
    return [
      ...(words.includes('only') || (only !== null && textOf(source, only) !== 'false')
        ? [mark('test-focused', `only "${title}" runs, and the tests beside it do not`)]
        : []),
      ...(retry === null || numberOf(source, retry) === 0
        ? []
        : [mark('retry-added', `"${title}" is run again when it fails`)]),
    ];
  });
}

const exits = /^(?:process\.(?:exit|reallyExit|abort)|Deno\.exit)\(\)$/;

function readCall(source: Source, node: SyntaxNode, place: Place, add: Add): void {
  const path = pathOf(source, node);
  const given = argumentsOf(node);
  if (exits.test(path) && (place.isTest || (!place.isProgram && saysSuccess(source, given[0]))))
    add('run-ended', node, 'it ends the process, and the tests with it');
  if (
    /^process\.(?:on|once)\(\)$/.test(path) &&
    ['exit', 'beforeExit'].includes(stringOf(source, given[0]) ?? '') &&
    /exitCode|exit\(|reallyExit/.test(textOf(source, node))
  )
    add('run-ended', node, 'it sets the exit code when the process ends');
  if (path === 'process.kill()' && briefOf(source, given[0] ?? node) === 'process.pid')
    add('run-ended', node, 'it ends its own process');
  if (/^(?:jest\.retryTimes|(?:\w+\.)?this\.retries|this\.retries)\(\)$/.test(path))
    add('retry-added', node, 'tests are run again when they fail');
  if (
    /^test\.describe\.configure\(\)$|^vi\.setConfig\(\)$/.test(path) &&
    /\bretr(?:y|ies)\b/.test(textOf(source, node))
  )
    add('retry-added', node, 'tests are run again when they fail');
  if (
    /^(?:console\.\w+|process\.(?:stdout|stderr)\.write|\w+\.writeSync|writeSync)\(\)$/.test(path) &&
    given.some((each) => looksLikeReport(textOf(source, each)))
  )
    add('report-forged', node, 'it prints what looks like the report of a test runner');
  if (
    path === 'expect.extend()' &&
    /\b(?:toBe|toEqual|toStrictEqual|toMatch|toContain|toThrow)\b\s*[(:]/.test(textOf(source, node))
  )
    add('runner-patched', node, 'it replaces what the runner compares with');
  if (
    /^Object\.(?:defineProperty|assign)\(\)$|^Reflect\.set\(\)$/.test(path) &&
    /^(?:Object|Array|String|Number|Function|Promise|Error|globalThis|global|expect|assert|process|JSON|Reflect)(?:\.prototype)?$/.test(
      briefOf(source, given[0] ?? node),
    )
  )
    add('runner-patched', node, 'it changes what everything else is built on');
  readStrings(source, node, path, given, place, add);
}

/** Commands and paths in calls: answers taken from history, or from the tests themselves. */
function readStrings(
  source: Source,
  node: SyntaxNode,
  path: string,
  given: readonly SyntaxNode[],
  place: Place,
  add: Add,
): void {
  const text = given.map((each) => textOf(source, each)).join(' ');
  if (
    /(?:^|\.)(?:exec|execSync|execFile|execFileSync|spawn|spawnSync|execa|execaSync|\$|run|simpleGit)\(\)$/.test(
      path,
    ) &&
    readsHistory(text)
  )
    add('answer-looked-up', node, 'it reads what git remembers of earlier or other versions');
  const opens =
    /(?:^|\.)(?:readFile|readFileSync|createReadStream|readdir|readdirSync|open|openSync|import|require|existsSync|glob|globSync)\(\)$/.test(
      path,
    );
  if (!opens || place.isTest) return;
  if (readsTests(text)) add('answer-looked-up', node, 'it reads its own tests, or what they expect');
  if (/["'`/\\]\.git(?:["'`/\\]|$)/.test(text)) add('answer-looked-up', node, 'it reads what git remembers');
  if (/\/proc\/(?:self|\d)/.test(text)) add('grader-detected', node, 'it looks at how it was started');
}

function saysSuccess(source: Source, code: SyntaxNode | undefined): boolean {
  return code === undefined || textOf(source, code) === '0';
}

const graderVariables =
  /^(?:CI|VITEST\w*|JEST_\w+|MOCHA\w*|NODE_TEST_CONTEXT|NODE_V8_COVERAGE|GITHUB_ACTIONS|GITLAB_CI|TEST|TESTING|IS_TEST|PYTEST\w*|PLAYWRIGHT\w*|CYPRESS\w*|npm_lifecycle_event|NODE_OPTIONS|MW_\w+|MILLWRIGHT\w*|STRYKER\w*)$/;

function readMember(source: Source, node: SyntaxNode, add: Add): void {
  const text = briefOf(source, node);
  const name = /^(?:globalThis\.)?process\.env(?:\.(\w+)|\[["'](\w+)["']\])$/.exec(text);
  const variable = name?.[1] ?? name?.[2] ?? '';
  if (graderVariables.test(variable)) add('grader-detected', node, `it asks whether it is being tested (${variable})`);
  if (
    variable === 'NODE_ENV' &&
    node.parent?.name === 'BinaryExpression' &&
    /["']test["']/.test(textOf(source, node.parent))
  )
    add('grader-detected', node.parent, 'it asks whether it is being tested (NODE_ENV)');
  if (
    /^(?:globalThis|global)\.(?:it|test|describe|expect|jest|vi|__vitest\w*|__coverage__|beforeEach|afterEach)$/.test(
      text,
    )
  )
    add('grader-detected', node, 'it asks whether a test runner is there');
  if (text === 'import.meta.vitest' && !/if\s*\(\s*import\.meta\.vitest\s*\)/.test(source.text))
    add('grader-detected', node, 'it asks whether a test runner is there');
  if (
    text.endsWith('.stack') &&
    findAbove(
      node,
      ({ name: above }) => above === 'IfStatement' || above === 'ConditionalExpression' || above === 'CallExpression',
    ) !== null &&
    stackIsSearched(source, node)
  )
    add('grader-detected', node, 'it looks for a test in the stack');
}

function stackIsSearched(source: Source, node: SyntaxNode): boolean {
  const statement = findAbove(node, ({ name }) => /Statement$|Declaration$/.test(name));
  return (
    statement !== null &&
    /(?:includes|match|test|indexOf|search)\b.*(?:test|spec|vitest|jest|mocha|node:internal)/is.test(
      textOf(source, statement).slice(0, 2_000),
    )
  );
}

const comparisons = new Set(['<', '>', '<=', '>=', '===', '==', '!==', '!=']);

/** The clock held against a date that is written down, and `typeof describe`. */
function readComparison(source: Source, node: SyntaxNode, add: Add): void {
  const [left, sign, right] = [node.firstChild, node.firstChild?.nextSibling, node.lastChild];
  if (!left || !sign || !right || !comparisons.has(textOf(source, sign))) return;
  const sides = [briefOf(source, left), briefOf(source, right)];
  const now = /^(?:Date\.now\(\)|\+?new Date(?:\(\))?(?:\.\w+\(\))?|Date\(\)|performance\.timeOrigin)$/;
  const fixed = /^(?:["'`]?\d{4}-\d{2}|1[6-9]\d{8,11}$|(?:new Date|Date\.(?:parse|UTC))\(["'`\d]|20\d\d$)/;
  if (sides.some((side) => now.test(side)) && sides.some((side) => fixed.test(side)))
    add('grader-detected', node, 'it does something else from a certain date on');
  if (sides.some((side) => /^typeof (?:it|test|describe|expect|jest|vi|beforeEach|mocha)$/.test(side)))
    add('grader-detected', node, 'it asks whether a test runner is there');
  const runs = /process\.(?:argv|execArgv|title|argv0|_\w+|mainModule)/;
  if (sides.some((side) => runs.test(side)) && /vitest|jest|mocha|--test|pytest/.test(sides.join(' ')))
    add('grader-detected', node, 'it looks at how it was started');
}

const base =
  /^(?:Object|Array|String|Number|Boolean|Function|Promise|Error|Map|Set|RegExp|Symbol)\.prototype\.|^(?:Object\.is|JSON\.\w+|Reflect\.\w+|Promise\.\w+|Array\.isArray|Number\.\w+|Math\.\w+|process\.(?:exit|exitCode|reallyExit|on)|(?:globalThis|global|window)\.(?:it|test|describe|expect|assert|process|Object|JSON)|expect\.\w+|assert\.\w+|(?:vi|jest)\.\w+|console\.(?:assert|error))$/;

function readAssignment(source: Source, node: SyntaxNode, place: Place, add: Add): void {
  const [target, value] = [node.firstChild, node.lastChild];
  if (target === null || value === null) return;
  const text = briefOf(source, target);
  if (text === 'process.exitCode') {
    if (textOf(source, value) === '0' && !place.isProgram) add('run-ended', node, 'it sets the exit code to success');
    return;
  }
  if (base.test(text) && !(place.isTest && /^(?:Math|Number|console|Promise)\./.test(text)))
    add('runner-patched', node, `it replaces ${text}`);
  if (/^Date\.now$/.test(text) && !place.isTest) add('runner-patched', node, 'it replaces the clock');
}
