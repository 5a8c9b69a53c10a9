import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignIds } from '../assign-ids.ts';
import { lintSpec } from '../lint-spec.ts';
import { parseSpec } from '../parse-spec.ts';
import { scanLines } from '../scan-lines.ts';
import { writeNewSpecKit } from './spec-kit-new.ts';
import { readSpecKit } from './spec-kit-read.ts';
import { writeSpecKit } from './spec-kit-write.ts';

const file = `# Feature Specification: Photo albums

**Feature Branch**: \`001-photo-albums\`
**Status**: Draft
**Input**: User description: "People sort their photos into albums by date, so that they find them again"

## User Scenarios & Testing *(mandatory)*

### User Story 1 - Make an album (Priority: P1)

A person makes an album and puts photos into it.

**Why this priority**: Without it there is nothing.

**Independent Test**: Make one.

**Acceptance Scenarios**:

1. **Given** ten photos, **When** an album is made of them, **Then** it holds ten photos
2. **Given** no photo, **When** an album is made,
   **Then** the person is told, **And** there is no album

---

### User Story 2 - Order albums (Priority: P2)

1. **Given** two albums, **When** one is dragged, **Then** the order is kept

### Edge Cases

- What happens when an album has 10,000 photos?

## Requirements *(mandatory)*

### Functional Requirements

- **FR-001**: System MUST let people make albums
- **FR-002**: System MUST keep albums for [NEEDS CLARIFICATION: how long?]
- **FR-003**: Albums look nice

### Key Entities *(include if feature involves data)*

- **Album**: Photos with a name

## Success Criteria *(mandatory)*

### Measurable Outcomes

- **SC-001**: 90% of people make an album within a minute

## Assumptions

- Photos have dates
`;

const imported = readSpecKit(file);
const { text } = imported;

describe('a spec of spec-kit', () => {
  it('becomes one of ours: stories, scenarios and functional requirements are criteria', () => {
    const spec = parseSpec('photo-albums', text);
    expect(spec.purpose).toBe('People sort their photos into albums by date, so that they find them again');
    expect(spec.requirements.map(({ name, criteria }) => [name, criteria.length])).toEqual([
      ['User Story 1 - Make an album (Priority: P1)', 2],
      ['User Story 2 - Order albums (Priority: P2)', 1],
      ['Functional Requirements', 2],
    ]);
    expect(spec.requirements[0]?.criteria[1]).toMatchObject({
      name: 'User Story 1, scenario 2',
      steps: [
        { kind: 'given', text: 'no photo' },
        { kind: 'when', text: 'an album is made' },
        { kind: 'then', text: 'the person is told' },
        { kind: 'and', text: 'there is no album' },
      ],
    });
    expect(spec.requirements[2]?.criteria[0]?.sentence).toBe('FR-001: System MUST let people make albums');
  });

  it('sets what follows a scenario apart from it, but not what only divides', () => {
    expect(text).not.toContain('Further text');
    const further = readSpecKit(file.replace('\n---\n', '\nMore words.\n')).text;
    expect(further).toContain('- **AND** there is no album\n\n##### Further text\n\nMore words.\n');
    const [story] = parseSpec('photo-albums', further).requirements;
    expect(story?.criteria[1]?.steps.at(-1)?.text).toBe('there is no album');
  });

  it('keeps everything else as the text it is, and tells which ids no test can decide', () => {
    for (const kept of [
      '**Why this priority**',
      '- What happens when',
      '- **Album**:',
      '- **SC-001**:',
      '- Photos have',
    ])
      expect(text).toContain(kept);
    expect(imported.remarks.map(({ text: said, line }) => `${line} ${said.slice(0, 6)}`)).toEqual([
      '39 FR-003',
      '49 SC-001',
    ]);
  });

  it('is ready but for its open question, once its criteria have ids', () => {
    const { file: fixed } = assignIds('photo-albums', text);
    const errors = lintSpec(parseSpec('photo-albums', fixed), fixed).filter(({ severity }) => severity === 'error');
    expect(errors.map(({ rule }) => rule)).toEqual(['clarification']);
  });
});

describe('the way back', () => {
  const after = (edit: (ours: string) => string) => writeSpecKit(edit(text), file);

  it('is the very bytes, also after criteria got their ids, and with Windows line ends', () => {
    expect(after((ours) => ours).text).toBe(file);
    expect(after((ours) => assignIds('photo-albums', ours).file)).toEqual({ text: file, remarks: [] });
    const windows = file.replaceAll('\n', '\r\n');
    expect(writeSpecKit(readSpecKit(windows).text, windows).text).toBe(windows);
  });

  it('changes only the lines of a scenario that was edited', () => {
    const { text: back, remarks } = after(
      (ours) => assignIds('photo-albums', ours.replace('it holds ten photos', 'it holds all ten')).file,
    );
    expect(back).toBe(file.replace('it holds ten photos', 'it holds all ten'));
    expect(remarks).toEqual([]);
  });

  it('changes only the line of a sentence, a heading or a note that was edited', () => {
    const edit = (ours: string) =>
      ours
        .replace('let people make albums', 'let people make ten albums')
        .replace('Photos have dates', 'All have dates');
    expect(after(edit).text).toBe(edit(file));
    const heading = (ours: string) => ours.replace('Order albums (Priority: P2)', 'Sort albums (Priority: P3)');
    expect(after(heading).text).toBe(heading(file));
    expect(after((ours) => ours.replace('### Requirements *(mandatory)*', '### What it must do')).text).toBe(
      file.replace('## Requirements *(mandatory)*', '## What it must do'),
    );
  });

  it('takes new criteria, and takes away what was removed', () => {
    const scenario = '#### Scenario: A name\n- **WHEN** an album has no name\n- **THEN** it is called "Album"\n\n';
    const { text: back, remarks } = after((ours) =>
      ours
        .replace('### Edge Cases', `${scenario}### Edge Cases`)
        .replace('- **FR-003**: Albums look nice\n', '- **FR-004**: System MUST stop at 100 albums\n'),
    );
    expect(back).toContain('\n2. **When** an album has no name, **Then** it is called "Album"\n\n### Edge Cases');
    expect(back).toContain('FR-004');
    expect(back).not.toContain('FR-003');
    expect(remarks).toMatchObject([{ rule: 'name', text: expect.stringContaining('"A name"') as string }]);
    expect(back.split('\n')).toHaveLength(file.split('\n').length + 2);
  });

  it('says what spec-kit has no place for', () => {
    const { text: back, remarks } = after((ours) => ours.replace('Purpose\n\nPeople', 'Purpose\n\nAll people'));
    expect(back).toBe(file);
    expect(remarks).toMatchObject([{ rule: 'purpose' }]);
  });

  it('is exact for any text', () => {
    const piece = fc.constantFrom(
      '# T\n',
      '## Requirements *(mandatory)*\n',
      '## Purpose\n',
      '## Notes\r\n',
      '### User Story 1 - A (Priority: P1)\n',
      '#### Scenario: X\n',
      '### Requirement: Y\n',
      '1. **Given** a, **When** b, **Then** c\n',
      '   and more\n',
      '- **FR-001**: System MUST x\n',
      '- **SC-001**: words\n',
      '**Input**: "x"\n',
      '```\n',
      '<!-- a/AC-1 -->\n',
      '<!-- next: AC-2 -->\n',
      '---\n',
      '\n',
      'words',
    );
    const any = fc.array(piece, { maxLength: 30 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(any, (foreign) => {
        const { text: ours, segments } = readSpecKit(foreign);
        expect(segments.map((segment) => segment.foreign).join('')).toBe(foreign);
        expect(writeSpecKit(ours, foreign).text).toBe(foreign);
        expect(writeSpecKit(assignIds('a', ours).file, foreign).text).toBe(foreign);
        // An edit far from everything else leaves everything else.
        const edited = `${ours}\n## Last\n`;
        if (scanLines(edited).at(-1)?.literal === true) return;
        expect(writeSpecKit(edited, foreign).text.startsWith(foreign.trimEnd())).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['many scenarios', `## R\n### S\n${'1. **Given** a, **When** b, **Then** c\n'.repeat(5_000)}`],
    ['scenarios and words', `## R\n### S\n${'1. **Given** a, **When** b, **Then** c\nwords\n'.repeat(5_000)}`],
    ['one endless entry', `## R\n### S\n1. **Given** ${'a, **When** '.repeat(200_000)}`],
  ])('comes to an end: %s', (_, foreign) => {
    const { text: ours } = readSpecKit(foreign);
    expect(writeSpecKit(ours.replaceAll('WHEN', 'When').replaceAll('words', 'Words'), foreign).text).toBeDefined();
  });
});

it('a spec of our own is written as a new one, which reads back with the same criteria', () => {
  const own = assignIds(
    'export',
    `# Export\n\n## Purpose\nBookkeepers take invoices with them.\n\n## Requirements\n\n### Requirement: CSV\nThe program SHALL print CSV.\n\n- IF a month is not found, THEN the program SHALL end with code 1.\n\n#### Scenario: May\n- **WHEN** May is asked for\n- **THEN** its lines are printed\n\n## Notes\nMine.\n`,
  ).file;
  const { text: written, remarks } = writeNewSpecKit('export', own);
  expect(written).toBe(`# Feature Specification: Export

**Status**: Draft
**Input**: User description: "Bookkeepers take invoices with them."

## User Scenarios & Testing *(mandatory)*

### User Story 1 - CSV (Priority: P2)
The program SHALL print CSV.

- **FR-001**: IF a month is not found, THEN the program SHALL end with code 1.

1. **When** May is asked for, **Then** its lines are printed

## Notes
Mine.
`);
  expect(remarks.map(({ rule }) => rule)).toEqual(['name', 'priority']);
  const back = parseSpec('export', readSpecKit(written).text);
  expect(back.requirements.flatMap(({ criteria }) => criteria)).toHaveLength(2);
});
