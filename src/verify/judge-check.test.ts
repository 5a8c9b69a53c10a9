import { expect, test } from 'vitest';
import type { EndedCheck } from './judge-check.ts';
import { judgeCheck } from './judge-check.ts';

const green = 'Tests:       2 passed, 2 total\n';
const red = 'Tests:       1 failed, 1 passed, 2 total\n';

function judge(check: Partial<EndedCheck>) {
  return judgeCheck({ kind: 'test', end: 'exited', exitCode: 0, output: green, ...check });
}

test('a test check with exit 0, passed tests and no failed one passes', () => {
  expect(judge({})).toBe('passed');
});

test.each<[string, Partial<EndedCheck>, string]>([
  ['says nothing about tests', { output: 'done\n' }, 'ran-no-test'],
  ['says nothing at all', { output: '' }, 'ran-no-test'],
  ['ran zero tests', { output: 'Tests:       0 total\n' }, 'ran-no-test'],
  ['skipped every test', { output: 'Tests:       3 skipped, 3 total\n' }, 'ran-no-test'],
  ['hides a failed test behind exit 0', { output: red }, 'failed'],
  ['hides one failed run among green ones', { output: green + red + green }, 'failed'],
])('a test check that exits 0 and %s does not pass', (_what, check, status) => {
  expect(judge(check)).toBe(status);
});

test.each<[string, Partial<EndedCheck>, string]>([
  ['with a failed test', { exitCode: 1, output: red }, 'failed'],
  ['although all tests passed, for example for its coverage', { exitCode: 1 }, 'failed'],
  ['without a report', { exitCode: 2, output: 'SyntaxError: x' }, 'failed'],
  ['because there was no test', { exitCode: 5, output: '===== no tests ran in 0.01s =====' }, 'ran-no-test'],
  ['with more failed tests than exit codes for signals start at', { exitCode: 130, output: red }, 'failed'],
])('a test check that exits otherwise %s does not pass', (_what, check, status) => {
  expect(judge(check)).toBe(status);
});

test.each(['types', 'lint', 'build', 'command'] as const)('a %s check is decided by its exit code alone', (kind) => {
  expect(judge({ kind, output: '' })).toBe('passed');
  expect(judge({ kind, output: red })).toBe('passed');
  expect(judge({ kind, output: green, exitCode: 1 })).toBe('failed');
});

test.each(['test', 'command'] as const)('a %s check that was stopped is never judged by what it printed', (kind) => {
  expect(judge({ kind, end: 'timed-out' })).toBe('timed-out');
  expect(judge({ kind, end: 'stalled' })).toBe('timed-out');
  expect(judge({ kind, end: 'too-large' })).toBe('crashed');
  expect(judge({ kind, end: 'aborted' })).toBe('crashed');
});

test('a check that a signal ended has crashed, with its own code or its shell’s', () => {
  expect(judge({ exitCode: null })).toBe('crashed');
  expect(judge({ exitCode: 137 })).toBe('crashed');
  expect(judge({ kind: 'build', exitCode: 139, output: 'Segmentation fault' })).toBe('crashed');
  expect(judge({ kind: 'build', exitCode: 128 })).toBe('failed');
  expect(judge({ kind: 'build', exitCode: 255 })).toBe('failed');
});

test.each([
  [127, 'sh: 1: vitest: not found'],
  [127, '/bin/sh: vitest: not found'],
  [127, 'bash: line 1: vitest: command not found'],
  [127, 'zsh:1: command not found: vitest'],
  [127, '/usr/bin/env: ‘node’: No such file or directory'],
  [126, 'sh: 1: ./test.sh: Permission denied'],
  [126, 'bash: ./test.sh: cannot execute: required file not found'],
])('exit %i with %j is a command that is not there', (exitCode, message) => {
  expect(judge({ exitCode, output: `> npm test\n\x1b[31m${message}\x1b[0m\n` })).toBe('command-not-found');
});

test('127 without the shell’s word for it is the program’s own failure', () => {
  expect(judge({ kind: 'command', exitCode: 127, output: '127 problems\n' })).toBe('failed');
});

test('the shell’s words under another exit code are an ordinary failure', () => {
  expect(judge({ kind: 'command', exitCode: 1, output: 'sh: 1: vitest: not found\n' })).toBe('failed');
});
