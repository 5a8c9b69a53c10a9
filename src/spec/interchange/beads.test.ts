import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeBeads, type OwnWork } from './beads-write.ts';
import { readBeads } from './beads.ts';
import { setMembers } from './json-members.ts';

const on = (id: string, type = 'blocks') => ({ issue_id: 'x', depends_on_id: id, type });
const line = (id: string, more: object = {}) =>
  JSON.stringify({ id, title: `Title of ${id}`, status: 'open', priority: 2, issue_type: 'task', ...more });
const read = (...lines: string[]) => readBeads(`${lines.join('\n')}\n`);
const after = ({ items }: ReturnType<typeof read>) => Object.fromEntries(items.map((item) => [item.key, item.after]));
const rules = ({ remarks }: ReturnType<typeof read>) => remarks.map((each) => `${each.rule}:${each.line}`);

describe('issues of beads', () => {
  it('become work with their id as key, their texts as body and their priority on our scale', () => {
    const { items } = read(
      line('bd-1', { priority: 0, description: 'Do it.', design: 'So.', acceptance_criteria: 'Then.', notes: 'Hm.' }),
      line('bd-2', { priority: 4 }),
    );
    expect(items).toEqual([
      {
        key: 'bd-1',
        title: 'Title of bd-1',
        body: 'Do it.\n\n## Design\n\nSo.\n\n## Acceptance criteria\n\nThen.\n\n## Notes\n\nHm.',
        after: [],
        priority: 40,
        line: 1,
      },
      { key: 'bd-2', title: 'Title of bd-2', body: '', after: [], priority: -40, line: 2 },
    ]);
  });

  it('wait for what blocks them; what is closed blocks nothing, and what is only related neither', () => {
    const found = read(
      line('a'),
      line('b', { dependencies: [on('a'), on('c'), on('d', 'related')] }),
      line('c', { status: 'closed' }),
      line('d', { dependencies: [on('a', 'waits-for')] }),
    );
    expect(after(found)).toEqual({ a: [], b: ['a'], d: ['a'] });
    expect(rules(found)).toEqual(['dependency:2', 'over:3', 'dependency:4']);
  });

  it('stand for their epic: who waits for it waits for its parts, and they wait for what it waits for', () => {
    const found = read(
      line('first'),
      line('epic', { issue_type: 'epic', dependencies: [on('first')] }),
      line('part', { dependencies: [on('epic', 'parent-child')] }),
      line('done', { status: 'closed', dependencies: [on('epic', 'parent-child')] }),
      line('last', { dependencies: [on('epic')] }),
      line('lone', { issue_type: 'epic' }),
    );
    expect(after(found)).toEqual({ first: [], part: ['first'], last: ['part'], lone: [] });
    expect(rules(found)).toEqual(['epic:2', 'over:4']);
  });

  it('are held back behind what is not taken: nothing begins too early', () => {
    const found = read(
      line('later', { status: 'deferred' }),
      line('b', { dependencies: [on('later')] }),
      line('c', { dependencies: [on('b')] }),
      line('d', { dependencies: [on('nowhere')] }),
      line('mail', { issue_type: 'message' }),
      line('e'),
    );
    expect(after(found)).toEqual({ e: [] });
    expect(rules(found)).toEqual(['aside:1', 'aside:5', 'held-back:2', 'held-back:3', 'held-back:4']);
  });

  it('tell what stays in the file: fields, other records, what somebody works on', () => {
    const found = read(
      line('a', { labels: ['x'], status: 'in_progress' }),
      line('b', { labels: [], priority: undefined }),
      '{"_type":"memory","key":"k"}',
    );
    expect(rules(found)).toEqual(['no-issue:3', 'in-progress:1', 'priority:2', 'field:null']);
    expect(found.remarks.at(-1)?.text).toBe('"labels" of 2 issues stays in the file');
  });

  it.each([
    ['a line that is no JSON', ['{', line('a')], 'not-json:1'],
    ['an issue without an id', ['{"title":"x"}'], 'no-id:1'],
    ['an id that stands twice', [line('a'), line('a')], 'twice:2'],
  ])('are refused as a whole for %s', (_, lines, rule) => {
    const found = read(...lines);
    expect(found.items).toEqual([]);
    expect(rules(found)).toContain(rule);
  });

  it('never throw, and come to an end', () => {
    fc.assert(fc.property(fc.array(fc.json(), { maxLength: 5 }), (lines) => void readBeads(lines.join('\n'))));
    const chain = Array.from({ length: 5_000 }, (_, index) =>
      line(`i${index}`, { dependencies: [on(`i${index - 1}`), on(`i${index + 1}`, 'parent-child')] }),
    );
    expect(read(...chain).items).toEqual([]);
    const wide = Array.from({ length: 1_000 }, (_, index) =>
      line(`p${index}`, { dependencies: [on('epic', 'parent-child')] }),
    );
    const behind = Array.from({ length: 1_000 }, (_, index) => line(`q${index}`, { dependencies: [on('epic')] }));
    expect(rules(read(line('epic', { issue_type: 'epic' }), ...wide, ...behind))).toContain('too-many:null');
  });
});

describe('the way back', () => {
  const now = '2026-11-21T12:00:00.000Z';
  const item = (key: string, state: OwnWork['state'], more: Partial<OwnWork> = {}): OwnWork => ({
    id: `MW-${key.length}`,
    key,
    title: `Title of ${key}`,
    body: '',
    priority: 0,
    state,
    after: [],
    ...more,
  });
  const odd =
    '{ "id" : "a",  "title":"Title of a", "status":"open","priority":2,"x":{"status":"open","y":[",\\"}"]}, "n":1.0 }';

  it('changes the lines of what has landed, was begun or was cancelled, and only their state', () => {
    const file = `${odd}\n${line('bb')}\r\n\n${line('ccc')}\n${line('dddd')}`;
    const work = [item('a', 'landed'), item('bb', 'waiting'), item('ccc', 'started'), item('dddd', 'cancelled')];
    const { text, remarks } = writeBeads(file, work, now);
    expect(remarks).toEqual([]);
    expect(text.split('\n')).toEqual([
      `${odd.replace('"status":"open","priority"', '"status":"closed","priority"').replace(' }', `,"updated_at":"${now}","closed_at":"${now}" }`)}`,
      `${line('bb')}\r`,
      '',
      line('ccc', { status: 'in_progress', updated_at: now }),
      line('dddd', { status: 'closed', updated_at: now, closed_at: now, close_reason: 'MW-4 was cancelled' }),
    ]);
  });

  it('is the very bytes when nothing has changed', () => {
    const lines = fc.array(fc.oneof(fc.json(), fc.constant(odd), fc.constant('not json'), fc.constant('')), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(lines, (some) => {
        const file = some.join('\n');
        return (
          writeBeads(
            file,
            [item('a', 'waiting')].filter(() => some.includes(odd)),
            now,
          ).text === file
        );
      }),
    );
  });

  it('adds items that only we have, which are read back under the same name', () => {
    const work = [
      item('a', 'waiting'),
      item('acme/shop#12', 'waiting', { id: 'MW-7', priority: 30, body: 'Words', after: ['MW-1', 'MW-8'] }),
      item('x', 'started', { id: 'MW-8', key: null }),
      item('y', 'landed', { id: 'MW-9', key: null }),
    ];
    const { text } = writeBeads(`${odd}\n`, work, now);
    expect(
      text
        .split('\n')
        .slice(1)
        .map((each) => (each === '' ? null : (JSON.parse(each) as object))),
    ).toMatchObject([
      {
        id: 'mw-7',
        description: 'Words',
        priority: 1,
        external_ref: 'acme/shop#12',
        dependencies: [{ depends_on_id: 'a' }, { depends_on_id: 'mw-8' }],
      },
      { id: 'mw-8', status: 'in_progress' },
      null,
    ]);
    expect(readBeads(text).items.map(({ key }) => key)).toEqual(['a', 'mw-7', 'mw-8']);
    expect(writeBeads(text, work, now).text, 'a second time').toBe(text);
  });

  it('says where the two disagree', () => {
    const file = `${line('a', { status: 'closed' })}\n${line('bb')}\n`;
    const { text, remarks } = writeBeads(file, [item('a', 'started'), item('bb', 'waiting', { title: 'Other' })], now);
    expect(text).toBe(file);
    expect(remarks.map(({ rule, line: at }) => [rule, at])).toEqual([
      ['over-there', 1],
      ['edited', 2],
    ]);
  });

  it('sets members of any object as parsing it would', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 1, 2), (object, indent) => {
        const text = setMembers(JSON.stringify(object, null, indent), { status: 'x', id: 'y' });
        expect(JSON.parse(text)).toEqual({ ...(JSON.parse(JSON.stringify(object)) as object), status: 'x', id: 'y' });
      }),
    );
  });
});
