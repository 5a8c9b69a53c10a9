import { expect, test } from 'vitest';
import { readReportLines } from './own-report.ts';

const line = (value: object, nonce = 'n') => `${JSON.stringify({ nonce, ...value })}\n`;
const one = { test: { name: 'a', file: null, status: 'passed' } };

test('a report is whole when it ends, and tells of as many tests as there were', () => {
  expect(readReportLines([], 'n')).toBeNull();
  expect(readReportLines([line({ start: true })], 'n')).toEqual({ tests: [], isWhole: false });
  expect(readReportLines([line(one)], 'n')).toMatchObject({ isWhole: false });
  expect(readReportLines([line(one) + line({ end: 2 })], 'n')).toMatchObject({ isWhole: false });
  expect(readReportLines([line(one) + line({ end: 1 })], 'n')).toEqual({ tests: [one.test], isWhole: true });
});

test('every runner that began must have come to its end', () => {
  const whole = line(one) + line({ end: 1 });
  expect(readReportLines([whole, whole], 'n')).toMatchObject({ isWhole: true });
  expect(readReportLines([whole, line({ start: true })], 'n')).toMatchObject({ isWhole: false });
});

test('lines without the word of this run are nobody’s, whatever they say', () => {
  expect(readReportLines([line(one, 'other') + line({ end: 1 }, 'other')], 'n')).toBeNull();
  expect(readReportLines([`{"test":{"name":"x","status":"passed"}}\nnonsense\n[1]\nnull\n`], 'n')).toBeNull();
  const mixed = line(one) + line({ test: { name: 'b', status: 'fine' } }) + line({ test: 3 }) + line({ end: 1 });
  expect(readReportLines([mixed], 'n')).toEqual({ tests: [one.test], isWhole: true });
});
