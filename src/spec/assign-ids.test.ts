import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignIds } from './assign-ids.ts';
import { parseSpec } from './parse-spec.ts';

const file = `# Export

## Purpose
To have it.

## Requirements
### Requirement: One
It SHALL do.

- WHEN a, the system SHALL b.

#### Scenario: First
- WHEN a
- THEN b

#### Scenario: Second
- WHEN c
- THEN d
`;

function idsOf(name: string, text: string): readonly (string | null)[] {
  return parseSpec(name, text).requirements.flatMap(({ criteria }) => criteria.map(({ id }) => id));
}

describe('ids', () => {
  it('are given to every criterion, and the next number is remembered', () => {
    const { file: fixed, given } = assignIds('export', file);
    expect(given).toEqual([
      { id: 'export/AC-1', line: 10 },
      { id: 'export/AC-2', line: 12 },
      { id: 'export/AC-3', line: 16 },
    ]);
    expect(idsOf('export', fixed)).toEqual(['export/AC-1', 'export/AC-2', 'export/AC-3']);
    expect(fixed).toContain('# Export\n<!-- next: AC-4 -->\n');
    expect(fixed).toContain('#### Scenario: First\n<!-- export/AC-2 -->\n- WHEN a\n');
    expect(fixed).toContain('- WHEN a, the system SHALL b. <!-- export/AC-1 -->\n');
  });

  it('change nothing else: without the comments the file is what it was', () => {
    const { file: fixed } = assignIds('export', file);
    expect(fixed.replaceAll(/^<!-- .* -->\n/gm, '').replaceAll(/ <!-- .* -->/g, '')).toBe(file);
  });

  it('are given once: a second look changes no byte', () => {
    const { file: fixed } = assignIds('export', file);
    expect(assignIds('export', fixed)).toEqual({ file: fixed, given: [] });
  });

  it('are never used again after their criterion was removed', () => {
    const { file: fixed } = assignIds('export', file);
    const without = fixed.slice(0, fixed.indexOf('#### Scenario: Second'));
    const again = assignIds('export', `${without}#### Scenario: Third\n- WHEN e\n- THEN f\n`);
    expect(again.given.map(({ id }) => id)).toEqual(['export/AC-4']);
    expect(again.file).toContain('<!-- next: AC-5 -->');
  });

  it('that stand twice stay with the first criterion', () => {
    const { file: fixed } = assignIds('export', file);
    const copied = fixed.replace('<!-- export/AC-3 -->', '<!-- export/AC-2 -->');
    const mended = assignIds('export', copied);
    expect(idsOf('export', mended.file)).toEqual(['export/AC-1', 'export/AC-2', 'export/AC-4']);
    expect(mended.file.match(/export\/AC-2/g)).toHaveLength(1);
  });

  it('that stand twice go, and no other comment', () => {
    const two =
      '## Requirements\n### Requirement: R\n- A shall b. <!-- x/AC-1 -->\n- A shall c. <!-- note --> <!-- x/AC-1 -->\n';
    const mended = assignIds('x', two);
    expect(mended.file).toContain('- A shall c. <!-- note --> <!-- x/AC-2 -->\n');
    expect(assignIds('x', mended.file)).toEqual({ file: mended.file, given: [] });
  });

  it('are given to sentences of several lines, and taken from wherever they stand twice', () => {
    const broken = file.replace('- WHEN a, the', '- WHEN a,\n  the');
    const { file: fixed } = assignIds('export', broken);
    expect(idsOf('export', fixed)).toEqual(['export/AC-1', 'export/AC-2', 'export/AC-3']);
    expect(assignIds('export', fixed).file).toBe(fixed);
    const twice = broken
      .replace('SHALL b', 'SHALL b <!-- export/AC-1 -->')
      .replace('- WHEN a,', '- WHEN x, it SHALL y. <!-- export/AC-1 -->\n- WHEN a,');
    expect(assignIds('export', twice).file.match(/export\/AC-1 /g)).toHaveLength(1);
  });

  it('keep Windows line ends, and a last line without one', () => {
    const windows = file.trimEnd().replaceAll('\n', '\r\n');
    const { file: fixed } = assignIds('export', windows);
    expect(fixed.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(fixed.endsWith('- THEN d')).toBe(true);
    expect(idsOf('export', assignIds('export', '## Requirements\n### Requirement: R\n#### Scenario: S').file)).toEqual([
      'export/AC-1',
    ]);
  });

  it('are complete and stable for any arrangement of criteria', () => {
    const piece = fc.constantFrom(
      '### Requirement: R\n',
      'It SHALL.\n',
      '- WHEN a, it SHALL b.\n',
      '#### Scenario: S\n',
      '- THEN c\n',
      '```\n',
      '<!-- export/AC-2 -->\n',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (parts) => {
        const text = `# T\n## Requirements\n${parts.join('')}`;
        const { file: fixed } = assignIds('export', text);
        const ids = idsOf('export', fixed);
        expect(ids).not.toContain(null);
        expect(new Set(ids).size).toBe(ids.length);
        expect(assignIds('export', fixed).file).toBe(fixed);
      }),
    );
  });
});
