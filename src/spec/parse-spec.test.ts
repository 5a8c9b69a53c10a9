import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignIds } from './assign-ids.ts';
import { parseSpec } from './parse-spec.ts';
import { plainText } from './plain-text.ts';
import { scanLines } from './scan-lines.ts';

const file = `# Invoice download

## Purpose

Customers fetch last month's invoices as **one** ZIP,
so that their bookkeeper gets everything at once.

## Requirements

### Requirement: Monthly archive

The system SHALL offer one ZIP a month.

- WHEN a customer asks for a month, the system SHALL send every invoice of it. <!-- invoice-download/AC-1 -->
- IF there are none, THEN the system SHALL say so.
- not a sentence of that form

#### Scenario: A month with invoices
<!-- invoice-download/AC-3 -->
- **GIVEN** two invoices in May
- **WHEN** May is asked for
- **THEN** the ZIP holds
  both of them
- **AND** nothing else

\`\`\`markdown
### Requirement: Only an example
#### Scenario: Not one either
<!-- invoice-download/AC-9 -->
\`\`\`

## Notes
### Requirement: Not below Requirements
`;

const scenario = '## Requirements\n### Requirement: a\n#### Scenario: s\n- WHEN a\n';

describe('a spec', () => {
  const spec = parseSpec('invoice-download', file);
  const [requirement] = spec.requirements;

  it('has a title, a purpose, and requirements with their lines', () => {
    expect(spec).toMatchObject({
      title: 'Invoice download',
      purpose: "Customers fetch last month's invoices as one ZIP, so that their bookkeeper gets everything at once.",
      purposeLine: 3,
    });
    expect(spec.requirements).toHaveLength(1);
    expect(requirement).toMatchObject({
      name: 'Monthly archive',
      statement: 'The system SHALL offer one ZIP a month.',
      line: 10,
    });
  });

  it('has criteria: sentences in EARS form that stand in a list, and scenarios', () => {
    expect(requirement?.criteria.map(({ id, kind, line, name }) => ({ id, kind, line, name }))).toEqual([
      { id: 'invoice-download/AC-1', kind: 'sentence', line: 14, name: '' },
      { id: null, kind: 'sentence', line: 15, name: '' },
      { id: 'invoice-download/AC-3', kind: 'scenario', line: 18, name: 'A month with invoices' },
    ]);
  });

  it('has steps, each with all of its lines', () => {
    expect(requirement?.criteria[2]?.steps).toEqual([
      { kind: 'given', text: 'two invoices in May', line: 20 },
      { kind: 'when', text: 'May is asked for', line: 21 },
      { kind: 'then', text: 'the ZIP holds both of them', line: 22 },
      { kind: 'and', text: 'nothing else', line: 24 },
    ]);
  });

  it('takes no line that only divides for a part of a step', () => {
    const divided = file.replace('- **AND** nothing else\n', '- **AND** nothing else\n\n---\n* * *\n');
    expect(parseSpec('invoice-download', divided).requirements).toEqual(spec.requirements);
  });

  it('sees nothing in a fenced block or in a comment', () => {
    expect(spec.layout.ids.map(({ id }) => id)).toEqual(['invoice-download/AC-1', 'invoice-download/AC-3']);
    const hidden = file.replace('### Requirement', '<!--\n### Requirement').replace('## Notes', '-->\n## Notes');
    expect(parseSpec('x', hidden).requirements).toEqual([]);
  });

  it('goes on with the number after the highest, or the one that it remembers', () => {
    expect(spec.nextNumber).toBe(4);
    expect(parseSpec('invoice-download', `${file}\n<!-- next: AC-12 -->\n`).nextNumber).toBe(12);
    expect(parseSpec('invoice-download', `${file}\n<!-- next: AC-2 -->\n`).nextNumber, 'older than what stands').toBe(
      4,
    );
  });

  it('means the same with Windows line ends, other white space, other names and other emphasis', () => {
    const meanings = (text: string) =>
      parseSpec('invoice-download', text).requirements.flatMap(({ criteria }) =>
        criteria.map(({ meaning }) => meaning),
      );
    const before = meanings(file);
    expect(meanings(file.replaceAll('\n', '\r\n'))).toEqual(before);
    expect(meanings(file.replaceAll('**', '').replaceAll('May is', 'May  is '))).toEqual(before);
    expect(meanings(file.replace('A month with invoices', 'Another name'))).toEqual(before);
    expect(meanings(file.replace('both of them', 'one of them'))).not.toEqual(before);
    expect(meanings(file.replace('SHALL offer one', 'SHALL offer a'))).not.toEqual(before);
  });
});

describe('reading', () => {
  it('keeps every byte: the lines of a file joined are the file', () => {
    const pieces = fc.constantFrom(
      '# A',
      '```',
      '~~~',
      '<!--',
      '-->',
      '\n',
      '\r\n',
      '\r',
      ' ',
      '- WHEN x, y SHALL z',
      '日本',
      '### Requirement: R',
    );
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join('')),
        (text) => {
          const lines = scanLines(text);
          expect(lines.map((line) => line.text + line.end).join('')).toBe(text);
          expect(lines.map(({ number }) => number)).toEqual(lines.map((_, index) => index + 1));
        },
      ),
    );
  });

  it('never throws, whatever the text is', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => void parseSpec('x', text)));
  });

  // A rule that takes time by the square of the length would not be done before the test's own limit.
  it.each([
    ['comments that never end', '<!--'.repeat(500_000)],
    ['many lines with comments that never end', `${'<!--'.repeat(2_000)}\n`.repeat(200)],
    ['emphasis that never ends', `## Purpose\n${`${'**a '.repeat(2_000)}\n`.repeat(200)}`],
    ['very many headings', `## Requirements\n${'### Requirement: a\n'.repeat(20_000)}`],
    ['one step of very many lines', `${scenario}${'b\n'.repeat(500_000)}`],
    [
      'a long statement that very many criteria repeat',
      `## Requirements\n### Requirement: a\n${`${'w'.repeat(9_000)}\n`.repeat(58)}\n${'- A shall b\n'.repeat(40_000)}`,
    ],
    ['one endless sentence', `## Requirements\n### Requirement: a\n- WHEN ${'a, '.repeat(500_000)}the x SHALL y`],
  ])('comes to an end: %s', (_, text) => {
    expect(parseSpec('x', text).name).toBe('x');
  });
});

it('takes a sentence below a scenario for a criterion of its own, and no part of the last step', () => {
  const { requirements } = parseSpec(
    'export',
    `## Requirements
### Requirement: CSV
The program SHALL print CSV.

#### Scenario: May
- WHEN May is asked for
- THEN two lines are printed
  with a heading

- IF the month is not found, THEN the program SHALL end with code 1.
`,
  );
  expect(requirements[0]?.criteria).toMatchObject([
    { kind: 'scenario', steps: [{ kind: 'when' }, { kind: 'then', text: 'two lines are printed with a heading' }] },
    { kind: 'sentence', sentence: 'IF the month is not found, THEN the program SHALL end with code 1.' },
  ]);
});

it('reads a sentence that goes on in the next lines, and keeps it out of the statement', () => {
  const text = `## Requirements
### Requirement: CSV
The program SHALL print CSV.

- IF the month is not found, THEN the program
  SHALL end with code 1.
- a note
`;
  const { requirements } = parseSpec('export', text);
  expect(requirements[0]).toMatchObject({
    statement: 'The program SHALL print CSV.',
    criteria: [{ sentence: 'IF the month is not found, THEN the program SHALL end with code 1.', line: 5, endLine: 6 }],
  });
  const { file } = assignIds('export', text);
  expect(file).toContain('  SHALL end with code 1. <!-- export/AC-1 -->\n');
  expect(assignIds('export', file).file).toBe(file);
});

it('reads a sentence that was broken into several lines as one, and goes on with the statement after a blank line', () => {
  const { requirements } = parseSpec(
    'export',
    `## Requirements
### Requirement: CSV
The program SHALL print CSV.
- IF the month is not found,
  THEN the program SHALL
  end with code 1. <!-- export/AC-1 -->

  It SHALL be quick.
`,
  );
  expect(requirements[0]).toMatchObject({
    statement: 'The program SHALL print CSV. It SHALL be quick.',
    criteria: [{ id: 'export/AC-1', sentence: 'IF the month is not found, THEN the program SHALL end with code 1.' }],
  });
});

it.each([
  ['**bold**, *slanted*, ***both***', 'bold, slanted, both'],
  ['__bold__, _slanted_ and **_nested_ signs**', 'bold, slanted and nested signs'],
  ['**snake_case_name** and _two words_.', 'snake_case_name and two words.'],
  ['2 * 3 * 4, snake_case_name, a*b*c', '2 * 3 * 4, snake_case_name, a*b*c'],
  ['files *.ts and *.js', 'files *.ts and *.js'],
  ['`**code**` stays', '`**code**` stays'],
  ['an **open end', 'an **open end'],
])('emphasis is no word: %s', (text, plain) => {
  expect(plainText(text)).toBe(plain);
});

it('takes no sentence and no prose after a scenario for a part of its steps', () => {
  const { requirements } = parseSpec(
    'export',
    `## Requirements
### Requirement: CSV
The program SHALL print CSV.

#### Scenario: May
- WHEN May is asked for
- THEN two lines are printed

The following also holds:

- WHEN the disk is full, the program SHALL end with code 3.
`,
  );
  expect(requirements[0]?.criteria).toMatchObject([
    { kind: 'scenario', steps: [{ kind: 'when' }, { kind: 'then', text: 'two lines are printed' }] },
    { kind: 'sentence', sentence: 'WHEN the disk is full, the program SHALL end with code 3.' },
  ]);
});
