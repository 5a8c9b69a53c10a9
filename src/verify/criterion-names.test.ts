import fc from 'fast-check';
import { expect, test } from 'vitest';
import { criteriaIn } from './criterion-names.ts';

const known = new Set(['login/AC-1', 'login/AC-12', 'x-login/AC-1', 'invoice-download/AC-3', 'invoice-download/AC-4']);

test.each([
  ['sends a ZIP (invoice-download/AC-3)', ['invoice-download/AC-3']],
  ['invoice-download/AC-3', ['invoice-download/AC-3']],
  ['login > login/AC-1, login/AC-12: both', ['login/AC-1', 'login/AC-12']],
  ['login/AC-1 and again login/AC-1', ['login/AC-1']],
  ['TestDownload/invoice-download/AC-3_sends_a_ZIP', ['invoice-download/AC-3']],
  ['TestDownload/refuses_login/AC-1', ['login/AC-1']],
  ['test_login[login/AC-12]', ['login/AC-12']],
  ['test_invoice_download__AC_3', ['invoice-download/AC-3']],
  ['test_invoice_download__AC_3_holds_both', ['invoice-download/AC-3']],
  ['invoice_download::invoice_download__AC_4_is_refused', ['invoice-download/AC-4']],
  ['invoice_download__ac_4', ['invoice-download/AC-4']],
  ['Test_login__AC_1/sub', ['login/AC-1']],
  ['test_b.TestInvoices.test_login__AC_12', ['login/AC-12']],
  ['login__AC_1__login__AC_12', ['login/AC-1', 'login/AC-12']],
  ['checks__login__AC_1', ['login/AC-1']],
])('finds the criteria in %j', (name, expected) => {
  expect(criteriaIn(name, known)).toEqual(expected);
});

test.each([
  'login/AC-123',
  'login/AC-1a',
  'xlogin/AC-1',
  'Xlogin/AC-1',
  'élogin/AC-1',
  'my-login/AC-1',
  'login/AC-01',
  'login/ac-1',
  'Login/AC-1',
  'login AC-1',
  'login/AC-7',
  'test_login__AC_123',
  'test_login__AC_1a',
  'test_my_login__AC_1',
  'xlogin__AC_1',
  'Login__AC_1',
  'login_AC_1',
  'login__AC_01',
  'test_login__AC_12x',
])('finds no criterion in %j', (name) => {
  expect(criteriaIn(name, known)).toEqual([]);
});

test('a longer id is not taken for the one that it holds', () => {
  expect(criteriaIn('login/AC-12', known)).toEqual(['login/AC-12']);
  expect(criteriaIn('login__AC_12', known)).toEqual(['login/AC-12']);
  expect(criteriaIn('x-login/AC-1', known)).toEqual(['x-login/AC-1']);
  expect(criteriaIn('x_login__AC_1', known)).toEqual(['x-login/AC-1']);
});

test('the word test before an id belongs to the spec when there is one of that name', () => {
  expect(criteriaIn('test_login__AC_1', new Set(['login/AC-1', 'test-login/AC-1']))).toEqual(['test-login/AC-1']);
  expect(criteriaIn('test_login__AC_1', new Set(['login/AC-1']))).toEqual(['login/AC-1']);
});

test('any id is found in both of its forms, and nothing else is', () => {
  const spec = fc.stringMatching(/^[a-z0-9](?:-?[a-z0-9]){0,20}$/);
  const number = fc.integer({ min: 1, max: 999_999 });
  fc.assert(
    fc.property(fc.array(fc.tuple(spec, number), { minLength: 2, maxLength: 6 }), (pairs) => {
      const ids = new Set(pairs.map(([name, own]) => `${name}/AC-${own}`));
      for (const id of ids) {
        expect(criteriaIn(`a test of ${id}: works`, ids)).toEqual([id]);
        expect(criteriaIn(id.replaceAll('-', '_').replace('/', '__'), ids)).toEqual([id]);
      }
    }),
  );
});
