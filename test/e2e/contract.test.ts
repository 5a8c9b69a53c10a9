/** What outside tools rely on: JSON in and out, events, exit codes, help. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { commandTable } from '../../src/cli/command-table.ts';
import { fileAt, makeRepository, openDesk, type Desk } from '../support/cli-desk.ts';
import { addItems, errorOf, expectRefusal, listItems, mwJson, projectFiles, showItem } from '../support/cli-project.ts';

const maker = `
case "$ACT" in
  good) echo done > "$MW_ITEM.txt" ;;
  facts)
    printf '%s' "$prompt" > prompt.txt; pwd > cwd.txt; env | sort > env.txt; cat "$MW_SCHEMA" > schema.txt
    echo noise on stdout; echo '{"summary":"from the file","files":4}' > "$MW_RESULT" ;;
  stdout) echo done > "$MW_ITEM.txt"; echo 'first some words'; echo '{"summary":"from stdout","files":1}' ;;
  fail) exit 3 ;;
  escapes)
    echo done > "$MW_ITEM.txt"
    printf '\\033]0;owned\\007\\033[2J\\033[31mred\\033[0m \\302\\233bidi\\342\\200\\256evil\\r\\n'
    printf '\\033[5A on stderr\\n' >&2 ;;
esac
`;

const files = projectFiles({ maker });
/** Everything that acts on a terminal: C0 but tab and line feed, DEL, C1, overrides of direction. */
const acting = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/;

vi.setConfig({ testTimeout: 90_000 });

let desk: Desk;
beforeAll(() => {
  desk = openDesk(files);
});
afterAll(() => desk.close());

function repositoryOf(name: string): { readonly cwd: string } {
  return { cwd: makeRepository(desk.folder(name), files) };
}

it('adds items from JSON lines and answers with their ids; after names keys of the batch, known keys, and ids', async () => {
  const at = repositoryOf('adding');
  const [one = '', two = ''] = await addItems(
    desk,
    [
      { key: 'one', title: 'One' },
      { key: 'two', title: 'Two', after: ['one'] },
    ],
    at,
  );
  const [three = '', four = ''] = await addItems(
    desk,
    [
      {
        key: 'three',
        title: 'Three',
        body: 'more',
        after: ['four', 'two', one],
        pipeline: 'gated',
        priority: 7,
        budgetUsd: 1.5,
      },
      { key: 'four', title: 'Four' },
    ],
    at,
  );
  expect((await mwJson<{ item: object }>(desk, ['show', two], at)).item).toMatchObject({ key: 'two', after: [one] });
  expect((await mwJson<{ item: object }>(desk, ['show', three], at)).item).toMatchObject({
    body: 'more',
    after: [four, two, one],
    pipeline: 'gated',
    priority: 7,
    budgetMicroUsd: 1_500_000,
  });
});

it.each([
  ['a line that is not JSON', 'E_BAD_LINE', 2, ['{"title":"fine"}', '{"title":']],
  ['an unknown key', 'E_BAD_LINE', 2, ['{"title":"fine"}', '{"title":"x","titel":"y"}']],
  ['a missing title', 'E_BAD_LINE', 2, ['{"title":"fine"}', '{"body":"no title"}']],
  ['an unknown key in after', 'E_UNKNOWN_KEY', 5, ['{"title":"fine"}', '{"title":"x","after":["nobody"]}']],
  ['an unknown item in after', 'E_NOT_FOUND', 5, ['{"title":"fine"}', '{"title":"x","after":["MW-999999"]}']],
  ['a key twice', 'E_KEY_TWICE', 2, ['{"key":"k","title":"x"}', '{"key":"k","title":"y"}']],
  ['an empty title', 'E_BAD_ITEM', 2, ['{"title":"fine"}', '{"title":""}']],
  ['nothing at all', 'E_NO_TEXT', 2, []],
] as const)('adds nothing of a batch with %s, and says where', async (_what, error, code, lines) => {
  const before = (await mwJson<{ items: object[] }>(desk, ['list', '--all'])).items.length;
  const ran = await desk.mw(['add', '--json', '-'], { stdin: lines.join('\n') });
  expectRefusal(ran, code, error);
  expect(errorOf(ran)).toMatchObject({ code: error });
  if (error === 'E_BAD_LINE') expect(errorOf(ran).message).toMatch(/^line 2\b/);
  expect((await mwJson<{ items: object[] }>(desk, ['list', '--all'])).items).toHaveLength(before);
});

it.each([
  ['a mistyped key', '{"titel":"x"}', 'line 1: unknown key "titel": did you mean "title"?'],
  [
    'a mistyped value',
    '{"title":"x","rung":"bubblewrp"}',
    'line 1: rung: "bubblewrp" is not one of clone, bubblewrap: did you mean "bubblewrap"?',
  ],
  ['a wrong type', '{"title":"x","after":"MW-1"}', 'line 1: after: expected a list of texts, not text'],
  ['no title', '{"body":"x"}', 'line 1: "title" is missing'],
  ['no object', '[]', 'line 1: expected a mapping of keys, not a list'],
])('says of a line with %s what was probably meant', async (_what, line, message) => {
  const ran = await desk.mw(['add', '--json', '-'], { stdin: line });
  expectRefusal(ran, 2, 'E_BAD_LINE');
  expect(errorOf(ran).message).toBe(message);
});

it('refuses a key that is taken, and names the item that has it', async () => {
  const at = repositoryOf('keys');
  const [id = ''] = await addItems(desk, [{ key: 'same', title: 'first' }], at);
  const ran = await desk.mw(['add', '--json', '-'], { ...at, stdin: '{"key":"same","title":"again"}' });
  expectRefusal(ran, 6, 'E_KEY_TAKEN');
  expect(ran.stderr).toContain(id);
});

it('adds 1,000 items with dependencies in one call', async () => {
  const other = openDesk(files);
  try {
    await other.mw(['status']);
    const items = Array.from({ length: 1_000 }, (_, index) => ({
      key: `k${index}`,
      title: `Item ${index}`,
      body: 'words '.repeat(20),
      after: index === 0 ? [] : [`k${index - 1}`],
    }));
    const ids = await addItems(other, items);
    expect(new Set(ids).size).toBe(1_000);
    const listed = await listItems(other);
    expect(listed).toHaveLength(1_000);
    expect(listed[1]).toEqual({
      id: 'MW-2',
      key: 'k1',
      title: 'Item 1',
      state: 'queued',
      phase: null,
      reason: 'until MW-1 has landed',
      branch: null,
      costMicroUsd: 0,
    });
  } finally {
    await other.close();
  }
});

it('writes journal events as lines of JSON, and ends with 0 once every item has landed', async () => {
  const other = openDesk(files);
  try {
    const ids = await addItems(other, [
      { title: 'One', body: 'act: good' },
      { title: 'Two', body: 'act: good' },
    ]);
    const ran = await other.mw(['up', '--until-empty', '--slots', '4', '--json']);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    const events = ran.stdout
      .trimEnd()
      .split('\n')
      .map(
        (line) =>
          JSON.parse(line) as { seq: number; item: string; n: number; id: string; at: string; body: { type: string } },
      );
    for (const id of ids) {
      const own = events.filter(({ item }) => item === id);
      expect(own.map(({ body }) => body.type).slice(-2)).toEqual(['effect-started', 'landed']);
      expect(own.map(({ n }) => n)).toEqual(own.map((_, index) => index + 2));
    }
    const journal = (await other.mw(['events'])).stdout.trimEnd().split('\n');
    expect(journal.slice(-events.length)).toEqual(ran.stdout.trimEnd().split('\n'));
    expect((await other.mw(['events', '--type', 'landed'])).stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(await other.mw(['up', '--until-empty', '--json'])).toMatchObject({ code: 0, stdout: '' });
    await addItems(other, [{ title: 'Three', body: 'act: fail' }]);
    expect(await other.mw(['up', '--until-empty', '--json'])).toMatchObject({ code: 3 });
    expect((await other.mw(['list', '--json'])).stdout).toBe(
      `${JSON.stringify({
        schemaVersion: 1,
        items: [
          {
            id: 'MW-1',
            key: null,
            title: 'One',
            state: 'landed',
            phase: 'land',
            reason: '',
            branch: 'main',
            costMicroUsd: 0,
          },
          {
            id: 'MW-2',
            key: null,
            title: 'Two',
            state: 'landed',
            phase: 'land',
            reason: '',
            branch: 'main',
            costMicroUsd: 0,
          },
          {
            id: 'MW-3',
            key: null,
            title: 'Three',
            state: 'paused',
            phase: 'build',
            reason: (await showItem(other, 'MW-3')).reason,
            branch: null,
            costMicroUsd: 0,
          },
        ],
      })}\n`,
    );
  } finally {
    await other.close();
  }
});

it('gives a command its prompt on stdin, the clone as its folder, the schema and the place for its result', async () => {
  const at = repositoryOf('adapter');
  const [facts = '', stdout = ''] = await addItems(
    desk,
    [
      { title: 'Tell the facts', body: 'act: facts', pipeline: 'structured' },
      { title: 'Answer on stdout', body: 'act: stdout', pipeline: 'structured' },
    ],
    at,
  );
  for (const id of [facts, stdout]) expect(await desk.mw(['run', id], at)).toMatchObject({ code: 0 });
  const text = (path: string) => fileAt(at.cwd, 'main', path).toString();
  expect(text('prompt.txt')).toContain('Tell the facts');
  expect(text('prompt.txt')).toContain('# Build');
  expect(text('cwd.txt').trim()).toMatch(new RegExp(`^${desk.home}/projects/.+/copies/.+`));
  expect(JSON.parse(text('schema.txt'))).toEqual(JSON.parse(String(files['.millwright/report.schema.json'])));
  const variables = Object.fromEntries(
    text('env.txt')
      .trim()
      .split('\n')
      .map((line) => line.split(/=(.*)/s)),
  );
  expect(variables).toMatchObject({ MW_ITEM: facts, MW_PHASE: 'build', MW_ATTEMPT: '1', MW_WRITES: '1' });
  expect(Object.keys(variables)).not.toContain('MW_HOME');
  expect(variables['HOME']).not.toBe(desk.userHome);
  const shown = await showItem(desk, facts);
  expect(shown.attempts[0]).toMatchObject({ address: `${facts}/build#1`, outcome: 'succeeded', text: 'from the file' });
  expect((await showItem(desk, stdout)).attempts[0]?.text).toBe('from stdout');
});

it('shows of an item its phases, attempts, sessions, checks, findings and tokens', async () => {
  const at = repositoryOf('showing');
  const [id = ''] = await addItems(desk, [{ title: 'Show me', body: 'act: good' }], at);
  expect(await desk.mw(['run', id], at)).toMatchObject({ code: 0 });
  const shown = await showItem(desk, id, at);
  expect(shown).toMatchObject({
    id,
    state: 'landed',
    reason: '',
    reasonCode: null,
    run: 1,
    phases: [{ id: 'build', status: 'passed', attempts: 1 }],
    attempts: [{ address: `${id}/build#1`, outcome: 'succeeded', costMicroUsd: 0, sessions: [{ turn: 1 }] }],
    checks: [
      { name: 'test', kind: 'test', status: 'passed', tests: { passed: 1, failed: 0, skipped: 0 } },
      { name: 'guard', kind: 'guard', status: 'passed', tests: null },
    ],
    findings: [],
    usage: { inputTokens: null, outputTokens: null },
    landed: { delivery: { type: 'delivered', branch: 'main' } },
  });
  expect((await desk.mw(['show', id], at)).stdout).toContain(`Landed   ${shown.landed?.commit}`);
  expectRefusal(await desk.mw(['show', 'MW-999999'], at), 5, 'E_NOT_FOUND');
});

it('shows what an agent and a check said, the raw stream, and the prompt', async () => {
  const at = repositoryOf('logging');
  const [id = ''] = await addItems(
    desk,
    [{ title: 'Answer on stdout', body: 'act: stdout', pipeline: 'structured' }],
    at,
  );
  expect(await desk.mw(['run', id], at)).toMatchObject({ code: 0 });
  const said = async (...args: string[]) => (await desk.mw(['logs', ...args], at)).stdout;
  expect(await said(`${id}/build#1`)).toContain('first some words');
  expect(await said(id, '--raw')).toBe('first some words\n{"summary":"from stdout","files":1}\n');
  expect(await said(`${id}/build`, '--prompt')).toContain('Answer on stdout');
  expect(await said(id, '--checks')).toContain('ok 1 - state');
  expectRefusal(await desk.mw(['logs', `${id}/build#9`], at), 5, 'E_NOT_FOUND');
  expect((await desk.mw(['diff', id], at)).stdout).toMatch(
    new RegExp(`diff --git a/${id}.txt b/${id}.txt\n[^]*\\+done`),
  );
});

it('lets no control character of an agent reach the terminal', async () => {
  const at = repositoryOf('escapes');
  const [id = ''] = await addItems(
    desk,
    [{ title: 'Escape \u001B[31mred\u202E', body: 'act: escapes\n\u001B]0;title\u0007' }],
    at,
  );
  const outputs = [await desk.mw(['run', id], at)];
  expect(outputs[0], outputs[0]?.stderr).toMatchObject({ code: 0 });
  for (const args of [
    ['logs', id],
    ['logs', id, '--prompt'],
    ['show', id],
    ['list'],
    ['diff', id],
    ['status'],
    ['inbox'],
    ['show', id, '--json'],
    ['events', id],
  ])
    outputs.push(await desk.mw(args, at));
  for (const { stdout, stderr } of outputs) expect(`${stdout}${stderr}`).not.toMatch(acting);
  expect(outputs[1]?.stdout).toContain('\\u{1b}]0;owned\\u{7}');
  // The red control: the raw stream holds them.
  expect((await desk.mw(['logs', id, '--raw'], at)).stdout).toMatch(acting);
});

it('runs what an item comes after first, and nothing else', async () => {
  const at = repositoryOf('parents');
  const [first = '', , last = '', other = ''] = await addItems(
    desk,
    [
      { key: 'first', title: 'First', body: 'act: good' },
      { key: 'middle', title: 'Middle', body: 'act: good', after: ['first'] },
      { key: 'last', title: 'Last', body: 'act: good', after: ['middle'] },
      { title: 'Other', body: 'act: good' },
    ],
    at,
  );
  expect(await desk.mw(['run', last], at)).toMatchObject({ code: 0 });
  const states = Object.fromEntries((await listItems(desk, at)).map(({ id, state }) => [id, state]));
  expect(states).toMatchObject({ [first]: 'landed', [last]: 'landed', [other]: 'queued' });
});

it('tells its versions, completes commands, and explains exit codes and every command', async () => {
  const { versions } = await mwJson<{ versions: Record<string, string> }>(desk, ['version']);
  expect(versions).toMatchObject({
    millwright: (
      JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { version: string }
    ).version,
    node: process.versions.node,
  });
  const names = Object.keys(commandTable);
  const completion = await desk.mw(['completion', 'bash']);
  expect(completion.code).toBe(0);
  for (const name of names) expect(completion.stdout).toContain(name);
  expect((await desk.mw(['completion', 'tcsh'])).code).toBe(2);
  const codes = (await desk.mw(['help', 'exit-codes'])).stdout;
  for (const code of [0, 1, 2, 3, 4, 5, 6, 7, 8, 130]) expect(codes).toMatch(new RegExp(`^${code} `, 'm'));
  for (const name of ['up', 'add', 'retry']) {
    const help = await desk.mw(['help', name]);
    expect(help.stdout).toContain(`mw ${name}`);
    expect(await desk.mw([name, '--help'])).toMatchObject({ code: 0, stdout: help.stdout });
  }
  expectRefusal(await desk.mw(['help', 'nonsense']), 5, 'E_NOT_FOUND');
});

it('suggests the right command and option for a mistyped one, and ends with 2', async () => {
  const command = await desk.mw(['lst']);
  expect(command).toMatchObject({ code: 2, stdout: '' });
  expect(command.stderr).toContain('Did you mean list?');
  const option = await desk.mw(['up', '--until-emty']);
  expect(option.code).toBe(2);
  expect(option.stderr).toContain('--until-empty');
  for (const args of [
    ['up', '--slots', 'many'],
    ['up', '--for', 'soon'],
    ['reject', 'MW-1'],
    ['add', 'x', '--priority', '1000'],
  ])
    expect((await desk.mw(args)).code, args.join(' ')).toBe(2);
});

it('works in the folder that -C names, even if that is called like a command', async () => {
  const cwd = makeRepository(join(desk.folder('elsewhere'), 'list'), files);
  const [id] = await addItems(desk, [{ title: 'There' }], { cwd });
  expect(
    (
      await mwJson<{ items: { id: string }[] }>(desk, ['-C', 'list', 'list'], { cwd: join(desk.root, 'elsewhere') })
    ).items.map((item) => item.id),
  ).toEqual([id]);
  expectRefusal(await desk.mw(['-C', 'nowhere', 'list']), 2, 'E_NO_FOLDER');
});
