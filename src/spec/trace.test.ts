import { expect, test } from 'vitest';
import type { CriterionVerdict } from '../model/outcome.ts';
import type { PlanRow } from './compare.ts';
import { coverage, traceRows, type Landed } from './trace.ts';

const row = (action: PlanRow['action'], evidence: PlanRow['evidence'] = { type: 'test' }): PlanRow => ({
  action,
  id: 'a/AC-1',
  spec: 'a',
  requirement: 'R',
  line: 1,
  hash: 'x',
  text: 'text',
  evidence,
  builtHash: 'x',
  builtCommit: 'c',
  unready: null,
  item: null,
  pinned: null,
  drift: [],
});
const said = (type: CriterionVerdict['type']): CriterionVerdict => ({ id: 'a/AC-1', type, tests: [] });
const landed = (change: Partial<Landed>): ReadonlyMap<string, Landed> =>
  new Map([['a/AC-1', { evidence: { type: 'test' }, verdict: null, passed: [], approvedBy: null, ...change }]]);
const verdict = (
  each: PlanRow,
  known = new Map<string, Landed>() as ReadonlyMap<string, Landed>,
  now?: CriterionVerdict,
) => traceRows([each], known, now === undefined ? null : new Map([['a/AC-1', now]]), new Map())[0]?.verdict;

test('a criterion is proven by what was seen at its landing, or is seen now, and by nothing less', () => {
  expect(verdict(row('unchanged'))).toBe('unproven');
  expect(verdict(row('unchanged'), landed({ verdict: said('passed') }))).toBe('proven');
  expect(verdict(row('unchanged'), landed({ verdict: said('skipped-only') }))).toBe('unproven');
  expect(verdict(row('unchanged'), landed({ verdict: said('passed') }), said('no-test'))).toBe('unproven');
  expect(verdict(row('unchanged'), new Map(), said('passed'))).toBe('proven');
  expect(verdict(row('unchanged'), landed({ verdict: said('passed') }), said('failed'))).toBe('failing');
});

test('evidence of another kind counts for its own kind alone', () => {
  const person = row('unchanged', { type: 'person' });
  expect(verdict(person, landed({ verdict: said('passed') }))).toBe('unproven');
  expect(verdict(person, landed({ approvedBy: 'pat' }))).toBe('proven');
  const command = row('unchanged', { type: 'command', check: 'bench' });
  expect(verdict(command, landed({ evidence: { type: 'command', check: 'bench' }, passed: ['test'] }))).toBe(
    'unproven',
  );
  expect(verdict(command, landed({ evidence: { type: 'command', check: 'bench' }, passed: ['bench'] }))).toBe('proven');
});

test('what changed is stale, what was never built is missing, what is to be removed is no row', () => {
  expect(verdict(row('change'), landed({ verdict: said('passed') }))).toBe('stale');
  expect(verdict(row('add'))).toBe('missing');
  expect(traceRows([row('remove')], new Map(), null, new Map())).toEqual([]);
});

test('coverage is a share of the criteria, and whole where there is none', () => {
  const rows = traceRows(
    [row('unchanged'), row('unchanged'), row('add')],
    landed({ verdict: said('passed') }),
    null,
    new Map(),
  );
  expect(coverage(rows)).toBe(66.6);
  expect(coverage([])).toBe(100);
});
