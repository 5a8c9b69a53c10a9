import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTasks, writeTasks } from './spec-kit-tasks.ts';

const file = `# Tasks: Photo albums

## Phase 1: Setup

- [x] T001 Make the project
- [ ] T002 [P] Set up lint
- [ ] T003 [P] Set up tests

## Phase 2: Foundational

- [ ] T004 Store albums in src/store/albums.ts

## Phase 3: User Story 1 - Make an album (Priority: P1)

- [ ] T005 [P] [US1] Test albums in test/albums.test.ts
- [ ] T006 [P] [US1] Model in src/model/album.ts
- [ ] T007 [US1] Service (depends on T006)

## Phase 4: User Story 2 - Order albums (Priority: P2)

- [ ] T008 [US2] Drag albums

## Phase 5: Polish

- [ ] T009 [P] Docs
- [ ] Say thanks

\`\`\`
- [ ] T010 only an example
\`\`\`
`;

const { items, remarks } = readTasks('001-photo-albums', file);
const after = (list: typeof items) =>
  Object.fromEntries(list.map((item) => [item.key.slice(-4), item.after.map((key) => key.slice(-4)).join(' ')]));

describe('tasks', () => {
  it('wait for the phase before, for what stands above them, and not for their neighbours in [P]', () => {
    expect(after(items)).toEqual({
      T002: '',
      T003: '',
      T004: 'T002 T003',
      T005: 'T004',
      T006: 'T004',
      T007: 'T005 T006',
      T008: 'T004',
      T009: 'T007 T008',
    });
  });

  it('have the foreign id as key, the priority of their story, and their files in the body', () => {
    expect(items.map(({ priority }) => priority)).toEqual([20, 20, 20, 20, 20, 20, 10, 0]);
    expect(items[4]).toMatchObject({
      key: '001-photo-albums/T006',
      title: 'Model in src/model/album.ts',
      line: 16,
      body: expect.stringMatching(/User Story 1[^]*Files that it names: src\/model\/album\.ts/) as string,
    });
  });

  it('that are done are left out and told, as are boxes without an id', () => {
    expect(remarks.map(({ rule, line }) => [rule, line])).toEqual([
      ['no-id', 26],
      ['done', 5],
    ]);
  });

  it('wait for what a task that is done waited for', () => {
    const list = '- [ ] T001 a\n- [x] T002 b\n- [ ] T003 c\n- [ ] T004 d (depends on T001, T009, T004)\n';
    const read = readTasks('f', list);
    expect(after(read.items)).toEqual({ T001: '', T003: 'T001', T004: 'T001 T003' });
    expect(read.remarks.map(({ text }) => text.slice(0, 20))).toEqual(
      expect.arrayContaining(['T004 depends on T009', 'T004 depends on T004']),
    );
  });

  it('are refused when one id stands twice, and when there are too many', () => {
    expect(readTasks('f', '- [ ] T001 a\n- [ ] T001 b\n')).toMatchObject({
      items: [],
      remarks: [{ rule: 'twice', line: 2 }],
    });
    const many = Array.from({ length: 1_001 }, (_, index) => `- [ ] T${index} a\n`).join('');
    expect(readTasks('f', many)).toMatchObject({ items: [], remarks: [{ rule: 'too-many' }] });
  });
});

describe('the way back', () => {
  it('ticks what has landed and changes no other byte', () => {
    const windows = file.replaceAll('\n', '\r\n');
    const state = (key: string) => (key === '001-photo-albums/T006' ? 'landed' : 'started');
    expect(writeTasks('001-photo-albums', windows, state)).toEqual({
      text: windows.replace('[ ] T006', '[x] T006'),
      remarks: [],
    });
    expect(writeTasks('001-photo-albums', file, () => 'cancelled').remarks).toHaveLength(8);
  });

  it('is the very bytes for any text whose tasks are where they were', () => {
    const piece = fc.constantFrom(
      '- [ ] T001 [P] a\n',
      '- [x] T002 b\r\n',
      '* [ ] c\n',
      '```\n',
      '## Phase 1\n',
      '\r',
      'x',
    );
    const any = fc.array(piece, { maxLength: 30 }).map((parts) => parts.join(''));
    fc.assert(fc.property(any, (text) => writeTasks('f', text, () => 'waiting').text === text));
    fc.assert(fc.property(any, (text) => readTasks('f', text).items.every(({ title }) => title !== '')));
  });
});
