/** Tests of languages without a tree, from their first line to the next one's. */
import type { Assertion, TestFacts } from '../source-facts.ts';
import { withoutStrings } from './without-strings.ts';

/** Why a test of these languages may not run to its end. */
const skips =
  /\bt\.Skip(?:f|Now)?\(|#\[ignore\b|@(?:Ignore|Disabled)\b|\[(?:Ignore|Fact\(Skip)|\b(?:xit|xdescribe|xcontext)\b|^\s*(?:skip|pending)\b|markTest(?:Skipped|Incomplete)|\bAssume\.|\bassum(?:e|ing)(?:True|False|That)\(|@tag\s+:skip|XCTSkip|testing\.Short\(\)/;

const assertion =
  /\b(?:assert(?:_\w+)?!?|require|t\.(?:Error|Errorf|Fatal|Fatalf|Fail|FailNow)|expect|should|Assert\.\w+|assert\w+|XCTAssert\w*|verify)\b\s*[.(!]/g;

const holdsAlways =
  /\b(?:assert!?|assertTrue|Assert\.True|XCTAssertTrue|assert\.True)\s*\(\s*(?:true|t, true|True)\s*[,)]/;

const testStart: Readonly<Record<string, RegExp>> = {
  go: /^func (Test\w+|Fuzz\w+|Example\w*)\(/,
  rs: /^\s*(?:pub )?(?:async )?fn (\w+)\(/,
  java: /^\s*(?:public |private |protected )?(?:static )?void (\w+)\(/,
  kt: /^\s*(?:suspend )?fun [`"]?([^`"(]+)[`"]?\(/,
  cs: /^\s*public (?:async )?(?:void|Task) (\w+)\(/,
  rb: /^\s*(?:it|test|specify)\s+["']([^"']+)["']|^\s*def (test_\w+)/,
  php: /^\s*(?:public )?function (test\w+)\(/,
  swift: /^\s*func (test\w+)\(/,
  exs: /^\s*test\s+"([^"]+)"/,
};

/** Attributes stand above a test and belong to it. */
const attribute = /^\s*(?:@\w|#\[|\[\w)/;
/** Languages whose tests are told by such a line alone. */
const marked: Readonly<Record<string, RegExp>> = {
  rs: /#\[(?:\w+::)?test\b/,
  java: /@\w*Test\b/,
  kt: /@\w*Test\b/,
  cs: /\[(?:Fact|Test|Theory)/,
};

export interface PatternTests {
  readonly tests: readonly TestFacts[];
  /** Numbers of lines, from 1, that skip more than one test. */
  readonly skippedLines: readonly number[];
}

export function readPatternTests(lines: readonly string[], extension: string): PatternTests {
  const start = testStart[extension];
  const starts = lines.flatMap((line, index) => {
    const found = start?.exec(line.slice(0, 2_000));
    const name = found?.[1] ?? found?.[2];
    if (name === undefined) return [];
    let first = index;
    while (first > 0 && attribute.test(lines[first - 1] ?? '')) first -= 1;
    const mark = marked[extension];
    return mark !== undefined && !mark.test(lines.slice(first, index).join('\n')) ? [] : [{ first, index, name }];
  });
  const ends = starts.map(({ index }, number) => endOf(lines, index, starts[number + 1]?.first ?? lines.length));
  const isInTest = (at: number) => starts.some(({ first }, number) => at >= first && at < (ends[number] ?? 0));
  return {
    tests: starts.map(({ first, index, name }, number) =>
      readTest(name, index, lines.slice(first, ends[number]), first),
    ),
    skippedLines: lines.flatMap((line, index) =>
      skips.test(withoutStrings(line)) && !isInTest(index) ? [index + 1] : [],
    ),
  };
}

/** A function ends where a line closes it at its own depth. */
function endOf(lines: readonly string[], index: number, next: number): number {
  const depth = /^\s*/.exec(lines[index] ?? '')?.[0] ?? '';
  for (let at = index + 1; at < next; at += 1)
    if (new RegExp(`^${depth}(?:\\}|end\\b)`).test(lines[at] ?? '')) return at + 1;
  return next;
}

function readTest(name: string, index: number, body: readonly string[], first: number): TestFacts {
  // A table of cases asserts once for each of them.
  const rounds = body.some((line) =>
    /^\s*(?:for\b|while\b)|\.each\b|\bforEach\b|\bt\.Run\(|@ParameterizedTest/.test(line),
  )
    ? 10
    : 1;
  const assertions = body.flatMap((line, offset) =>
    [...withoutStrings(line).matchAll(assertion)].map((): Assertion => {
      const text = line.trim().replaceAll(/\s+/g, ' ');
      const strength = holdsAlways.test(line) ? 0 : 2 * rounds;
      return { line: first + offset + 1, text, subject: text, matcher: 'assert', strength, bound: null, literals: [] };
    }),
  );
  return {
    name,
    line: index + 1,
    body: body.join('\n').replaceAll(/\s+/g, ' '),
    skipped: body.some((line) => skips.test(withoutStrings(line))) ? 'skip' : null,
    timeoutMs: null,
    assertions,
    literals: [],
    cases: [],
    isEmpty: false,
  };
}
