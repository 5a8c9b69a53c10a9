import { describe, expect, it } from 'vitest';
import { lintSpec } from './lint-spec.ts';
import { isReady, type SpecRule } from './spec-finding.ts';
import { parseSpec } from './parse-spec.ts';

const good = `# Invoice download

## Purpose
Customers fetch the invoices of one month as a single ZIP file for their bookkeeper.

## Requirements
### Requirement: Monthly archive
The system SHALL send one ZIP for a month.

#### Scenario: A month with invoices
<!-- invoices/AC-1 -->
- **WHEN** May is asked for
- **THEN** the ZIP holds the two invoices of May

#### Scenario: A month without invoices
<!-- invoices/AC-2 -->
- **WHEN** an empty month is asked for
- **THEN** the answer has status 404
`;

function lint(text: string) {
  return lintSpec(parseSpec('invoices', text), text);
}

describe('a spec', () => {
  it('that says all is ready, without a word', () => {
    expect(lint(good)).toEqual([]);
    expect(isReady(lint(good))).toBe(true);
  });

  it('may have any words in quotes', () => {
    expect(lint(good.replace('has status 404', 'says "Good, fast and nice"'))).toEqual([]);
    expect(lint(good.replace('has status 404', 'looks good'))).toMatchObject([{ rule: 'subjective' }]);
  });

  it.each<[string, (text: string) => string, SpecRule, number]>([
    ['has no title', (text) => text.replace('# Invoice download\n', ''), 'title', 1],
    ['does not say what it is for', (text) => text.replace(/Customers.*\n/, ''), 'purpose', 3],
    ['says it in three words', (text) => text.replace(/Customers.*/, 'To have invoices.'), 'purpose', 3],
    ['requires nothing', (text) => text.slice(0, text.indexOf('### Req')), 'no-requirements', 1],
    ['demands nothing in a requirement', (text) => text.replace('SHALL send', 'sends'), 'no-shall', 7],
    [
      'has a requirement without a criterion',
      (text) => `${text}### Requirement: Other\nIt SHALL be.\n`,
      'no-criterion',
      19,
    ],
    [
      'has a requirement twice',
      (text) => `${text}### Requirement: monthly archive\nIt SHALL be.\n`,
      'duplicate-requirement',
      19,
    ],
    ['has a scenario twice', (text) => text.replace('without invoices', 'with invoices'), 'duplicate-scenario', 15],
    ['does not say what happens first', (text) => text.replace('- **WHEN** May is asked for\n', ''), 'no-when', 10],
    ['does not say what must come of it', (text) => text.replace(/- \*\*THEN\*\* the ZIP.*\n/, ''), 'no-then', 10],
    ['has a criterion without an id', (text) => text.replace('<!-- invoices/AC-2 -->\n', ''), 'no-id', 15],
    ['has an id twice', (text) => text.replace('AC-2', 'AC-1'), 'duplicate-id', 16],
    ['has an id that belongs to nothing', (text) => `${text}## Notes\n<!-- invoices/AC-7 -->\n`, 'stray-id', 20],
    [
      'has an open question',
      (text) => text.replace('two invoices', 'two [NEEDS CLARIFICATION: or three?] invoices'),
      'clarification',
      13,
    ],
    ['is vague', (text) => text.replace('holds the two', 'quickly holds the two'), 'vague', 13],
    [
      'demands two things in one sentence',
      (text) => text.replace('send one ZIP', 'send one ZIP and the system SHALL log it'),
      'two-behaviours',
      7,
    ],
    [
      'wants what no test can decide',
      (text) => text.replace('holds the two invoices of May', 'looks good'),
      'subjective',
      13,
    ],
    [
      'says nothing of errors',
      (text) => text.slice(0, text.indexOf('#### Scenario: A month without')),
      'no-error-behaviour',
      7,
    ],
    [
      'has a statement that nobody reads',
      (text) => text.replace('The system', `${'x '.repeat(2_001)}The system`),
      'long-text',
      7,
    ],
    ['has a line that nobody can read', (text) => `${text}${'x'.repeat(10_001)}\n`, 'long-line', 19],
  ])('that %s is told so, at that line', (_, change, rule, line) => {
    expect(lint(change(good))).toContainEqual(expect.objectContaining({ rule, line }));
  });

  it('is not ready with an error, and ready with warnings', () => {
    expect(isReady(lint(good.replace('holds the two', 'quickly holds the two')))).toBe(true);
    expect(isReady(lint(good.replace('holds the two invoices of May', 'looks good')))).toBe(false);
  });

  it('in another language is judged by its structure', () => {
    const german = good
      .replace('May is asked for', 'der Mai verlangt wird')
      .replace('the ZIP holds the two invoices of May', 'enthält das ZIP die zwei Rechnungen');
    expect(lint(german)).toEqual([]);
  });

  it('comes to an end, whatever its quotes are', () => {
    const requirement = '## Requirements\n### Requirement: a\n';
    expect(lint(`${requirement}${`${'“'.repeat(9_000)}\n`.repeat(38)}`).length).toBeGreaterThan(0);
    expect(lint(`${requirement}${`- A shall ${'“'.repeat(9_900)}\n`.repeat(300)}`).length).toBeGreaterThan(0);
  });

  it('says with each finding what to do', () => {
    for (const { next, text } of lint('')) {
      expect(next).toMatch(/\w/);
      expect(text).not.toMatch(/\.$/);
    }
    expect(lint('').map(({ rule }) => rule)).toEqual(['title', 'purpose', 'no-requirements']);
  });
});
