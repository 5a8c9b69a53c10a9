import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { failureSignature } from './failure-signature.ts';

const sign = (output: string) => failureSignature('failed', output);
const failure = [
  'FAIL src/cart.test.ts > adds (12ms)',
  'Error: cannot read /tmp/copy-1/src/cart.ts at 2026-01-02T03:04:05.678Z',
  'Error: socket 127.0.0.1:40123 closed, request 3f2c1aa09b',
];

test.each([
  ['timings', failure.map((line) => line.replace('12ms', '2.41 s'))],
  ['the clock', failure.map((line) => line.replace('03:04:05.678Z', '23:59:59Z'))],
  [
    'the folder of the working copy',
    failure.map((line) => line.replace('/tmp/copy-1/', '/home/dev/.local/state/copies/77/')),
  ],
  ['hexadecimal ids', failure.map((line) => line.replace('3f2c1aa09b', 'deadbeef01'))],
  ['ports', failure.map((line) => line.replace('40123', '51999'))],
  ['the order of lines', failure.toReversed()],
  ['repetitions', [...failure, ...failure]],
  ['colours', failure.map((line) => `\x1b[31m${line}\x1b[0m`)],
  ['progress around it', ['building 1/20', ...failure, 'done in 3s']],
])('is the same whatever %s', (_what, lines) => {
  expect(sign(lines.join('\n'))).toBe(sign(failure.join('\n')));
});

test('is the same when the code above the failure grew', () => {
  expect(sign('src/cart.ts(12,7): error TS2322: x')).toBe(sign('src/cart.ts(40,3): error TS2322: x'));
  expect(sign('src/cart.ts:12:7 - error TS2322: x')).toBe(sign('src/cart.ts:40:3 - error TS2322: x'));
});

test.each([
  ['the message', 'Error: expected 2', 'Error: expected 3'],
  ['the file', 'src/cart.ts(1,1): error TS2322: x', 'src/tax.ts(1,1): error TS2322: x'],
  ['the code', 'src/cart.ts(1,1): error TS2322: x', 'src/cart.ts(1,1): error TS2345: x'],
  ['the failing test', ' FAIL  cart.test.ts > adds', ' FAIL  cart.test.ts > subtracts'],
  ['the number of distinct failures', 'Error: a', 'Error: a\nError: b'],
  ['the last words, when no line states a failure', 'stopped at step two', 'stopped at step three'],
])('red control: differs with %s', (_what, one, other) => {
  expect(sign(one)).not.toBe(sign(other));
});

test('differs with the status', () => {
  expect(failureSignature('failed', 'Error: a')).not.toBe(failureSignature('crashed', 'Error: a'));
});

test('two recorded runs of the same failing test, one in colour, have one signature', () => {
  const read = (name: string) => readFileSync(new URL(`fixtures/${name}.txt`, import.meta.url), 'utf8');
  expect(sign(read('pytest-failed'))).toBe(sign(read('pytest-color')));
});
