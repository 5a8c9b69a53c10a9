import { describe, expect, test } from 'vitest';
import { nameRanges, percentOf, readMutationReport, unfitFor, type ChangedLines } from './mutation-report.ts';

const source = 'const a = 1;\nif (a > 2) run(a);\nif (a < 3) stop("now");\nend(a);\n';
const changed: ChangedLines = new Map([['src/a.js', [[2, 3]]]]);

interface Given {
  readonly line: number;
  readonly from: number;
  readonly to: number;
  readonly status: string;
  readonly replacement: string;
  readonly statusReason?: string;
}

function reportOf(mutants: readonly Given[], text = source): string {
  return JSON.stringify({
    schemaVersion: '2.0',
    thresholds: { high: 80, low: 60 },
    files: {
      'src/a.js': {
        language: 'javascript',
        source: text,
        mutants: mutants.map(({ line, from, to, status, replacement, statusReason }, index) => ({
          statusReason,
          id: String(index),
          mutatorName: 'EqualityOperator',
          replacement,
          location: { start: { line, column: from }, end: { line, column: to } },
          status,
        })),
      },
    },
  });
}

const at = (line: number, status: string, replacement = 'a >= 2', from = 5, to = 10): Given => ({
  line,
  from,
  to,
  status,
  replacement,
});
const read = (text: string, equivalent: readonly string[] = []) =>
  readMutationReport(
    text,
    changed,
    () => source,
    (each) => each.slice(0, 60),
    new Set(equivalent),
  );

function scoreOf(mutants: readonly Given[], equivalent: readonly string[] = []) {
  const reading = read(reportOf(mutants), equivalent);
  if (reading.type !== 'scored') throw new Error(reading.why);
  return reading.score;
}

describe('a report of mutants', () => {
  test('counts those on changed lines alone', () => {
    const score = scoreOf([
      at(1, 'Survived'),
      at(2, 'Killed'),
      at(3, 'Timeout'),
      at(3, 'Survived'),
      at(4, 'NoCoverage'),
    ]);
    expect(score).toMatchObject({ killed: 2, setAside: 0 });
    expect(score.survivors).toMatchObject([{ path: 'src/a.js', line: 3, after: 'a >= 2', isCovered: true }]);
    expect(percentOf(score)).toBe(66);
  });

  test('shows what stands there, and whether a test comes by', () => {
    const [survivor] = scoreOf([at(2, 'NoCoverage')]).survivors;
    expect(survivor).toMatchObject({ before: 'a > 2', after: 'a >= 2', isCovered: false });
  });

  test('sets aside what did not run, what is the same program, and what a person has named', () => {
    const mutants = [
      at(2, 'CompileError'),
      at(2, 'RuntimeError'),
      { ...at(2, 'Ignored'), statusReason: 'Static mutant (and "ignoreStatic" was enabled)' },
      at(2, 'Survived', '( a >2 )'),
    ];
    expect(scoreOf(mutants)).toEqual({ killed: 0, survivors: [], setAside: 4, unseen: [] });
    const [survivor] = scoreOf([at(2, 'Survived')]).survivors;
    expect(scoreOf([at(2, 'Survived')], [survivor?.id ?? ''])).toEqual({
      killed: 0,
      survivors: [],
      setAside: 1,
      unseen: [],
    });
    expect(percentOf(scoreOf([]))).toBeNull();
  });

  test('counts what a remark in the code has left out as not noticed', () => {
    expect(scoreOf([{ ...at(2, 'Ignored'), statusReason: 'Ignored because of a comment' }]).survivors).toHaveLength(1);
    expect(scoreOf([at(2, 'Ignored')]).survivors).toHaveLength(1);
  });

  test('of no file at all has no mutant, and one of other files says nothing', () => {
    expect(read('{"files":{}}')).toMatchObject({ type: 'scored', score: { unseen: ['src/a.js'] } });
    expect(read(reportOf([at(2, 'Killed')]).replace('"src/a.js"', '"/tmp/tree/src/a.js"')).type).toBe('unusable');
  });

  test.each([
    ['nothing', ''],
    ['something else', '{"files":[]}'],
    ['half a report', reportOf([at(2, 'Killed')]).slice(0, -9)],
    ['a report that is not done', reportOf([at(2, 'Pending')])],
    ['a report of other files', reportOf([at(2, 'Killed')], 'const a = 2;\n')],
  ])('that is %s says nothing', (_, text) => expect(read(text).type).toBe('unusable'));
});

test('files that cannot be measured are known', () => {
  expect(unfitFor('src/a,b.js', '')).toContain('comma');
  expect(unfitFor('src/a.js', '/*\r\r*/\n')).toContain('line breaks');
  expect(unfitFor('src/a.js', 'a\u2028b')).toContain('line breaks');
  expect(unfitFor('src/a.js', 'a\r\nb\n')).toBeNull();
});

test('a name that looks like a pattern is given as one', () => {
  expect(nameRanges(new Map([['src/[id].js', [[1, 2]]]]))).toBe('src/?id?.js');
});

test('changed lines are named as tools take them', () => {
  expect(
    nameRanges(
      new Map([
        [
          'a.js',
          [
            [1, 2],
            [9, 9],
          ],
        ],
        ['b.js', [[3, 4]]],
      ]),
    ),
  ).toBe('a.js:1-2,a.js:9-9,b.js:3-4');
});
