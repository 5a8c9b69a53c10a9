import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyDelta, type Applied } from './openspec-apply.ts';
import { cutSpec, joinPieces } from './openspec-pieces.ts';

const spec = `# Accounts
<!-- next: AC-5 -->

Anybody's own words.

## Purpose
Customers get in, and nobody else does, however often they try.

## Requirements

### Requirement: Login
The system SHALL let customers in.

- WHEN the password is right, the system SHALL open a session. <!-- accounts/AC-1 -->
- IF it is wrong, THEN the system SHALL say so. <!-- accounts/AC-2 -->

#### Scenario: Right password
<!-- accounts/AC-3 -->
- **WHEN** the right password is given
- **THEN** a session is open

### A note in between
Kept as it is.

### Requirement: Logout
The system SHALL end a session.

#### Scenario: Logout
<!-- accounts/AC-4 -->
- **WHEN** logout is asked for
- **THEN** the session has ended

## Notes
#### Scenario: not one
`;

const block = (name: string, text = 'It SHALL work.', scenario = 'One') =>
  `### Requirement: ${name}\n${text}\n\n#### Scenario: ${scenario}\n- **WHEN** a\n- **THEN** b\n`;
const delta = (sections: Readonly<Record<string, string>>) =>
  Object.entries(sections)
    .map(([name, text]) => `## ${name} Requirements\n\n${text}\n`)
    .join('');
const renaming = (from: string, to: string) =>
  `- FROM: \`### Requirement: ${from}\`\n- TO: \`### Requirement: ${to}\`\n`;

function textOf(applied: Applied): string {
  expect(applied).toMatchObject({ type: 'applied' });
  return applied.type === 'applied' ? applied.text : '';
}

const rulesOf = ({ remarks }: Applied) => remarks.map(({ rule, line }) => `${rule}:${line}`);

describe('a change applied to a spec', () => {
  it('appends what is ADDED behind the last requirement, and leaves every other byte', () => {
    const added = textOf(applyDelta('accounts', spec, delta({ ADDED: block('Lockout') })));
    expect(added).toBe(spec.replace('\n## Notes', `\n${block('Lockout')}\n## Notes`));
  });

  it('takes away what is REMOVED, with its blank lines, and nothing else', () => {
    const changed = delta({ REMOVED: '### Requirement: Logout\n**Reason**: none\n**Migration**: none' });
    const removed = textOf(applyDelta('accounts', spec, changed));
    expect(removed).toBe(spec.slice(0, spec.indexOf('### Requirement: Logout')) + spec.slice(spec.indexOf('## Notes')));
  });

  it('changes nothing but the name of what is RENAMED', () => {
    const renamed = textOf(applyDelta('accounts', spec, delta({ RENAMED: renaming('Login', 'Sign in') })));
    expect(renamed).toBe(spec.replace('Requirement: Login', 'Requirement: Sign in'));
  });

  it('keeps the ids of a MODIFIED requirement that does not mention them, also after its RENAMED', () => {
    const modified = `### Requirement: Sign in
The system SHALL let customers in quickly.

- WHEN the password is right, the system SHALL open a session.
- IF it is wrong, THEN the system SHALL say so after a second.

#### Scenario: Right password
- **WHEN** the right password is given
- **THEN** a session is open for an hour

#### Scenario: New
- **WHEN** x
- **THEN** y
`;
    const text = textOf(
      applyDelta('accounts', spec, delta({ MODIFIED: modified, RENAMED: renaming('Login', 'Sign in') })),
    );
    expect(text).toContain('open a session. <!-- accounts/AC-1 -->\n');
    expect(text).toContain('after a second. <!-- accounts/AC-2 -->\n');
    expect(text).toContain('#### Scenario: Right password\n<!-- accounts/AC-3 -->\n- **WHEN**');
    expect(text).toContain('#### Scenario: New\n- **WHEN** x');
    expect(text).toContain('<!-- next: AC-5 -->');
    expect(text.slice(text.indexOf('### A note'))).toBe(spec.slice(spec.indexOf('### A note')));
  });

  it('tells which id has no successor', () => {
    const text = block('Login', 'The system SHALL let in.', 'Right password');
    const applied = applyDelta('accounts', spec, delta({ MODIFIED: text }));
    expect(rulesOf(applied)).toEqual(['id-lost:3', 'id-lost:3']);
  });

  it('goes RENAMED, REMOVED, MODIFIED, ADDED: a name that was freed may be used again', () => {
    const both = delta({ RENAMED: renaming('Login', 'Sign in'), REMOVED: '- `### Requirement: Logout`' });
    const text = textOf(
      applyDelta('accounts', spec, `${both}${delta({ ADDED: `${block('Login')}\n${block('Stay')}` })}`),
    );
    expect(text.match(/Requirement: .*/g)).toEqual(['Requirement: Sign in', 'Requirement: Login', 'Requirement: Stay']);
  });

  it('keeps Windows line ends and a last line without one', () => {
    const windows = spec.slice(0, spec.indexOf('\n## Notes')).trimEnd().replaceAll('\n', '\r\n');
    const text = textOf(applyDelta('accounts', windows, delta({ ADDED: block('Lockout') })));
    expect(text.startsWith(windows)).toBe(true);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    const modified = textOf(
      applyDelta('accounts', windows, delta({ MODIFIED: block('Logout', 'It SHALL.', 'Logout') })),
    );
    expect(modified.endsWith('- **THEN** b')).toBe(true);
  });

  it('is noticed when it has been applied before, and changes no byte', () => {
    const change = delta({
      RENAMED: renaming('Login', 'Sign in'),
      REMOVED: '### Requirement: Logout',
      ADDED: block('Lockout'),
    });
    const once = textOf(applyDelta('accounts', spec, change));
    const twice = applyDelta('accounts', once, change);
    expect(twice).toMatchObject({ text: once, counts: { renamed: 0, removed: 0, modified: 0, added: 0 } });
    expect(rulesOf(twice)).toEqual(['no-reason:8', 'already:3', 'already:8', 'already:11']);
  });

  it('begins a new spec, with the purpose that it gives or an open question', () => {
    const purpose = '## Purpose\nTo know who did what, for a year.\n\n';
    const text = textOf(applyDelta('audit-log', null, `${purpose}${delta({ ADDED: block('Log') })}`));
    expect(text).toBe(
      `# Audit log\n\n## Purpose\n\nTo know who did what, for a year.\n\n## Requirements\n\n${block('Log')}`,
    );
    expect(textOf(applyDelta('audit-log', null, delta({ ADDED: block('Log') })))).toContain('[NEEDS CLARIFICATION');
  });

  it('never lets a number be given twice', () => {
    const bare = spec.replace('<!-- next: AC-5 -->\n', '');
    const text = textOf(applyDelta('accounts', bare, delta({ REMOVED: '### Requirement: Logout' })));
    expect(text).toContain('# Accounts\n<!-- next: AC-5 -->\n');
  });
});

describe('a change is refused', () => {
  it.each([
    ['nothing in it', '# Words\n', 'empty-delta:1'],
    ['a name twice in a section', delta({ ADDED: block('A') + block('A') }), 'twice:9'],
    [
      'a name in two sections',
      delta({ REMOVED: '### Requirement: Login', MODIFIED: block('Login') }),
      'two-sections:6',
    ],
    ['ADDED and MODIFIED', delta({ ADDED: block('Login'), MODIFIED: block('Login') }), 'two-sections:12'],
    ['ADDED and REMOVED', delta({ ADDED: block('Login'), REMOVED: '### Requirement: Login' }), 'two-sections:3'],
    [
      'RENAMED and REMOVED',
      delta({ RENAMED: renaming('Login', 'B'), REMOVED: '### Requirement: login' }),
      'two-sections:3',
    ],
    ['the old name after a rename', delta({ RENAMED: renaming('Login', 'B'), MODIFIED: block('Login') }), 'old-name:3'],
    ['a rename onto what is added', delta({ RENAMED: renaming('Login', 'B'), ADDED: block('B') }), 'rename-onto:3'],
    ['half a rename', delta({ RENAMED: '- FROM: `### Requirement: Login`\n' }), 'half-rename:3'],
    [
      'two FROM before two TO',
      delta({
        RENAMED:
          'FROM: ### Requirement: a\nFROM: ### Requirement: Login\nTO: ### Requirement: x\nTO: ### Requirement: y\n',
      }),
      'half-rename:3',
    ],
    ['two renames to one name', delta({ RENAMED: renaming('Login', 'B') + renaming('Logout', 'B') }), 'twice:5'],
    ['no scenario', delta({ ADDED: '### Requirement: A\nIt SHALL.\n' }), 'no-scenario:3'],
    ['an empty scenario', delta({ ADDED: '### Requirement: A\nIt SHALL.\n#### Scenario: S\n' }), 'no-scenario:3'],
    ['no text', delta({ ADDED: '### Requirement: A\n```\n#### Scenario: S\n```\n' }), 'no-text:3'],
    ['ADDED that exists', delta({ ADDED: block('Login') }), 'exists:3'],
    ['ADDED that exists with other capitals', delta({ ADDED: block('login') }), 'misspelt:3'],
    ['MODIFIED that is not there', delta({ MODIFIED: block('Gone') }), 'not-there:3'],
    ['MODIFIED that drops a scenario', delta({ MODIFIED: block('Login') }), 'scenario-lost:3'],
    ['REMOVED that is misspelt', delta({ REMOVED: '### Requirement: LOGIN' }), 'misspelt:3'],
    ['RENAMED that is not there', delta({ RENAMED: renaming('Gone', 'B') }), 'not-there:3'],
    ['RENAMED onto what exists', delta({ RENAMED: renaming('Login', 'Logout') }), 'exists:3'],
  ])('for %s', (_, change, rule) => {
    const applied = applyDelta('accounts', spec, change);
    expect(applied.type).toBe('refused');
    expect(rulesOf(applied)).toContain(rule);
  });

  it('for anything but ADDED where there is no spec, and for a spec with one name twice', () => {
    expect(rulesOf(applyDelta('new', null, delta({ MODIFIED: block('A') })))).toContain('no-spec:3');
    expect(rulesOf(applyDelta('new', null, delta({ RENAMED: renaming('A', 'B') })))).toContain('no-spec:3');
    const twice = `${spec.slice(0, spec.indexOf('## Notes'))}${block('Login')}`;
    expect(rulesOf(applyDelta('accounts', twice, delta({ ADDED: block('A') })))).toContain('spec-twice:null');
  });

  it('but what nobody reads in it is only told', () => {
    const odd = `### Requirement: Above\n${delta({ ADDED: `${block('A')}### Documents\nunread\n` })}## Notes\n${block('Below')}`;
    const applied = applyDelta('accounts', spec, odd);
    expect(rulesOf(applied)).toEqual(['stray-requirement:1', 'not-a-requirement:10', 'stray-requirement:14']);
    expect(textOf(applied)).not.toContain('unread');
  });
});

describe('any text', () => {
  const piece = fc.constantFrom(
    '# T\n',
    '## Requirements\n',
    '## ADDED Requirements\n',
    '## MODIFIED Requirements\n',
    '## REMOVED Requirements\n',
    '## RENAMED Requirements\n',
    '### Requirement: A\n',
    '### Requirement: B\r\n',
    '### Other\n',
    '#### Scenario: S\n',
    '<!-- x/AC-1 -->\n',
    '- WHEN a, it SHALL b.\n',
    'FROM: ### Requirement: A\n',
    'TO: ### Requirement: C\n',
    '```\n',
    '\n',
    '\t',
  );
  const text = fc.array(piece, { maxLength: 25 }).map((parts) => parts.join(''));

  it('is its pieces joined', () => {
    fc.assert(fc.property(text, (file) => joinPieces(cutSpec(file).pieces) === file));
  });

  it('is applied or refused, and a second time it changes nothing', () => {
    fc.assert(
      fc.property(fc.option(text), text, (file, change) => {
        const applied = applyDelta('x', file, change);
        if (applied.type === 'refused') return applied.remarks.some(({ severity }) => severity === 'error');
        const again = applyDelta('x', applied.text, change);
        return again.type === 'refused' || again.text === applied.text;
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    [
      'many requirements',
      `## Requirements\n${Array.from({ length: 20_000 }, (_, index) => block(`R${index}`)).join('')}`,
    ],
    ['one name many times', `## Requirements\n${block('R').repeat(20_000)}`],
    ['one endless heading', `### Requirement: ${'# '.repeat(500_000)}`],
  ])('comes to an end: %s', (_, file) => {
    const names = Array.from({ length: 5_000 }, (_each, index) => `### Requirement: R${index}`).join('\n');
    expect(applyDelta('x', file, delta({ REMOVED: names, ADDED: block('New').repeat(5) })).type).toBeDefined();
    expect(applyDelta('x', spec, `## ADDED Requirements\n${file}`).type).toBeDefined();
  });
});
