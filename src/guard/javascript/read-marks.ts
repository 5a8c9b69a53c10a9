/** What in a JavaScript or TypeScript text lets it pass without doing what it should. */
import type { SyntaxNode } from '@lezer/common';
import type { ConcernFamily } from '../../model/concern.ts';
import { commentMarks } from '../comment-marks.ts';
import { markAt, type Add } from '../mark-at.ts';
import { isReportText, looksLikeReport, readsHistory, readsTests } from '../telling-strings.ts';
import type { Mark } from '../source-facts.ts';
import {
  argumentsOf,
  childrenOf,
  briefOf,
  findAbove,
  lineAt,
  pathOf,
  stringOf,
  textOf,
  walk,
  type Source,
} from '../syntax.ts';
import { listDeclarations, numberOf, propertyOf } from './read-tests.ts';
import { graderMarks } from './grader-marks.ts';
import { unitMocks } from './unit-mocks.ts';

/** A test file may start processes and read the environment; a product's file may not look for its tests. */
export interface Place {
  readonly isTest: boolean;
  /** A program that people start: it may end itself. */
  readonly isProgram: boolean;
}

export function readMarks(source: Source, place: Place): readonly Mark[] {
  const marks: Mark[] = [...commentMarks(commentsOf(source), place.isTest), ...declarationMarks(source)];
  marks.push(...(place.isTest ? [...unitMocks(source), ...hookMarks(source)] : graderMarks(source, place.isProgram)));
  const add: Add = (family, node, says, target) => marks.push(markAt(source, family, node, says, target));
  for (const node of walk(source)) {
    switch (node.name) {
      case 'TypeName':
        if (!place.isTest && textOf(source, node) === 'any') add('types-silenced', node.parent ?? node, 'the type any');
        break;
      case 'CallExpression':
      case 'NewExpression':
        readCall(source, node, place, add);
        break;
      case 'String':
      case 'TemplateString':
        if (isReportText(textOf(source, node)) && writes(source))
          add('report-forged', node, 'it holds what looks like the report of a test runner');
        break;
      case 'AssignmentExpression':
        readAssignment(source, node, place, add);
        break;
      case 'BinaryExpression':
        if (!place.isTest && isForcedCast(source, node)) add('types-silenced', node, 'a cast through unknown or never');
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

/** `as unknown as T` and `as never` say that something is what it is not. */
function isForcedCast(source: Source, node: SyntaxNode): boolean {
  const [inner, word, type] = childrenOf(node);
  if (inner === undefined || word === undefined || textOf(source, word) !== 'as') return false;
  const text = briefOf(source, inner);
  // Declared as unknown beside what it holds, to be called something else afterwards.
  const isHidden =
    /^\w+$/.test(text) && new RegExp(`\\b${text}\\s*:\\s*(?:unknown|any)\\s*=\\s*[{[]`).test(source.text);
  return isHidden || /\bas (?:unknown|never)$/.test(text) || (type !== undefined && textOf(source, type) === 'never');
}

function writes({ text }: Source): boolean {
  return /\bconsole\.|\bstdout\b|\bstderr\b|\bwriteFile|\bwriteSync\b|\bappendFile|\bcreateWriteStream\b|\bfs\.write/.test(
    text,
  );
}

/** What skips tests, or runs them until they pass, from around them. */
function hookMarks(source: Source): readonly Mark[] {
  return [...walk(source)].flatMap((node): readonly Mark[] => {
    if (node.name === 'TryStatement' && isTriedAgain(source, node))
      return [markAt(source, 'retry-added', node, 'it is tried again until it passes')];
    if (node.name !== 'CallExpression') return [];
    const hook = /^(?:(?:test|it)\.)?(?:before|beforeEach|beforeAll|setup)\(\)$/.test(pathOf(source, node));
    const skips = /\b(?:this|t|ctx|context|test|it)\.skip\(|\bpending\(\)/.test(textOf(source, node));
    return hook && skips ? [{ ...markAt(source, 'test-skipped', node, 'a hook skips tests'), inOldFiles: true }] : [];
  });
}

function isTriedAgain(source: Source, node: SyntaxNode): boolean {
  const around = findAbove(node, ({ name }) => /^(?:For|While|Do)\w*Statement$|Function/.test(name));
  if (around === null || /Function/.test(around.name)) return false;
  const block = node.getChild('Block');
  return (
    block !== null &&
    /\b(?:expect|assert)\b/.test(textOf(source, block)) &&
    /\b(?:break|return)\b/.test(textOf(source, block))
  );
}

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
  if (/(?:^|\.)(?:addEqualityTesters|overwriteMethod|overwriteProperty|overwriteChainableMethod)\(\)$/.test(path))
    add('runner-patched', node, 'it replaces what the runner compares with');
  if (
    path === 'expect.extend()' &&
    /\b(?:toBe|toEqual|toStrictEqual|toMatch|toContain|toThrow)\b\s*[(:]/.test(textOf(source, node))
  )
    add('runner-patched', node, 'it replaces what the runner compares with');
  readDefinition(source, node, path, given, add);
  readStrings(source, node, path, given, place, add);
}

const foundations =
  /^(?:Object|Array|String|Number|Function|Promise|Error|globalThis|global|expect|assert|process|JSON|Reflect)(?:\.prototype)?$/;

function readDefinition(source: Source, node: SyntaxNode, path: string, given: readonly SyntaxNode[], add: Add): void {
  const [object, member] = given;
  if (!/^Object\.(?:defineProperty|assign)\(\)$|^Reflect\.set\(\)$/.test(path) || object === undefined) return;
  const target = briefOf(source, object);
  const name = `${target}.${stringOf(source, member) ?? ''}`;
  if (foundations.test(target) && !fillsGap(source, node, name))
    add('runner-patched', node, 'it changes what everything else is built on', name);
}

/** Whether it is put there only where nothing of that name is. */
function fillsGap(source: Source, node: SyntaxNode, name: string): boolean {
  const condition = findAbove(node, ({ name: above }) => above === 'IfStatement')?.getChild('ParenthesizedExpression');
  const text = condition ? briefOf(source, condition) : '';
  return text.includes(`!${name}`) || text.includes(`typeof ${name}`) || text.includes(`${name}===undefined`);
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
    readsHistory(text) &&
    !place.isProgram
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
  if (
    base.test(text) &&
    !(place.isTest && /^(?:Math|Number|console|Promise)\./.test(text)) &&
    !fillsGap(source, node, text)
  )
    add('runner-patched', node, `it replaces ${text}`, text);
  if (/^Date\.now$/.test(text) && !place.isTest) add('runner-patched', node, 'it replaces the clock');
}
