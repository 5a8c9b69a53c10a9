/** Runners that close with one number a line: mocha, bun, ava, playwright. */
import type { TestCounts, Vocabulary } from './counts.ts';
import { addCounts, countWords, noTests } from './counts.ts';

interface BlockFamily {
  readonly name: string;
  /** One line of the block, and no line of another family. */
  readonly line: RegExp;
  readonly vocabulary: Vocabulary;
  /** The line that must be there for the block to count as a report. */
  readonly needs: RegExp;
}

const families: readonly BlockFamily[] = [
  {
    name: 'mocha',
    line: /^ *\d+ (?:passing \(.{1,20}\)|pending|failing)$/,
    vocabulary: { passing: 'passed', pending: 'skipped', failing: 'failed' },
    needs: /passing/,
  },
  {
    name: 'bun',
    line: /^ *(?:\d+ (?:pass|fail|skip|todo)|Ran \d+ tests? across \d+ files?\. .*)$/,
    vocabulary: { pass: 'passed', fail: 'failed', skip: 'skipped', todo: 'skipped' },
    needs: /^Ran /,
  },
  {
    name: 'ava',
    line: /^ *\d+ (?:tests? (?:passed|failed|skipped|todo)|known failures?|uncaught exceptions?|unhandled rejections?)$/,
    vocabulary: {
      'test passed': 'passed',
      'tests passed': 'passed',
      'test failed': 'failed',
      'tests failed': 'failed',
      'test skipped': 'skipped',
      'tests skipped': 'skipped',
      'test todo': 'skipped',
      'tests todo': 'skipped',
      uncaught: 'failed',
      unhandled: 'failed',
      known: 'skipped',
    },
    needs: /tests?/,
  },
  {
    name: 'playwright',
    line: /^ {2}\d+ (?:(?:failed|flaky|skipped|interrupted|did not run)|passed \(.{1,20}\))$/,
    vocabulary: {
      passed: 'passed',
      flaky: 'passed',
      failed: 'failed',
      interrupted: 'failed',
      skipped: 'skipped',
      'did not': 'skipped',
    },
    needs: /passed|failed/,
  },
];

/** One report a family: its blocks, summed. */
export function readBlockReports(lines: readonly string[]): readonly TestCounts[] {
  return families.flatMap((family) => {
    const own = lines.map((line) => line.trimEnd()).filter((line) => family.line.test(line));
    if (!own.some((line) => family.needs.test(line))) return [];
    return [own.map((line) => countWords(line, family.vocabulary)).reduce(addCounts, noTests)];
  });
}
