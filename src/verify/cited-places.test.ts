import { expect, test } from 'vitest';
import type { Finding, Review } from '../model/outcome.ts';
import { verifyFindings } from './cited-places.ts';

const files = new Map([
  ['a.ts', { before: 10, after: 12 }],
  ['gone.ts', { before: 5, after: null }],
]);
const finding = (change: Partial<Finding>): Finding => ({
  severity: 'major',
  title: 'wrong sum',
  file: 'a.ts',
  line: 12,
  evidence: 'e',
  ...change,
});
const review = (...findings: readonly Finding[]): Review => ({ verdict: 'fail', findings: [...findings] });

test('a finding at a place that is there, or was before the change, counts', () => {
  for (const change of [{}, { line: null }, { file: null, line: null }, { file: 'gone.ts', line: 5 }])
    expect(verifyFindings(review(finding(change)), files)).toEqual({
      type: 'reviewed',
      review: review(finding(change)),
    });
});

test('a review that stops the change at a place that is not there is none', () => {
  const of = (change: Partial<Finding>) => verifyFindings(review(finding(change)), files);
  expect(of({ line: 13 })).toEqual({
    type: 'malformed',
    problems: ['the finding "wrong sum" cites a.ts:13, and the file has 12 lines'],
  });
  expect(of({ file: 'b.ts' })).toEqual({
    type: 'malformed',
    problems: ['the finding "wrong sum" cites b.ts, which is not there'],
  });
});

test('a lesser finding loses a place that is not there, and stays', () => {
  const minor = finding({ severity: 'minor', line: 99 });
  expect(verifyFindings({ verdict: 'pass', findings: [minor] }, files)).toEqual({
    type: 'reviewed',
    review: { verdict: 'pass', findings: [{ ...minor, file: null, line: null }] },
  });
});

test('a review that fails the change and finds nothing that stops it contradicts itself', () => {
  expect(verifyFindings(review(), files)).toMatchObject({ type: 'malformed' });
  expect(verifyFindings(review(finding({ severity: 'note' })), files)).toMatchObject({ type: 'malformed' });
  // The other way round it does not pass either, by the machine's rule; what it found goes back.
  const torn: Review = { verdict: 'pass', findings: [finding({})] };
  expect(verifyFindings(torn, files)).toEqual({ type: 'reviewed', review: torn });
});
