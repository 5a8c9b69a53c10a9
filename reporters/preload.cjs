// Loaded into every Node process of a check. Where the process is a test runner, it is told to report to Millwright too.
// Plain JavaScript for any Node: this runs under the project's own, not under Millwright's.
const { realpathSync } = require('node:fs');
const { join } = require('node:path');

const marker = 'MILLWRIGHT_REPORTING';

// A runner that is started by a test is part of that test.
if (process.env[marker] === undefined) {
  const given = process.argv.slice(2);
  const hasOwn = given.some((word) => /^(?:--reporters?(?:=|$)|-R)/.test(word));
  const added = {
    vitest: [...(hasOwn ? [] : ['--reporter=default']), `--reporter=${join(__dirname, 'vitest.mjs')}`],
    jest: [...(hasOwn ? [] : ['--reporters=default']), `--reporters=${join(__dirname, 'jest.cjs')}`],
    mocha: hasOwn ? undefined : ['--reporter', join(__dirname, 'mocha.cjs')],
  }[programOf(process.argv[1])];
  if (added !== undefined) {
    process.env[marker] = String(process.pid);
    process.argv.push(...added);
  }
}

function programOf(script) {
  const path = script === undefined ? '' : resolveLinks(script);
  if (/[\\/]vitest[\\/]vitest\.mjs$/.test(path)) return 'vitest';
  if (/[\\/]jest(?:-cli)?[\\/]bin[\\/]jest\.js$/.test(path)) return 'jest';
  if (/[\\/]mocha[\\/]bin[\\/]_?mocha(?:\.js)?$/.test(path)) return 'mocha';
  return '';
}

function resolveLinks(path) {
  try {
    return realpathSync(path);
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}
