/** Languages without a syntax tree here, line by line: Go, Rust, Java, Kotlin, C#, Ruby, PHP, Swift, Elixir, shell. */
import { commentMarks } from '../comment-marks.ts';
import type { Mark, SourceFacts } from '../source-facts.ts';
import { looksLikeReport, readsHistory } from '../telling-strings.ts';
import { lineRules } from './line-rules.ts';
import { readPatternTests } from './read-tests.ts';
import { withoutStrings } from './without-strings.ts';

/** What the lines of a text say. `extension`: of its file, without the dot. */
export function readByPattern(text: string, extension: string, isTest: boolean): SourceFacts {
  const lines = text.split('\n');
  const marks: Mark[] = [];
  for (const [index, whole] of lines.entries()) {
    const content = whole.slice(0, 2_000);
    const line = index + 1;
    const code = withoutStrings(content);
    for (const { family, pattern, says, where } of lineRules) {
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
  if (!isTest && extension !== 'rs') return { tests: [], marks, specialCases: [], around: [], timeoutMs: null };
  const { tests, skippedLines } = readPatternTests(lines, extension);
  for (const line of skippedLines)
    marks.push({
      family: 'test-skipped',
      line,
      text: (lines[line - 1] ?? '').trim(),
      says: 'tests are skipped',
      inOldFiles: true,
    });
  return { tests, marks, specialCases: [], around: lines, timeoutMs: null };
}
