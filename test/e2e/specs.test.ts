/** Specs, from the command line: what is wrong with one is said, and ids are given once. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDesk, type Desk } from '../support/cli-desk.ts';

const draft = `# Export

## Purpose
Bookkeepers take every invoice of a month into their spreadsheet as CSV.

## Requirements
### Requirement: CSV of a month
The program SHALL print the invoices of a month as CSV.

#### Scenario: A month with invoices
- **WHEN** May is asked for
- **THEN** one line for each invoice is printed

- IF the month is not found, THEN the program SHALL end with code 1.
`;

let desk: Desk;
const path = (name: string) => join(desk.repository, 'specs', name, 'spec.md');
beforeAll(() => {
  desk = openDesk({ 'specs/export/spec.md': draft, 'specs/bad/spec.md': '# Bad\n', 'specs/notes.txt': 'mine\n' });
});
afterAll(() => desk.close());

test('a spec whose criteria have no ids is not ready; --fix gives them, and a second one changes no byte', async () => {
  const before = await desk.mw(['spec', 'lint', 'export']);
  expect(before.code).toBe(3);
  expect(before.stdout).toContain('specs/export/spec.md:10  error: 2 criteria have no id\n    mw spec lint --fix\n');
  expect(readFileSync(path('export'), 'utf8')).toBe(draft);

  const fixed = await desk.mw(['spec', 'lint', 'export', '--fix']);
  expect(fixed).toMatchObject({ code: 0, stdout: expect.stringContaining('export/AC-1 is new') as string });
  expect(fixed.stdout).toContain('✓ specs/export/spec.md  ready: 2 criteria');
  const text = readFileSync(path('export'), 'utf8');
  expect(text).toContain('#### Scenario: A month with invoices\n<!-- export/AC-1 -->\n');
  expect((await desk.mw(['spec', 'lint', 'export', '--fix'])).code).toBe(0);
  expect(readFileSync(path('export'), 'utf8')).toBe(text);
});

test('all specs are judged together, for people and for programs', async () => {
  const { code, stdout } = await desk.mw(['spec', 'lint', '--json']);
  expect(code).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({
    schemaVersion: 1,
    specs: [
      {
        name: 'bad',
        ready: false,
        findings: [{ rule: 'purpose', severity: 'error', line: 1 }, { rule: 'no-requirements' }],
      },
      { name: 'export', ready: true },
    ],
  });
  const list = await desk.mw(['spec', 'list']);
  expect(list.stdout).toMatch(/bad +0 criteria +not ready +Bad\n/);
  expect(list.stdout).toMatch(/export +2 criteria +ready +Export\n/);
});

test('a spec is shown with the ids of its criteria', async () => {
  const { code, stdout } = await desk.mw(['spec', 'show', 'export']);
  expect(code).toBe(0);
  expect(stdout).toContain('  export/AC-1  A month with invoices\n      WHEN May is asked for\n');
});

test('an unknown name, a spec that is too large, and one that is not text are said, each with what to do', async () => {
  expect((await desk.mw(['spec', 'show', 'exprot'])).stderr).toContain(
    'there is no spec "exprot": did you mean "export"?',
  );
  writeFileSync(path('bad'), 'x'.repeat(1_100_000));
  expect((await desk.mw(['spec', 'lint'])).stderr).toMatch(/\[E_SPEC_TOO_LARGE\]/);
  writeFileSync(path('bad'), Buffer.from([0x23, 0x20, 0xff, 0xfe]));
  expect(await desk.mw(['spec', 'lint', '--fix'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('[E_SPEC_NOT_TEXT]') as string,
  });
});
