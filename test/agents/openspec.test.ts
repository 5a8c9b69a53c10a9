/** What we write for OpenSpec is held against OpenSpec itself: its validator, and its own way to apply a change. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyDelta } from '../../src/spec/interchange/openspec-apply.ts';
import { cutSpec } from '../../src/spec/interchange/openspec-pieces.ts';
import { openDesk, write, type Desk } from '../support/cli-desk.ts';
import { binFolder, whyNotInstalled } from './installed.ts';

const missing = whyNotInstalled('openspec');
const spec = `# Accounts

## Purpose
Customers get in with their password, and nobody else does, however often they try.

## Requirements

### Requirement: Login
The system SHALL let customers in.

- IF the password is wrong, THEN the system SHALL say so.

#### Scenario: Right password
- **WHEN** the right password is given
- **THEN** a session is open

### Requirement: Logout
The system SHALL end a session.

#### Scenario: Logout
- **WHEN** logout is asked for
- **THEN** the session has ended
`;
const block = (name: string, scenario: string, text: string) =>
  `### Requirement: ${name}\nThe system SHALL ${text}.\n\n#### Scenario: ${scenario}\n- **WHEN** a\n- **THEN** b\n`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mw-openspec-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function openspec(...args: string[]): Promise<{ readonly code: number; readonly said: string }> {
  const path = [dirname(process.execPath), binFolder('openspec'), '/usr/bin', '/bin'].join(delimiter);
  const env = { PATH: path, HOME: folder, OPENSPEC_TELEMETRY: '0', DO_NOT_TRACK: '1', CI: 'true', NO_COLOR: '1' };
  return new Promise((resolve) => {
    execFile(join(binFolder('openspec'), 'openspec'), args, { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : 1, said: `${stdout}${stderr}` }),
    );
  });
}

describe.skipIf(missing !== null)(`the real OpenSpec (${missing ?? 'installed'})`, () => {
  let desk: Desk | null = null;
  afterEach(async () => {
    await desk?.close();
    desk = null;
  });

  test('its strict validator accepts a spec with ids that we exported', async () => {
    desk = openDesk({ 'specs/accounts/spec.md': spec });
    expect((await desk.mw(['spec', 'lint', '--fix'])).code).toBe(0);
    expect((await desk.mw(['export', 'openspec', join(folder, 'openspec')])).code).toBe(0);
    const exported = readFileSync(join(folder, 'openspec/specs/accounts/spec.md'), 'utf8');
    expect(exported).toContain('<!-- accounts/AC-3 -->');
    write(folder, { 'openspec/changes/.keep': '' });
    const { code, said } = await openspec('validate', '--specs', '--strict', '--no-interactive');
    expect(said).toContain('accounts');
    expect(code, said).toBe(0);

    // Red control: it does refuse what does not fit.
    write(folder, { 'openspec/specs/accounts/spec.md': exported.replaceAll('SHALL', 'may') });
    expect((await openspec('validate', '--specs', '--strict', '--no-interactive')).code).toBe(1);
  });

  test.each([
    [
      'all four sections',
      `## RENAMED Requirements\n- FROM: \`### Requirement: Login\`\n- TO: \`### Requirement: Sign in\`\n\n## MODIFIED Requirements\n${block('Sign in', 'Right password', 'let them in for an hour')}\n## REMOVED Requirements\n### Requirement: Logout\n**Reason**: x\n**Migration**: y\n\n## ADDED Requirements\n${block('Lockout', 'Three', 'lock out')}`,
    ],
    [
      'a name in two sections',
      `## REMOVED Requirements\n- \`### Requirement: Nothing\`\n\n## ADDED Requirements\n${block('Nothing', 'One', 'do nothing')}`,
    ],
    ['a dropped scenario', `## MODIFIED Requirements\n${block('Login', 'Other', 'let in')}`],
    ['what exists', `## ADDED Requirements\n${block('Login', 'One', 'let in')}`],
    ['a misspelt removal', '## REMOVED Requirements\n### Requirement: LOGIN\n'],
    [
      'a removal of what is gone',
      `## REMOVED Requirements\n### Requirement: Gone\n\n## ADDED Requirements\n${block('New', 'One', 'be new')}`,
    ],
  ])('it comes to the same requirements as we do, or refuses too: %s', async (_, delta) => {
    write(folder, {
      'openspec/specs/accounts/spec.md': spec,
      'openspec/changes/one/proposal.md': `## Why\n${'Because it is wanted. '.repeat(5)}\n\n## What Changes\n- accounts\n`,
      'openspec/changes/one/tasks.md': '- [x] 1.1 All\n',
      'openspec/changes/one/specs/accounts/spec.md': delta,
    });
    const ours = applyDelta('accounts', spec, delta);
    const { said } = await openspec('archive', 'one', '--yes');
    const theirs = readFileSync(join(folder, 'openspec/specs/accounts/spec.md'), 'utf8');
    const requirements = (text: string) =>
      cutSpec(text).pieces.flatMap(({ name, text: piece }) => (name === null ? [] : [piece.replaceAll(/\n+/g, '\n')]));
    expect(requirements(theirs), said).toEqual(requirements(ours.type === 'applied' ? ours.text : spec));
  });
});
