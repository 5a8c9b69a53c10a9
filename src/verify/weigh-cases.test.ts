import { describe, expect, test } from 'vitest';
import type { BreakerCase } from '../model/breaker.ts';
import type { NamedTest } from './named-tests/named-test.ts';
import { judgeCases, weighCase, type CaseFile, type CaseRuns } from './weigh-cases.ts';

const path = 'test/case.test.mjs';
const file: CaseFile = { path, text: "import { clamp } from '../src/clamp.mjs';", known: null };
const named = (status: NamedTest['status'], name = 'clamp/AC-1 holds', of: string | null = path): NamedTest => ({
  name,
  file: of,
  status,
});

function runsOf(runs: readonly (readonly NamedTest[])[], change: Partial<CaseRuns> = {}): CaseRuns {
  return {
    runs,
    without: [],
    others: new Set(),
    criteria: new Set(['clamp/AC-1']),
    words: new Set(['clamp']),
    ...change,
  };
}

describe('a new case', () => {
  test.each<[string, CaseRuns, string]>([
    ['fails each time', runsOf([[named('failed')], [named('failed')]]), 'broke'],
    ['passes each time', runsOf([[named('passed')], [named('passed')]]), 'held'],
    ['fails and passes', runsOf([[named('failed')], [named('passed')]]), 'unsteady'],
    ['is there once and once not', runsOf([[named('passed')], []]), 'unsteady'],
    ['does not load, which its runner tells as a test', runsOf([[named('failed', path)]]), 'did-not-run'],
    ['is nowhere in the report', runsOf([[]]), 'did-not-run'],
    ['is skipped', runsOf([[named('skipped')]]), 'did-not-run'],
    ['names no criterion', runsOf([[named('failed', 'holds')]]), 'no-criterion'],
    ['names the criterion of other work', runsOf([[named('failed', 'other/AC-1')]]), 'no-criterion'],
    ['fails and touches nothing', runsOf([[named('failed')]], { words: new Set(['clamped']) }), 'trivial'],
    ['passes without the work as well', runsOf([[named('passed')]], { without: [named('passed')] }), 'trivial'],
    ['passes, and would fail without the work', runsOf([[named('passed')]], { without: [named('failed')] }), 'held'],
    ['fails in one of its tests', runsOf([[named('passed'), named('failed', 'clamp/AC-1 more')]]), 'broke'],
  ])('that %s', (_, runs, verdict) => expect(weighCase(file, runs)).toMatchObject({ verdict, path }));

  test('is found by the name of its test where the runner names no file', () => {
    const go: CaseFile = {
      path: 'clamp_test.go',
      text: 'func TestClamp__AC_1(t *testing.T) { clamp(1) }',
      known: null,
    };
    const run = [named('failed', 'TestClamp__AC_1', null), named('passed', 'TestOther', null)];
    const criteria = new Set(['clamp/AC-1']);
    expect(weighCase(go, runsOf([run], { criteria }))).toMatchObject({ verdict: 'no-criterion' });
    const lower = { ...go, text: 'func Test_clamp__AC_1(t *testing.T) { clamp(1) }' };
    const renamed = [named('failed', 'Test_clamp__AC_1', null)];
    expect(weighCase(lower, runsOf([renamed], { criteria }))).toMatchObject({ verdict: 'broke' });
    expect(weighCase(lower, runsOf([renamed], { criteria, others: new Set(['Test_clamp__AC_1']) }))).toMatchObject({
      verdict: 'did-not-run',
    });
  });
});

describe('a case of an earlier round', () => {
  const known = { ...file, known: ['clamp/AC-1 holds'] };
  test.each<[string, readonly NamedTest[], string]>([
    ['passes', [named('passed')], 'held'],
    ['fails', [named('failed')], 'broke'],
    ['does not run any more', [], 'broke'],
    ['is skipped now', [named('skipped')], 'broke'],
    ['ends early, so that its runner reports the file alone', [named('passed', path)], 'broke'],
    ['is vouched for by a namesake elsewhere', [named('passed', 'clamp/AC-1 holds', `pkg/${path}`)], 'broke'],
    ['fails beside another test that passes', [named('failed'), named('passed', 'clamp/AC-1 more')], 'broke'],
    ['has a further test that passes', [named('passed'), named('passed', 'clamp/AC-1 more')], 'held'],
  ])('that %s', (_, run, verdict) => expect(weighCase(known, runsOf([run]))).toMatchObject({ verdict }));
});

test('a case of an earlier round is found by its names where the runner names no file', () => {
  const known = { ...file, text: 'test_holds', known: ['test_holds'] };
  const run = runsOf([[named('passed', 'test_holds', null)]], { others: new Set(['test_holds']) });
  expect(weighCase(known, run)).toMatchObject({ verdict: 'held' });
});

test('a case that is longer than its judge is shown does not count', () => {
  const long = { ...file, text: `clamp ${'x'.repeat(30_000)}` };
  expect(weighCase(long, runsOf([[named('failed')]]))).toMatchObject({ verdict: 'did-not-run' });
});

describe('the judge', () => {
  const broke: BreakerCase = { path, criteria: ['clamp/AC-1'], verdict: 'broke', says: 'fails' };
  const judged = (...judgements: { file: string; valid: boolean; why: string }[]) =>
    judgeCases([broke], new Set(), { judgements })[0]?.verdict;

  test('lets count what it finds valid, and nothing else', () => {
    expect(judged({ file: path, valid: true, why: 'x' })).toBe('broke');
    expect(judged({ file: path, valid: false, why: 'x' })).toBe('against-the-spec');
  });

  test('lets nothing count that it does not name, or calls both', () => {
    expect(judged()).toBe('against-the-spec');
    expect(judged({ file: 'test/other.mjs', valid: true, why: 'x' })).toBe('against-the-spec');
    expect(judged({ file: path, valid: true, why: 'x' }, { file: path, valid: false, why: 'y' })).toBe(
      'against-the-spec',
    );
  });

  test('is not asked again about what counted before', () => {
    expect(judgeCases([broke], new Set([path]), { judgements: [] })).toEqual([broke]);
  });
});
