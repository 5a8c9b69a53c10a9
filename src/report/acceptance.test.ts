import { expect, test } from 'vitest';
import { layOutPack, type AcceptancePack } from './acceptance.ts';
import { toHtml } from './html.ts';
import { toMarkdown } from './markdown.ts';

const hostile = '<script>alert(1)</script> [x](http://a) `code` **b**\n# heading';

const pack: AcceptancePack = {
  id: 'MW-1',
  title: hostile,
  request: hostile,
  state: 'waiting',
  next: 'mw approve MW-1',
  commit: null,
  criteria: [
    {
      task: {
        id: 'a/AC-1',
        action: 'change',
        hash: 'a'.repeat(16),
        text: hostile,
        before: 'it was',
        evidence: { type: 'test' },
      },
      level: 'observed',
      proof: hostile,
      tests: [{ name: hostile, file: 'a"b', status: 'passed' }],
      holdout: 'failed',
      cases: [],
    },
  ],
  checks: [{ name: 'test', status: 'passed', says: '', log: 'logs/test.log' }],
  reviews: [],
  findings: [{ reviewer: 'r', severity: 'minor', title: hostile, file: null, line: null, evidence: hostile }],
  changes: '``` <b>',
};

test('what agents wrote is text in both, whatever it looks like', () => {
  const html = toHtml(hostile, layOutPack(pack));
  expect(html).not.toMatch(/<script|<b>/);
  expect(html.match(/&lt;script&gt;/g)?.length).toBeGreaterThan(5);
  const text = toMarkdown(layOutPack(pack));
  expect(text).not.toMatch(/(?<!\\)\[x\]|^# heading|(?<!\\)<script/m);
  expect(text).toContain('````\n``` <b>\n````');
});

test('a pack says what was before and is now, what hid its text, and what nobody has judged', () => {
  const text = toMarkdown(layOutPack(pack));
  expect(text).toContain('> Before: it was');
  expect(text).toContain('- its hold-out: failed');
  expect(text).toContain('## Judgements\n\nNone.');
  expect(toMarkdown(layOutPack({ ...pack, criteria: [] }))).toContain('This item has none');
});
