import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyDelta } from './openspec-apply.ts';
import { findConflicts } from './openspec-conflicts.ts';
import { cutSpec } from './openspec-pieces.ts';

const block = (name: string, text: string) =>
  `### Requirement: ${name}\nIt SHALL ${text}.\n\n#### Scenario: One\n- **WHEN** a\n- **THEN** b\n`;
const spec = `# T\n\n## Requirements\n\n${['A', 'B', 'C'].map((name) => block(name, `be old ${name}`)).join('\n')}`;

const added = (name: string, text: string) => `## ADDED Requirements\n${block(name, text)}`;
const modified = (name: string, text: string) => `## MODIFIED Requirements\n${block(name, text)}`;
const removed = (name: string) => `## REMOVED Requirements\n### Requirement: ${name}\n`;
const renamed = (from: string, to: string) =>
  `## RENAMED Requirements\nFROM: ### Requirement: ${from}\nTO: ### Requirement: ${to}\n`;

const conflict = (one: string, other: string) =>
  findConflicts([
    { change: 'one', delta: one },
    { change: 'other', delta: other },
  ]);

describe('two changes conflict when', () => {
  it.each([
    ['both modify one requirement in different ways', modified('A', 'x'), modified('A', 'y')],
    ['one removes what the other modifies', removed('A'), modified('A', 'y')],
    ['both add one name', added('N', 'x'), added('N', 'y')],
    ['both add one name with other capitals', added('N', 'x'), added('n', 'x')],
    ['both rename one requirement', renamed('A', 'X'), renamed('A', 'Y')],
    ['both rename to one name', renamed('A', 'X'), renamed('B', 'X')],
    ['one adds the name that the other renames to', added('X', 'x'), renamed('A', 'X')],
    ['one modifies by the old name what the other renames', renamed('A', 'X'), modified('A', 'y')],
    ['one renames what the other removes', renamed('A', 'X'), removed('A')],
    ['one gives away the name that both rename', renamed('A', 'X'), renamed('A', 'X') + added('A', 'x')],
    ['one builds on a name that the other only makes', renamed('A', 'X'), modified('X', 'y')],
  ])('%s', (_, one, other) => {
    expect(conflict(one, other)).toHaveLength(1);
    expect(conflict(other, one)).toHaveLength(1);
  });

  it('and both places are named', () => {
    expect(conflict(modified('A', 'x'), removed('A'))).toEqual([
      {
        requirement: 'A',
        one: { change: 'one', line: 2, does: 'MODIFIED "A"' },
        other: { change: 'other', line: 2, does: 'REMOVED "A"' },
      },
    ]);
  });
});

describe('two changes fit together when', () => {
  it.each([
    ['they touch different requirements', modified('A', 'x'), modified('B', 'y')],
    ['both remove one', removed('A'), removed('A')],
    ['both do the very same', modified('A', 'x') + renamed('B', 'X'), modified('A', 'x') + renamed('B', 'X')],
    ['both rename, and one of them modifies too', renamed('A', 'X') + modified('X', 'x'), renamed('A', 'X')],
  ])('%s', (_, one, other) => expect(conflict(one, other)).toEqual([]));
});

it('changes that fit together come to the same spec in either order', () => {
  const name = fc.constantFrom('A', 'B', 'C');
  const fresh = fc.constantFrom('C', 'D', 'E');
  const words = fc.constantFrom('be x', 'be y');
  const change = fc
    .array(
      fc.oneof(
        fc.tuple(fresh, words).map(([a, text]) => added(a, text)),
        fc.tuple(fc.oneof(name, fresh), words).map(([a, text]) => modified(a, text)),
        name.map(removed),
        fc.tuple(name, fresh).map(([a, b]) => renamed(a, b)),
      ),
      { minLength: 1, maxLength: 3 },
    )
    .map((parts) => parts.join(''));
  const apply = (text: string, delta: string) => {
    const applied = applyDelta('x', text, delta);
    return applied.type === 'applied' ? applied : null;
  };
  const requirements = (text: string | null) =>
    text === null
      ? null
      : cutSpec(text)
          .pieces.map((piece) => piece.text)
          .sort();
  let compared = 0;
  fc.assert(
    fc.property(change, change, (one, other) => {
      if (conflict(one, other).length > 0) return;
      const first = apply(spec, one);
      const second = apply(spec, other);
      // What a spec has already is done by nobody; a delta alone cannot know that.
      if (first === null || second === null) return;
      if ([...first.remarks, ...second.remarks].some(({ rule }) => rule === 'already')) return;
      compared += 1;
      const a = requirements(apply(first.text, other)?.text ?? null);
      const b = requirements(apply(second.text, one)?.text ?? null);
      expect(a).not.toBeNull();
      expect(a).toEqual(b);
    }),
    { numRuns: 2_000 },
  );
  expect(compared).toBeGreaterThan(100);
});
