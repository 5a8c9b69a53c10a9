/** Languages without a syntax tree here, line by line: Go, Rust, Java, Kotlin, C#, Ruby, PHP, Swift, Elixir, shell. */
import type { ConcernFamily } from '../model/concern.ts';
import { commentMarks } from './comment-marks.ts';
import type { Mark, SourceFacts, TestFacts } from './source-facts.ts';
import { looksLikeReport, readsHistory } from './telling-strings.ts';

interface LineRule {
  readonly family: ConcernFamily;
  readonly pattern: RegExp;
  readonly says: string;
  readonly where: 'product' | 'tests' | 'both';
}

const rules: readonly LineRule[] = [
  {
    family: 'test-skipped',
    where: 'both',
    says: 'a test is skipped',
    pattern:
      /\bt\.Skip(?:f|Now)?\(|#\[ignore\b|@(?:Ignore|Disabled)\b|\[(?:Ignore|Fact\(Skip)|\b(?:xit|xdescribe|xcontext)\b|^\s*(?:skip|pending)\b|markTest(?:Skipped|Incomplete)|\bAssume\.|\bassum(?:e|ing)(?:True|False|That)\(|@tag\s+:skip|XCTSkip|testing\.Short\(\)/,
  },
  {
    family: 'test-focused',
    where: 'tests',
    says: 'a test runs alone',
    pattern: /\b(?:fit|fdescribe|fcontext)\b|,\s*:?focus(?:\s*=>\s*true|:\s*true)|\b(?:FIt|FDescribe|FContext)\(/,
  },
  {
    family: 'retry-added',
    where: 'both',
    says: 'a test is run again when it fails',
    pattern:
      /@(?:RetryingTest|RepeatedIfExceptionsTest|Retry)\b|rerunFailingTests|\bretry:\s*\d|\[Retry\(|#\[flaky_test/,
  },
  {
    family: 'types-silenced',
    where: 'product',
    says: 'the compiler is told to look away',
    pattern:
      /@SuppressWarnings\("(?:unchecked|rawtypes|all)"|#pragma warning disable|@phpstan-ignore|@psalm-suppress|\bT\.unsafe\(|# typed: (?:false|ignore)/,
  },
  {
    family: 'lint-silenced',
    where: 'both',
    says: 'the linter is told to look away',
    pattern:
      /#!?\[(?:allow|expect)\(|@SuppressWarnings\b|@Suppress\(|@SuppressLint|\[SuppressMessage|detekt:disable|phpcs:(?:disable|ignore)|credo:disable/,
  },
  {
    family: 'coverage-excluded',
    where: 'product',
    says: 'a part is left out of what is measured',
    pattern:
      /#\[(?:cfg\(not\(tarpaulin|coverage\(off\)|cfg_attr\([^)]*no_coverage)|@(?:Generated|ExcludeFromCodeCoverage)|\[ExcludeFromCodeCoverage|@codeCoverageIgnore/,
  },
  {
    family: 'run-ended',
    where: 'tests',
    says: 'it ends the process, and the tests with it',
    pattern:
      /\bos\.Exit\(|\bprocess::exit\(|\bSystem\.exit\(|\bRuntime\.getRuntime\(\)\.halt\(|\bEnvironment\.Exit\(|\bexitProcess\(|\bexit!?\s*\(?0\b/,
  },
  {
    family: 'grader-detected',
    where: 'product',
    says: 'it asks whether it is being tested',
    pattern:
      /\btesting\.Testing\(\)|flag\.Lookup\("test\.|\bos\.Getenv\("(?:CI|GITHUB_ACTIONS)"|env::var\("(?:CI|RUST_TEST\w*|NEXTEST\w*)"|System\.getenv\("(?:CI|GITHUB_ACTIONS)"|getProperty\("surefire|ENV\[["'](?:CI|RSPEC\w*)["']\]|defined\?\(RSpec\)|strings\.HasSuffix\(os\.Args\[0\]/,
  },
];

const assertion =
  /\b(?:assert(?:_\w+)?!?|require|t\.(?:Error|Errorf|Fatal|Fatalf|Fail|FailNow)|expect|should|Assert\.\w+|assert\w+|XCTAssert\w*|verify)\b\s*[.(!]/g;

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

/** What the lines of a text say. `extension`: of its file, without the dot. */
export function readByPattern(text: string, extension: string, isTest: boolean): SourceFacts {
  const lines = text.split('\n');
  const marks: Mark[] = [];
  for (const [index, whole] of lines.entries()) {
    const content = whole.slice(0, 2_000);
    const line = index + 1;
    const code = withoutStrings(content);
    for (const { family, pattern, says, where } of rules) {
      if (where !== 'both' && (where === 'tests') !== isTest) continue;
      // Names of variables stand in strings, everything else does not.
      if (pattern.test(family === 'grader-detected' || /Suppress|focus/.test(pattern.source) ? content : code))
        marks.push({ family, line, text: content.trim().replaceAll(/\s+/g, ' '), says });
    }
    if (
      /\b(?:println!?|Println|Printf|print|puts|echo|printf|System\.out\.\w+|Console\.WriteLine)\b/.test(code) &&
      looksLikeReport(content)
    )
      marks.push({
        family: 'report-forged',
        line,
        text: content.trim(),
        says: 'it prints what looks like the report of a test runner',
      });
    if (
      extension !== 'sh' &&
      /\b(?:exec\.Command|Command::new|ProcessBuilder|Runtime\.getRuntime|Process\.Start|system|`)/.test(code) &&
      readsHistory(content)
    )
      marks.push({
        family: 'answer-looked-up',
        line,
        text: content.trim(),
        says: 'it reads what git remembers of earlier or other versions',
      });
    const comment = /(?:\/\/|#|\/\*)(?!\[).*$/.exec(code)?.index;
    if (comment !== undefined) marks.push(...commentMarks([{ text: content.slice(comment), line }], isTest));
  }
  return {
    tests: isTest || extension === 'rs' ? readTests(lines, extension) : [],
    marks,
    specialCases: [],
    timeoutMs: null,
  };
}

/** The same length, so that places stay. */
function withoutStrings(line: string): string {
  return line.replaceAll(/"(?:[^"\\]|\\.)*"/g, (all) => `"${' '.repeat(all.length - 2)}"`);
}

/** From one test's first line to the next one's; assertions are counted, not weighed. */
function readTests(lines: readonly string[], extension: string): readonly TestFacts[] {
  const start = testStart[extension];
  if (start === undefined) return [];
  const starts = lines.flatMap((line, index) => {
    const found = start.exec(line);
    const isMarked =
      extension === 'rs'
        ? /#\[(?:\w+::)?test\b/.test(lines.slice(Math.max(0, index - 4), index).join('\n'))
        : extension === 'java' || extension === 'kt' || extension === 'cs'
          ? /@(?:\w*Test)\b|\[(?:Fact|Test|Theory)/.test(lines.slice(Math.max(0, index - 4), index).join('\n'))
          : true;
    const name = found?.[1] ?? found?.[2];
    return name === undefined || !isMarked ? [] : [{ index, name }];
  });
  return starts.map(({ index, name }, number) => {
    const body = lines.slice(index, starts[number + 1]?.index ?? lines.length);
    const assertions = body.flatMap((line, offset) =>
      [...withoutStrings(line).matchAll(assertion)].map(() => ({
        line: index + offset + 1,
        text: line.trim().replaceAll(/\s+/g, ' '),
        subject: line.trim(),
        matcher: 'assert',
        strength:
          /\b(?:assert!?|assertTrue|Assert\.True|XCTAssertTrue|assert\.True)\s*\(\s*(?:true|t, true|True)\s*[,)]/.test(
            line,
          )
            ? 0
            : 2,
        bound: null,
        literals: [],
      })),
    );
    return {
      name,
      line: index + 1,
      body: body.join('\n').replaceAll(/\s+/g, ' '),
      skipped: null,
      timeoutMs: null,
      assertions,
      isEmpty: false,
    };
  });
}
