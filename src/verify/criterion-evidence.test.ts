import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { judgeCriteria } from './criterion-evidence.ts';
import { readNamedTests } from './named-tests.ts';
import type { NamedTest } from './named-tests/named-test.ts';

const named = (status: NamedTest['status'], name = 'login/AC-1 works'): NamedTest => ({ name, file: null, status });

test.each([
  ['one that passed', [named('passed')], 'passed'],
  ['several that passed', [named('passed'), named('passed')], 'passed'],
  ['one that passed beside one that was skipped', [named('skipped'), named('passed')], 'passed'],
  ['one that failed beside one that passed', [named('passed'), named('failed')], 'failed'],
  ['one that failed beside one that was skipped', [named('skipped'), named('failed')], 'failed'],
  ['skipped ones alone', [named('skipped'), named('skipped')], 'skipped-only'],
  ['none', [], 'no-test'],
  ['tests of other criteria alone', [named('passed', 'login/AC-12'), named('passed', 'x-login/AC-1')], 'no-test'],
] as const)('with %s a criterion is judged as it should be', (_what, tests, type) => {
  const own = tests.filter(({ name }) => name === 'login/AC-1 works');
  expect(judgeCriteria(['login/AC-1'], tests)).toEqual([{ id: 'login/AC-1', type, tests: own }]);
});

test('a test counts for every criterion that it names, and each criterion is answered once, in order', () => {
  const tests = [named('passed', 'login/AC-2 and login/AC-1'), named('failed', 'test_login__AC_2')];
  expect(judgeCriteria(['login/AC-2', 'login/AC-1', 'login/AC-2'], tests)).toEqual([
    { id: 'login/AC-2', type: 'failed', tests },
    { id: 'login/AC-1', type: 'passed', tests: [tests[0]] },
  ]);
});

test('a run of pytest answers for the criteria of a spec', () => {
  const output = readFileSync(new URL('fixtures/named/pytest-verbose.txt', import.meta.url), 'utf8');
  const ids = [
    'invoice-download/AC-1',
    'invoice-download/AC-2',
    'invoice-download/AC-3',
    'login/AC-1',
    'login/AC-8',
    'login/AC-9',
  ];
  expect(judgeCriteria(ids, readNamedTests(output)).map(({ id, type }) => `${id} ${type}`)).toEqual([
    'invoice-download/AC-1 passed',
    'invoice-download/AC-2 failed',
    'invoice-download/AC-3 skipped-only',
    'login/AC-1 passed',
    'login/AC-8 failed',
    'login/AC-9 no-test',
  ]);
});
