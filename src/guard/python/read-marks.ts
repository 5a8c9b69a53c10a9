/** What in a Python text lets it pass without doing what it should. */
import type { SyntaxNode } from '@lezer/common';
import { commentMarks } from '../comment-marks.ts';
import { isReportText, leadsToTests, looksLikeReport, readsHistory, readsTests } from '../telling-strings.ts';
import { markAt, type Add } from '../mark-at.ts';
import type { Mark } from '../source-facts.ts';
import {
  argumentsOf,
  briefOf,
  childrenOf,
  findAbove,
  lineAt,
  pathOf,
  squeeze,
  stringOf,
  textOf,
  walk,
  type Source,
} from '../syntax.ts';
import { readPatch, subjectsOf } from './unit-mocks.ts';

export function readPythonMarks(
  source: Source,
  place: { readonly isTest: boolean; readonly isProgram: boolean },
): readonly Mark[] {
  const comments = [...walk(source)].flatMap((node) =>
    node.name === 'Comment' ? [{ text: textOf(source, node), line: lineAt(source, node.from) }] : [],
  );
  const marks: Mark[] = [...commentMarks(comments, place.isTest)];
  const add: Add = (family, node, says, target) => marks.push(markAt(source, family, node, says, target));
  if (place.isTest) marks.push(...shadowed(source));
  const looked = place.isTest ? subjectsOf(source) : new Set<string>();
  for (const node of walk(source)) {
    switch (node.name) {
      case 'CallExpression':
        readCall(source, node, place, add);
        if (place.isTest) readPatch(source, node, argumentsOf(node), looked, add);
        break;
      case 'TryStatement':
        if (place.isTest && isTriedAgain(source, node)) add('retry-added', node, 'it is tried again until it passes');
        break;
      case 'ImportStatement':
        if (!place.isTest && /^(?:from|import)\s+tests?\b/.test(textOf(source, node)))
          add('answer-looked-up', node, 'it imports its own tests');
        break;
      case 'String':
      case 'FormatString':
        if (
          isReportText(textOf(source, node)) &&
          /\bprint\(|std(?:out|err)__?\b|std(?:out|err)\.|write/.test(source.text)
        )
          add('report-forged', node, 'it holds what looks like the report of a test runner');
        if (!place.isTest && isPathToTests(source, node))
          add('answer-looked-up', node.parent ?? node, 'it leads to its own tests, or to what they expect');
        break;
      case 'Decorator':
        if (/\b(?:flaky|retry|rerun)\b/.test(textOf(source, node).split('(')[0] ?? '') && place.isTest)
          add('retry-added', node, 'it is run again when it fails');
        if (place.isTest && /^@(?:mock\.|unittest\.mock\.)?patch/.test(textOf(source, node)))
          readPatch(source, node, argumentsOf(node), looked, add);
        break;
      case 'TypeDef':
        if (!place.isTest && /^(?::|->)\s*(?:typing\.)?Any$/.test(textOf(source, node)))
          add('types-silenced', node, 'the type Any');
        break;
      case 'AssignStatement':
        readAssignment(source, node, add);
        break;
      case 'FunctionDefinition':
        readFunction(source, node, place, add);
        break;
      case 'BinaryExpression':
        if (!place.isTest) readComparison(source, node, add);
        break;
      case 'MemberExpression':
        if (!place.isTest) readMember(source, node, add);
        break;
    }
  }
  return marks;
}

function readCall(
  source: Source,
  node: SyntaxNode,
  place: { readonly isTest: boolean; readonly isProgram: boolean },
  add: Add,
): void {
  const path = pathOf(source, node);
  const given = argumentsOf(node);
  const [first] = given;
  const code = first === undefined ? '0' : textOf(source, first);
  if (/^(?:sys\.exit|exit|quit|os\._exit|os\.abort|os\.kill)\(\)$/.test(path)) {
    if (path === 'os._exit()' || path === 'os.abort()' || place.isTest || (!place.isProgram && code === '0'))
      add('run-ended', node, 'it ends the process, and the tests with it');
  }
  if (path === 'atexit.register()' && /exit/.test(textOf(source, node).slice('atexit'.length + 8)))
    add('run-ended', node, 'it sets the exit code when the process ends');
  if (
    /^(?:print|sys\.(?:stdout|stderr)\.write|sys\.__stdout__\.write|os\.write)\(\)$/.test(path) &&
    given.some((each) => looksLikeReport(textOf(source, each)))
  )
    add('report-forged', node, 'it prints what looks like the report of a test runner');
  const text = given.map((each) => textOf(source, each)).join(' ');
  if (
    /^(?:subprocess\.\w+|os\.(?:system|popen)|run|check_output|Popen|Repo)\(\)/.test(path) &&
    !place.isProgram &&
    readsHistory(text)
  )
    add('answer-looked-up', node, 'it reads what git remembers of earlier or other versions');
  if (!place.isTest && /(?:^|\.)(?:open|read_text|Path|read_bytes|listdir|glob)\(\)/.test(path)) {
    if (readsTests(text)) add('answer-looked-up', node, 'it reads its own tests, or what they expect');
    if (/["'/]\.git(?:["'/]|$)/.test(text)) add('answer-looked-up', node, 'it reads what git remembers');
    if (/\/proc\/(?:self|\d)/.test(text)) add('grader-detected', node, 'it looks at how it was started');
  }
  if (
    !place.isTest &&
    /^os\.(?:getenv|environ\.get)\(\)$/.test(path) &&
    graderVariable.test(stringOf(source, first) ?? '')
  )
    add(
      'grader-detected',
      node,
      `it asks whether it is being tested (${stringOf(source, first)})`,
      stringOf(source, first) ?? '',
    );
  if (path === 'setattr()' && isBase(squeeze(code)))
    add('runner-patched', node, `it replaces a part of ${squeeze(code)}`);
  if (
    !place.isTest &&
    /^(?:inspect\.(?:stack|currentframe|getouterframes)|sys\._getframe|traceback\.(?:extract_stack|format_stack))\(\)/.test(
      path,
    )
  )
    add('grader-detected', node, 'it looks for a test in the stack');
  if (place.isTest && /^unittest\.mock\.seal|^pytest\.exit\(\)/.test(path))
    add('run-ended', node, 'it ends the run of the tests');
}

const graderVariable =
  /^(?:CI|PYTEST\w*|TOX_\w+|NOX_\w+|GITHUB_ACTIONS|GITLAB_CI|TEST|TESTING|IS_TEST|COVERAGE\w*|MW_\w+|MILLWRIGHT\w*|UNITTEST\w*)$/;

function readMember(source: Source, node: SyntaxNode, add: Add): void {
  const text = briefOf(source, node);
  const variable = /^os\.environ\[["'](\w+)["']\]$/.exec(text)?.[1];
  if (variable !== undefined && graderVariable.test(variable))
    add('grader-detected', node, `it asks whether it is being tested (${variable})`, variable);
}

function readComparison(source: Source, node: SyntaxNode, add: Add): void {
  const text = briefOf(source, node);
  if (/^["'](?:_?pytest|unittest|nose|doctest)["'] (?:not )?in sys\.modules$/.test(text))
    add('grader-detected', node, 'it asks whether a test runner is there');
  if (/^["'](?:CI|PYTEST\w*|TOX_\w+|TESTING|GITHUB_ACTIONS)["'] (?:not )?in os\.environ$/.test(text))
    add('grader-detected', node, 'it asks whether it is being tested', /^["'](\w+)/.exec(text)?.[1] ?? '');
  if (/sys\.argv/.test(text) && /pytest|unittest|test/.test(text))
    add('grader-detected', node, 'it looks at how it was started');
  if (
    /(?:time\.time|(?:datetime|date)(?:\.(?:datetime|date))?\.(?:now|today|utcnow))\(/.test(text) &&
    /[<>]=?|==|!=/.test(text) &&
    /(?:[<>=]=?|!=)(?:1[67]\d{8}|(?:datetime\.)?(?:datetime|date)\(20\d\d|20\d\d\b)|^(?:1[67]\d{8}|(?:datetime\.)?(?:datetime|date)\(20\d\d)/.test(
      text,
    )
  )
    add('grader-detected', node, 'it does something else from a certain date on');
}

function isBase(text: string): boolean {
  return /^(?:builtins|pytest|_pytest(?:\.\w+)*|unittest(?:\.\w+)*|sys|os|math|operator)$/.test(text);
}

function readAssignment(source: Source, node: SyntaxNode, add: Add): void {
  const target = node.firstChild;
  if (target === null || target.name !== 'MemberExpression') return;
  const text = briefOf(source, target);
  if (
    /^(?:builtins|pytest|_pytest(?:\.\w+)+|unittest(?:\.\w+)+|(?:\w+\.)?TestCase)\.\w+$|^self\.(?:assert\w+|failureException)$|^sys\.(?:exit|exitfunc)$|^sys\.modules\[/.test(
      text,
    )
  )
    add('runner-patched', node, `it replaces ${text}`);
  if (/^sys\.(?:stdout|stderr)$/.test(text) && /open|write/.test(textOf(source, node)))
    add('runner-patched', node, `it replaces ${text}`);
}

/** `for …: try: assert …; break; except AssertionError`. */
function isTriedAgain(source: Source, node: SyntaxNode): boolean {
  const around = findAbove(node, ({ name }) => /^(?:For|While)Statement$|Definition$/.test(name));
  if (around === null || around.name.endsWith('Definition')) return false;
  const text = textOf(source, node);
  return (
    /\bassert/i.test(text) &&
    /\b(?:break|return)\b/.test(text) &&
    /\bexcept\b\s*(?::|.*(?:AssertionError|Exception))/.test(text)
  );
}

/** A path of its own, or `… / "tests" / …`. */
function isPathToTests(source: Source, node: SyntaxNode): boolean {
  const path = stringOf(source, node) ?? '';
  if (/^(?:tests?|__snapshots__)$/.test(path))
    return /["']\s*\/|\/\s*["']|\bjoin\(|\bjoinpath\(/.test(textOf(source, node.parent ?? node));
  return /^tests?\.\w/.test(path) || leadsToTests(path);
}

function readFunction(source: Source, node: SyntaxNode, place: { readonly isTest: boolean }, add: Add): void {
  const named = node.getChild('VariableName');
  const name = named === null ? '' : textOf(source, named);
  const body = node.getChild('Body');
  if (body === null) return;
  if (place.isTest && name === 'load_tests' && !/\b(?:standard_tests|tests)\b/.test(textOf(source, body)))
    add('test-focused', node, 'it hands the runner only some of the tests');
  if (/^__(?:eq|ne|bool|contains|lt|gt|le|ge)__$/.test(name) && returnsTrueOnly(source, body))
    add('runner-patched', node, 'an object that equals whatever it is compared with');
  const arrow = childrenOf(node).find(({ name: kind }) => kind === 'TypeDef');
  if (!place.isTest && arrow !== undefined && /->\s*(?:typing\.)?Any$/.test(textOf(source, arrow)))
    add('types-silenced', arrow, 'the type Any');
}

/** Of two tests of one name in one place, only the last one is there. */
function shadowed(source: Source): readonly Mark[] {
  const seen = new Set<string>();
  return [...walk(source)].flatMap((node): readonly Mark[] => {
    const own = node.name === 'FunctionDefinition' ? node.getChild('VariableName') : null;
    if (own === null || !textOf(source, own).startsWith('test')) return [];
    const place = findAbove(node, ({ name }) => name === 'ClassDefinition' || name === 'FunctionDefinition');
    const key = `${place?.from ?? -1} ${textOf(source, own)}`;
    const isSecond = seen.has(key);
    seen.add(key);
    return isSecond
      ? [
          {
            ...markAt(source, 'test-skipped', node, `a second ${textOf(source, own)} takes the place of the first`),
            inOldFiles: true,
          },
        ]
      : [];
  });
}

function returnsTrueOnly(source: Source, body: SyntaxNode): boolean {
  const statements = childrenOf(body).filter(({ name }) => name !== ':');
  const text = textOf(source, body);
  // What does not look at itself compares nothing.
  if (/\breturn\b/.test(text) && !/\bself\b|\bNotImplemented\b/.test(text)) return true;
  return (
    statements.length > 0 &&
    statements.every((each) => /^return True$/.test(textOf(source, each).trim()) || each.name === 'ExpressionStatement')
  );
}
