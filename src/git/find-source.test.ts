import { describe, expect, test } from 'vitest';
import { findSource, parsePatch } from './find-source.ts';

const patch = (old: readonly string[], fresh: readonly string[], path = 'a.ts') =>
  [
    `--- a/${path}`,
    `+++ b/${path}`,
    `@@ -10,${old.length} +10,${fresh.length} @@`,
    ...old.map((line) => `-${line}`),
    ...fresh.map((line) => `+${line}`),
  ].join('\n');
const source = (text: string, line: number, path = 'a.ts') => findSource(parsePatch(text), path, line);

describe('where a line was before a commit', () => {
  test('in the same place with other white space, quotes and ends', () => {
    const text = patch(['const a = "x"', 'const b = 2'], ["  const a = 'x';", '  const b = 2;']);
    expect(source(text, 10)).toEqual({ path: 'a.ts', line: 10, how: 'reformatted' });
    expect(source(text, 11)).toEqual({ path: 'a.ts', line: 11, how: 'reformatted' });
  });

  test('in one line that was broken into several', () => {
    const text = patch(
      ['return download(invoice, month, options)'],
      ['return download(', '  invoice,', '  month,', '  options,', ')'],
    );
    for (const line of [10, 11, 12]) expect(source(text, line)).toEqual({ path: 'a.ts', line: 10, how: 'reformatted' });
  });

  test('in the first of several lines that were joined', () => {
    const text = patch(
      ['const total = rows', '  .filter(isOpen)', '  .length;'],
      ['const total = rows.filter(isOpen).length;'],
    );
    expect(source(text, 10)).toEqual({ path: 'a.ts', line: 10, how: 'reformatted' });
  });

  test('in another file that it was moved out of, with its braces', () => {
    const text = [
      patch(['function zip(rows) {', '  return pack(rows);', '}'], [], 'old.ts'),
      patch([], ['function zip(rows) {', '  return pack(rows);', '}'], 'new.ts'),
    ].join('\n');
    expect(source(text, 12, 'new.ts')).toEqual({ path: 'old.ts', line: 12, how: 'moved' });
  });

  test('is the line with the most in common when its words were changed', () => {
    const text = patch(['const rounded = Math.floor(total * 100);'], ['const rounded = Math.round(total * 100);']);
    expect(source(text, 10)).toEqual({ path: 'a.ts', line: 10, how: 'edited' });
  });

  test('is edited, not formatted, when words were added or taken away', () => {
    const [short, long] = ['return isOpen(invoice)', 'return isOpen(invoice) && isOurs(invoice)'];
    expect(source(patch([short], [long]), 10)).toEqual({ path: 'a.ts', line: 10, how: 'edited' });
    expect(source(patch([long], [short]), 10)).toEqual({ path: 'a.ts', line: 10, how: 'edited' });
    const joined = patch(['const total = rows', '  .filter(isOpen)'], ['const total = ours.filter(isOpen);']);
    expect(source(joined, 10)).toMatchObject({ how: 'edited' });
  });

  test('is nowhere else when only what stands everywhere agrees', () => {
    const text = [patch(['  return result;'], [], 'old.ts'), patch([], ['  return result;'], 'new.ts')].join('\n');
    expect(source(text, 10, 'new.ts')).toBeNull();
  });

  // A rule that takes time by the square of the length would not be done before the test's own limit.
  test.each([
    ['the same line over and over', Array.from({ length: 30_000 }, () => 'return download(invoice);')],
    ['one endless line', ['a,b '.repeat(500_000)]],
    ['very many lines', Array.from({ length: 100_000 }, (_, index) => `line ${index}`)],
  ])('is found soon in any patch: %s', (_, lines) => {
    const hunks = parsePatch([patch(lines, ['x', ...lines, 'y']), patch(lines, [], 'b.ts')].join('\n'));
    expect(findSource(hunks, 'a.ts', 11)).not.toBeNull();
    expect(findSource(hunks, 'a.ts', 10)).toBeNull();
  });

  test('is nowhere for a line that the commit brought', () => {
    expect(source(patch(['const a = 1;'], ['import { readFile } from "node:fs";']), 10)).toBeNull();
    expect(source(patch([], ['}']), 10)).toBeNull();
    expect(source(patch(['x'], ['y']), 99)).toBeNull();
  });
});

test('names with quotes, blanks and letters of any script are read back', () => {
  const name = '"a/sp\\303\\244t \\"x\\".ts"';
  const [hunk] = parsePatch(`--- ${name}\n+++ b/a b.ts\t\n@@ -1 +1 @@\n-one\n+two\n`);
  expect(hunk).toMatchObject({ oldPath: 'spät "x".ts', newPath: 'a b.ts', old: ['one'], new: ['two'] });
});

test('a long run of one line is compared in time that grows with its length', () => {
  // With the square of it, this would take longer than a test may.
  const text = patch([...Array<string>(200_000).fill('}'), 'x'], Array<string>(200_001).fill('}'));
  expect(source(text, 10)).not.toBeNull();
});
