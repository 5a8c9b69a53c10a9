/** Test runners that are not ours to have, reporting to us as they do in users' projects. */
import { describe, expect, it, vi } from 'vitest';
import { runReported } from '../support/reported-run.ts';
import { binFolder, whyNotInstalled } from './installed.ts';

const missing = whyNotInstalled('runners');
vi.setConfig({ testTimeout: 120_000 });

const tests = (skip: string) => `
describe('a group', () => {
  it('holds', () => {});
  it('fails', () => { if (1 !== 2) throw new Error('one is not two'); });
  ${skip}('is left out', () => {});
});
it('prints', () => { console.log('  ✓ shop/AC-1 is fine\\n  9 passing'); });
`;
const told = ['failed a group > fails', 'passed a group > holds', 'passed prints', 'skipped a group > is left out'];

describe.skipIf(missing !== null)('test runners of other people', () => {
  const path = [binFolder('runners')];

  it('jest reports each test, and the whole', async () => {
    const files = { 'package.json': '{}', 'a.test.js': tests('it.skip') };
    const run = await runReported(files, 'jest --rootDir .', path);
    expect(run.told, run.output).toEqual(told);
    expect(run).toMatchObject({ code: 1, report: { isWhole: true } });
    expect(run.output).toContain('one is not two');
  });

  it('jest reports a file that it cannot run', async () => {
    const files = { 'package.json': '{}', 'a.test.js': 'it("a", () => {});', 'b.test.js': 'it("b", () => {' };
    const run = await runReported(files, 'jest --rootDir .', path);
    expect(run.told, run.output).toEqual(['failed b.test.js', 'passed a']);
  });

  it('mocha reports each test, and the whole', async () => {
    const run = await runReported({ 'test/a.js': tests('it.skip') }, 'mocha', path);
    expect(run.told, run.output).toEqual(told);
    expect(run).toMatchObject({ code: 1, report: { isWhole: true } });
    expect(run.output).toContain('1 failing');
  });

  it('mocha’s report is not whole when a test ends the process', async () => {
    const files = { 'test/a.js': "it('one', () => {}); it('two', () => process.exit(0)); it('three', () => {});" };
    const run = await runReported(files, 'mocha', path);
    expect(run).toMatchObject({ code: 0, report: { isWhole: false } });
  });

  it('a reporter of the project’s own is left alone', async () => {
    const run = await runReported({ 'test/a.js': "it('one', () => {});" }, 'mocha --reporter tap', path);
    expect(run).toMatchObject({ code: 0, report: null });
    expect(run.output).toContain('ok 1 one');
  });
});
