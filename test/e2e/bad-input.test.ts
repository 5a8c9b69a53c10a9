/** What a person can get wrong, and what lies in the way: each is said clearly, with the next thing to type, and loses nothing. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import {
  commit,
  fileAt,
  git,
  makeRepository,
  openDesk,
  queryDatabase,
  write,
  type Desk,
  type Files,
  type Ran,
} from '../support/cli-desk.ts';
import {
  addItems,
  errorOf,
  expectRefusal,
  listItems,
  mwJson,
  projectFiles,
  showItem,
  type ShownItem,
} from '../support/cli-project.ts';

const maker = `
case "$ACT" in
  good) echo done > "$MW_ITEM.txt" ;;
  'break') echo broken > state.txt ;;
  'restore') if [ "$MW_ATTEMPT" = 1 ]; then echo broken > state.txt; else echo whole > state.txt; fi ;;
  touch) touch state.txt; chmod 644 state.txt ;;
  names) sh ./names.sh ;;
  binary) cat base.bin base.bin > twice.bin; printf '\\000\\001\\377' >> base.bin ;;
  crlf) printf 'three\\r\\n' >> windows.txt; printf 'new\\r\\nfile\\r\\n' > new-windows.txt ;;
esac
`;

vi.setConfig({ testTimeout: 90_000 });

let desk: Desk;
const files = projectFiles({ maker });

beforeAll(() => {
  desk = openDesk(files);
});
afterAll(() => desk.close());

/** A repository of its own beside the others, known to the same factory. */
function repositoryWith(name: string, changes: Files): string {
  return makeRepository(desk.folder(name), { ...files, ...changes });
}

/** Adds one item and runs it to its end. */
async function addAndRun(cwd: string, item: object): Promise<{ readonly ran: Ran; readonly shown: ShownItem }> {
  const [id = ''] = await addItems(desk, [item], { cwd });
  const ran = await desk.mw(['run', id], { cwd });
  return { ran, shown: await showItem(desk, id) };
}

const good = { title: 'Something good', body: 'act: good' };

/** The item stopped before any agent was paid, and a person was told. */
function expectStopped(
  { ran, shown }: { readonly ran: Ran; readonly shown: ShownItem },
  code: string,
  text: RegExp,
): void {
  expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 3 });
  expect(shown).toMatchObject({ state: 'paused', reasonCode: code, branch: null, attempts: [] });
  expect(shown.reason).toMatch(text);
  expect(shown.next).not.toBe('');
  expect(ran.stdout).toContain(`   Next: ${shown.next}`);
}

async function retryAndLand(cwd: string, { id }: ShownItem): Promise<void> {
  expect(await desk.mw(['retry', id], { cwd })).toMatchObject({ code: 0 });
  const ran = await desk.mw(['run', id], { cwd });
  expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
}

it('names file, line and column of broken YAML, by hand and when an item starts; mended and committed, the item lands', async () => {
  const cwd = repositoryWith('broken-yaml', {
    'millwright.yaml': 'version: 1\nagents: { maker: { adapter: command\nroutes: {}\n',
  });
  const checked = await desk.mw(['config', 'check'], { cwd });
  expectRefusal(checked, 2, 'E_CONFIG');
  expect(checked.stderr).toMatch(/millwright\.yaml:\d+:\d+ {2}\S/);
  const stopped = await addAndRun(cwd, good);
  expectStopped(stopped, 'invalid-config', /millwright\.yaml:\d+:\d+ {2}\S/);
  commit(cwd, { 'millwright.yaml': files['millwright.yaml'] ?? '' });
  await retryAndLand(cwd, stopped.shown);
});

it('suggests the right word for an unknown key, in the configuration and in a pipeline', async () => {
  const text = String(files['millwright.yaml']).replace('pipeline: solo', 'piplines: solo');
  const cwd = repositoryWith('unknown-key', {
    'millwright.yaml': text,
    '.millwright/pipelines/odd.yaml':
      'name: odd\nphases:\n  - { id: build, instructions: build, output: text, aproval: true }\n',
  });
  const line = text.split('\n').findIndex((each) => each.startsWith('piplines')) + 1;
  const checked = await desk.mw(['config', 'check'], { cwd });
  expectRefusal(checked, 2, 'E_CONFIG');
  expect(checked.stderr).toContain(`millwright.yaml:${line}:1  unknown key "piplines": did you mean "pipeline"?`);
  expectStopped(await addAndRun(cwd, good), 'invalid-config', /did you mean "pipeline"\?/);
  write(cwd, { 'millwright.yaml': files['millwright.yaml'] ?? '' });
  const pipeline = await desk.mw(['pipeline', 'check', 'odd'], { cwd });
  expectRefusal(pipeline, 2, 'E_CONFIG');
  expect(pipeline.stderr).toMatch(
    /\.millwright\/pipelines\/odd\.yaml:3:\d+ {2}unknown key "aproval": did you mean "approval"\?/,
  );
});

it('says which pipeline an item asks for that there is not, and what it may have meant', async () => {
  expectStopped(
    await addAndRun(desk.repository, { ...good, pipeline: 'quik' }),
    'invalid-config',
    /no pipeline is called "quik".*did you mean "quick"\?/,
  );
  // The project's own are known too: in the accepted commit for an item, in the checkout for who looks.
  expectStopped(
    await addAndRun(desk.repository, { ...good, pipeline: 'structurd' }),
    'invalid-config',
    /no pipeline is called "structurd".*did you mean "structured"\?/,
  );
  const checked = await desk.mw(['pipeline', 'check', 'structurd']);
  expectRefusal(checked, 2, 'E_CONFIG');
  expect(checked.stderr).toContain('did you mean "structured"?');
});

it('refuses a circle of dependencies, in one batch and by a later edit, and adds nothing of it', async () => {
  const before = (await listItems(desk)).length;
  const lines = [
    { key: 'a', title: 'a', after: ['c'] },
    { key: 'b', title: 'b', after: ['a'] },
    { key: 'c', title: 'c', after: ['b'] },
  ].map((each) => JSON.stringify(each));
  const batch = await desk.mw(['add', '--json', '-'], { stdin: lines.join('\n') });
  expectRefusal(batch, 2, 'E_CYCLE');
  expect(errorOf(batch).message).toMatch(/a → c → b → a|b → a → c → b|c → b → a → c/);
  expect(await listItems(desk)).toHaveLength(before);
  const [first = '', second = ''] = await addItems(desk, [
    { key: 'first', title: 'first' },
    { title: 'second', after: ['first'] },
  ]);
  const edit = await desk.mw(['edit', first, '--after', second]);
  expectRefusal(edit, 2, 'E_CYCLE');
  expect(edit.stderr).toMatch(new RegExp(`${first} → ${second} → ${first}|${second} → ${first} → ${second}`));
  expectRefusal(await desk.mw(['edit', first, '--after', first]), 2, 'E_CYCLE');
  expect((await mwJson<{ item: { after: string[] } }>(desk, ['show', first])).item.after).toEqual([]);
  for (const id of [first, second]) await desk.mw(['cancel', id]);
});

it('names a missing agent program before anything starts, and one that only its shell misses', async () => {
  const named = repositoryWith('missing-agent', {
    'millwright.yaml': String(files['millwright.yaml']).replace(
      'sh .millwright/maker.sh',
      '[no-such-agent-program, --fast]',
    ),
  });
  expectStopped(
    await addAndRun(named, good),
    'agent-missing',
    /agent maker: the program no-such-agent-program was not found/,
  );
  const shell = repositoryWith('missing-in-shell', { '.millwright/maker.sh': 'exec no-such-agent-program\n' });
  const { ran, shown } = await addAndRun(shell, good);
  expect(ran.code).toBe(3);
  expect(shown).toMatchObject({ state: 'paused', reasonCode: 'not-installed' });
  expect(shown.reason).toContain('no-such-agent-program');
});

it('asks for a first commit where there is none, and lands once there is one', async () => {
  const cwd = makeRepository(desk.folder('no-commits'), {});
  const stopped = await addAndRun(cwd, good);
  expectStopped(stopped, 'no-commits', /no-commits has no commit yet/);
  commit(cwd, files);
  await retryAndLand(cwd, stopped.shown);
});

it('says that a folder is not in a repository', async () => {
  const cwd = desk.folder('plain');
  for (const args of [['add', 'something'], ['init'], ['config', 'check']]) {
    const ran = await desk.mw(args, { cwd });
    expectRefusal(ran, 2, 'E_NO_REPOSITORY');
    expect(ran.stderr).toContain(cwd);
  }
});

it('says that millwright.yaml is not committed, or not there', async () => {
  const none = makeRepository(desk.folder('no-config'), { 'readme.txt': 'hello\n' });
  expectRefusal(await desk.mw(['config', 'check'], { cwd: none }), 2, 'E_NO_CONFIG');
  write(none, files);
  expect(await desk.mw(['config', 'check'], { cwd: none })).toMatchObject({ code: 0 });
  const stopped = await addAndRun(none, good);
  expectStopped(stopped, 'not-committed', /millwright\.yaml is not in the latest commit of main/);
  commit(none, {});
  await retryAndLand(none, stopped.shown);
});

it('has mw doctor say beforehand what would stop an item: no such target, configuration that is not committed', async () => {
  const files = projectFiles({ maker });
  const config = String(files['millwright.yaml']);
  const at = {
    cwd: makeRepository(desk.folder('undecided'), { ...files, 'millwright.yaml': `target: nope\n${config}` }),
  };
  const project = async () => {
    const { stdout } = await desk.mw(['doctor', '--quick', '--json'], at);
    const { findings } = JSON.parse(stdout) as { findings: readonly { about: string; status: string; text: string }[] };
    return findings.find(({ about }) => about === 'project');
  };
  expect(await project()).toMatchObject({ status: 'bad', text: expect.stringContaining('target: nope') as string });
  write(at.cwd, { 'millwright.yaml': config });
  expect(await project()).toMatchObject({ status: 'note', text: expect.stringContaining('differs') as string });
  commit(at.cwd, {});
  expect(await project()).toMatchObject({ status: 'good' });
  git(at.cwd, 'rm', '-q', '--cached', 'millwright.yaml');
  git(at.cwd, 'commit', '-qm', 'Take it out');
  expect(await project()).toMatchObject({ status: 'bad', text: 'millwright.yaml is not committed on main' });
});

it('reports a red base as such, and starts no agent on it', async () => {
  const cwd = repositoryWith('red-base', { 'state.txt': 'broken\n' });
  const stopped = await addAndRun(cwd, good);
  expectStopped(stopped, 'base-red', /before any change, on [0-9a-f]{12}:\ncheck test: failed/);
  expect(stopped.shown.next).toMatch(/make the checks pass on main/);
  commit(cwd, { 'state.txt': 'whole\n' });
  await retryAndLand(cwd, stopped.shown);
});

it('keeps landed work on millwright/main while the checkout is dirty, says so, and touches no byte of it', async () => {
  const cwd = repositoryWith('dirty', {});
  const base = git(cwd, 'rev-parse', 'HEAD');
  write(cwd, { 'state.txt': 'in the middle of something\n' });
  const { ran, shown } = await addAndRun(cwd, good);
  expect(ran).toMatchObject({ code: 0 });
  expect(ran.stdout).toMatch(/landed .*on millwright\/main \(the checkout .*dirty has uncommitted changes\)/);
  expect(shown).toMatchObject({ state: 'landed', branch: 'millwright/main' });
  expect(readFileSync(join(cwd, 'state.txt'), 'utf8')).toBe('in the middle of something\n');
  expect(git(cwd, 'rev-parse', 'main')).toBe(base);
  git(cwd, 'checkout', '-q', '--', 'state.txt');
  git(cwd, 'merge', '-q', '--ff-only', 'millwright/main');
  expect(fileAt(cwd, 'main', `${shown.id}.txt`).toString()).toBe('done\n');
});

const oddNames = [
  'with space.txt',
  'it\'s "quoted".txt',
  'line\nbreak.txt',
  'tab\tand back\\slash.txt',
  'žluťoučký 🐎 漢字.txt',
  '-dash.txt',
  'dir with space/$(echo pwned).txt',
  ' lead and trail ',
  'glob[*]?.txt',
];

it('takes file names with spaces, quotes, line breaks and unicode, new and edited', async () => {
  const quoted = oddNames.map((name) => `'${name.replaceAll("'", `'\\''`)}'`);
  const script = quoted.map(
    (name) => `mkdir -p -- "$(dirname -- ${name})"; printf 'edited by %s\\n' "$MW_ITEM" >> ./${name}`,
  );
  const cwd = repositoryWith('odd names; "here"', { 'names.sh': `${script.join('\n')}\n` });
  for (const edit of [1, 2]) {
    const { ran, shown } = await addAndRun(cwd, { title: `Odd "names"\t$(id) ${edit}`, body: 'act: names' });
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
    for (const name of oddNames) {
      const text = fileAt(cwd, 'main', name).toString();
      expect(text.split('\n')).toHaveLength(edit + 1);
      expect(text).toContain(`edited by ${shown.id}\n`);
      expect(readFileSync(join(cwd, name), 'utf8')).toBe(text);
    }
    const diff = await desk.mw(['diff', shown.id, '--stat'], { cwd });
    expect(diff.code).toBe(0);
    expect(diff.stdout, diff.stdout).toContain(`${oddNames.length} files changed`);
  }
  expect(git(cwd, 'status', '--porcelain')).toBe('');
});

it('does not take an empty diff for work: neither untouched content, nor a change that undoes itself', async () => {
  const touched = await addAndRun(desk.repository, { title: 'touch only', body: 'act: touch' });
  expect(touched.ran.code).toBe(3);
  expect(touched.shown).toMatchObject({ state: 'paused', reasonCode: 'same-failure' });
  const head = git(desk.repository, 'rev-parse', 'main');
  const undone = await addAndRun(desk.repository, { title: 'there and back', body: 'act: restore' });
  expect(undone.ran.code, undone.ran.stdout).toBe(3);
  expect(undone.shown).toMatchObject({ state: 'paused' });
  expect(undone.shown.reason).toMatch(/changed nothing|no file has changed/);
  expect(git(desk.repository, 'rev-parse', 'main')).toBe(head);
});

it('carries binary files byte for byte, and shows their diff without their bytes', async () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
  const cwd = repositoryWith('binary', { 'base.bin': bytes });
  const { ran, shown } = await addAndRun(cwd, { title: 'binary', body: 'act: binary' });
  expect(ran, ran.stdout).toMatchObject({ code: 0 });
  expect(fileAt(cwd, 'main', 'twice.bin')).toEqual(Buffer.concat([bytes, bytes]));
  expect(readFileSync(join(cwd, 'base.bin'))).toEqual(Buffer.concat([bytes, Buffer.from([0, 1, 255])]));
  const diff = await desk.mw(['diff', shown.id], { cwd });
  expect(diff.stdout).toMatch(/Binary files .* differ|GIT binary patch/);
  expect(Buffer.from(diff.stdout).includes(0)).toBe(false);
});

it('leaves line endings as they are', async () => {
  const cwd = repositoryWith('crlf', { 'windows.txt': 'one\r\ntwo\r\n' });
  const { ran, shown } = await addAndRun(cwd, { title: 'crlf', body: 'act: crlf' });
  expect(ran, ran.stdout).toMatchObject({ code: 0 });
  expect(fileAt(cwd, 'main', 'windows.txt').toString()).toBe('one\r\ntwo\r\nthree\r\n');
  expect(fileAt(cwd, 'main', 'new-windows.txt').toString()).toBe('new\r\nfile\r\n');
  expect(git(cwd, 'diff', '--numstat', `${shown.landed?.commit}^`, 'main', '--', 'windows.txt')).toBe(
    '1\t0\twindows.txt',
  );
});

it('lets a second mw up join the first: both end with 0, and each item lands once', async () => {
  const other = openDesk(files);
  try {
    const ids = await addItems(
      other,
      Array.from({ length: 8 }, (_, index) => ({ title: `item ${index}`, body: 'act: good' })),
    );
    const both = await Promise.all([1, 2].map(() => other.mw(['up', '--until-empty', '--slots', '2'])));
    for (const ran of both) expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
    const landed = git(
      other.repository,
      'log',
      '--format=%(trailers:key=Millwright-Item,valueonly,separator=%x2C)',
      'main',
    )
      .split('\n')
      .filter((line) => line !== '');
    expect(landed.toSorted()).toEqual([...ids].toSorted());
    expect((await mwJson<{ problems: string[] }>(other, ['db', 'check'])).problems).toEqual([]);
  } finally {
    await other.close();
  }
});

it('refuses a database of a newer version, and goes on with it once it is that version', async () => {
  const other = openDesk(files);
  try {
    await addItems(other, [good]);
    await queryDatabase(
      other.home,
      `insert into millwright.migration (version, name, checksum) values (999, '999-later.sql', 'later')`,
    );
    for (const args of [['list'], ['up', '--until-empty'], ['add', 'more']]) {
      const ran = await other.mw(args);
      expectRefusal(ran, 1, 'E_DB_NEWER');
      expect(ran.stderr).toContain('schema version 999');
    }
    await queryDatabase(other.home, 'delete from millwright.migration where version = 999');
    expect((await listItems(other)).map(({ id }) => id)).toEqual(['MW-1']);
  } finally {
    await other.close();
  }
});
