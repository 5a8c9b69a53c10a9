import { styleText } from 'node:util';
import { expect, test } from 'vitest';
import { behind } from './output.ts';

test('a long text goes on below itself, at the width of the terminal', () => {
  expect(behind('State    ', 'paused: the checks of the base fail', 40)).toEqual([
    'State    paused: the checks of the base',
    '         fail',
  ]);
});

test('what stands before it is measured as it is seen', () => {
  const lead = styleText('bold', 'MW-1 ', { validateStream: false });
  expect(behind(lead, 'paused: the checks of the base fail', 36)).toEqual([
    `${lead}paused: the checks of the base`,
    '     fail',
  ]);
});

test('lines of the text stay lines', () => {
  expect(behind('State    ', 'red:\n  one', 80)).toEqual(['State    red:', '           one']);
});

test('nothing is broken where no terminal limits it', () => {
  const text = `red:\n${'word '.repeat(100)}end`;
  expect(behind('State    ', text, null)).toEqual([`State    ${text}`]);
});
