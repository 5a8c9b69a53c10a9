/** Specs, work plans and notes that somebody else has committed, read from the command line. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { commit, git, openDesk, type Desk } from '../support/cli-desk.ts';
import { expectRefusal, mwJson, projectFiles, showItem } from '../support/cli-project.ts';

const acting = '\u001B[31mred\u202E\u009B';
const raw = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E]/;

function spec(name: string, words: string, evidence: string): string {
  return `# Title ${words}
<!-- next: AC-3 -->

## Purpose
Bookkeepers ${words} take every invoice of a month into their spreadsheet as CSV.

## Assumptions
- It is assumed ${words}

## Requirements
### Requirement: CSV ${words}
The program SHALL print ${words} or say what is missing.

#### Scenario: May ${words}
<!-- ${name}/AC-1 -->
<!-- evidence: ${evidence} -->
- **WHEN** May ${words} is asked for
- **THEN** one line ${words} is printed
`;
}

vi.setConfig({ testTimeout: 90_000 });

let desk: Desk;
beforeAll(() => {
  desk = openDesk(
    projectFiles({ maker: 'echo x > x.txt', files: { 'specs/a/spec.md': spec('a', acting, 'command test') } }),
  );
});
afterAll(() => desk.close());

const at = (path: string) => join(desk.repository, path);

it('prints nothing of them that acts on a terminal', async () => {
  const message = `Sub${acting}ject\n\nImplements: a/AC-2@0123456789abcdef\nMillwright-Attempt: MW-9/b\u001B[31m#1\nMillwright-Item: MW-9`;
  const head = commit(desk.repository, { [`f${acting}.txt`]: 'x\n' }, message);
  const attempt = {
    address: acting,
    run: 1,
    outcome: '',
    agent: null,
    adapter: null,
    model: null,
    instructions: null,
    prompt: null,
    costMicroUsd: null,
    at: '',
  };
  const note = {
    version: 1,
    commit: head,
    base: null,
    item: 'MW-9',
    run: 1,
    title: '',
    body: '',
    criteria: [],
    pipeline: null,
    attempts: [attempt],
    checks: [],
    decisions: [],
  };
  git(desk.repository, 'notes', '--ref=millwright', 'add', '-m', JSON.stringify(note));
  writeFileSync(at('specs/a/work.md'), `## 1. x\nCriteria: ${acting}\nSize: small\n`);
  mkdirSync(at(`specs/${acting}`));
  writeFileSync(at(`specs/${acting}/spec.md`), `${spec('b', acting, 'person')}\n[NEEDS CLARIFICATION: ${acting}]\n`);
  for (const args of [
    ['spec', 'list'],
    ['spec', 'show', 'a'],
    ['spec', 'lint'],
    ['plan'],
    ['why', head],
    ['why', `f${acting}.txt:9`],
  ]) {
    const { stdout, stderr } = await desk.mw(args);
    expect(`${stdout}${stderr}`, args.join(' ')).not.toMatch(raw);
    expect(`${stdout}${stderr}`, args.join(' ')).toContain('\\u{');
  }
  rmSync(at(`specs/${acting}`), { recursive: true });
  rmSync(at('specs/a/work.md'));
  for (const args of [
    ['apply', '--yes', '--no-run'],
    ['spec', 'split', 'a', '--no-run'],
    ['spec', 'new', acting, '--no-run'],
  ])
    expect((await desk.mw(args)).stdout, args.join(' ')).not.toMatch(raw);
});

it('follows no link, writes through none, and takes no spec behind one for removed', async () => {
  const outside = desk.folder('outside');
  const file = join(outside, 'spec.md');
  const text = spec('x', '', 'person').replace('<!-- x/AC-1 -->\n', '');
  writeFileSync(file, text);
  for (const [target, place] of [
    [file, 'specs/x/spec.md'],
    [outside, 'specs/x'],
  ] as const) {
    rmSync(at('specs/x'), { recursive: true, force: true });
    if (place !== 'specs/x') mkdirSync(at('specs/x'));
    symlinkSync(target, at(place));
    expectRefusal(await desk.mw(['spec', 'lint', '--fix']), 2, 'E_SPEC_NOT_FILE');
    expectRefusal(await desk.mw(['plan']), 2, 'E_SPEC_NOT_FILE');
    expect(readFileSync(file, 'utf8')).toBe(text);
  }
  rmSync(at('specs/x'), { recursive: true });
  execFileSync('mkfifo', [at('specs/a/work.md')]);
  expect((await desk.mw(['plan'])).stdout).toContain(
    'specs/a/work.md is not followed: specs/a/work.md is no plain file',
  );
  rmSync(at('specs/a/work.md'));
});

it('an id that stands in two specs names neither', async () => {
  mkdirSync(at('specs/aa'));
  writeFileSync(at('specs/aa/spec.md'), spec('a', '', 'person'));
  const { criteria } = await mwJson<{ criteria: { id: string; unready: string | null }[] }>(desk, ['plan']);
  expect(criteria.filter(({ id }) => id === 'a/AC-1').map(({ unready }) => unready)).toEqual([
    expect.stringContaining('stands in specs/aa/spec.md too') as string,
    expect.stringContaining('stands in specs/a/spec.md too') as string,
  ]);
  rmSync(at('specs/aa'), { recursive: true });
});

it('the core’s own judgement is no evidence: the item says so before an agent is paid', async () => {
  commit(desk.repository, { 'specs/b/spec.md': spec('b', '', 'command criteria') });
  const applied = await desk.mw(['apply', '--yes', '--only', 'b', '--json']);
  expect(applied).toMatchObject({ code: 3 });
  const id = /"added":\[\{"id":"(MW-\d+)"/.exec(applied.stdout)?.[1] ?? '';
  expect(await showItem(desk, id)).toMatchObject({ state: 'paused', reasonCode: 'criteria-unprovable', attempts: [] });
});

it('does not plan from a history that is cut off', async () => {
  const shallow = desk.folder('shallow');
  git(shallow, 'clone', '-q', '--depth', '1', `file://${desk.repository}`, '.');
  expectRefusal(await desk.mw(['plan'], { cwd: shallow }), 2, 'E_SHALLOW');
  expectRefusal(await desk.mw(['why', 'state.txt:1'], { cwd: shallow }), 2, 'E_SHALLOW');
  git(shallow, 'fetch', '-q', '--unshallow');
  const { criteria } = await mwJson<{ criteria: { id: string; action: string }[] }>(desk, ['plan'], { cwd: shallow });
  expect(criteria).toContainEqual(expect.objectContaining({ id: 'a/AC-2', action: 'remove' }));
});

it('says that landed work waits for a merge only until it is merged', async () => {
  git(desk.repository, 'branch', 'millwright/main', 'HEAD~1');
  expect((await desk.mw(['plan'])).stdout).not.toContain('Landed work waits');
  git(
    desk.repository,
    'branch',
    '-f',
    'millwright/main',
    git(desk.repository, 'commit-tree', 'HEAD^{tree}', '-p', 'HEAD', '-m', 'x'),
  );
  expect((await desk.mw(['plan'])).stdout).toContain('Landed work waits on millwright/main');
});

it('on another branch, and in a linked worktree, plans what lies there against what landed on the target', async () => {
  const hash = (await mwJson<{ criteria: { id: string; hash: string }[] }>(desk, ['plan', 'b'])).criteria[0]?.hash;
  const linked = join(desk.root, 'linked');
  git(desk.repository, 'worktree', 'add', '-q', '-b', 'side', linked);
  commit(desk.repository, { 'b.txt': 'b\n' }, `Build\n\nImplements: b/AC-1@${hash}\nMillwright-Item: MW-9`);
  const action = async () =>
    (await mwJson<{ criteria: { action: string }[] }>(desk, ['plan', 'b'], { cwd: linked })).criteria[0]?.action;
  expect(await action()).toBe('unchanged');
  const path = join(linked, 'specs/b/spec.md');
  writeFileSync(path, readFileSync(path, 'utf8').replace('one line', 'two lines').replace('criteria -->', 'test -->'));
  git(linked, 'commit', '-qam', 'Two lines, on a branch of my own');
  expect(await action()).toBe('change');
  const applied = await desk.mw(['apply', '--yes', '--only', 'b'], { cwd: linked });
  expectRefusal(applied, 2, 'E_NOT_COMMITTED');
  expect(applied.stderr).toContain('specs/b/spec.md differs from the latest commit of main');
  await desk.mw(['spec', 'lint', '--fix', 'b'], { cwd: linked });
  expect(git(desk.repository, 'status', '--porcelain', 'specs/b')).toBe('');
});

it('pays no agent for words that say nothing, or for a name that no spec can have', async () => {
  expectRefusal(await desk.mw(['fix', 'state.txt:1', ' ']), 2, 'E_NO_TEXT');
  expectRefusal(await desk.mw(['spec', 'new', 'Words', '--name', '../x', '--no-run']), 2, 'E_BAD_NAME');
});

it('needs nothing of what a repository configures for blame', async () => {
  git(desk.repository, 'config', 'blame.ignoreRevsFile', '.git-blame-ignore-revs');
  expect((await desk.mw(['why', 'b.txt:1'])).stdout).toContain('for          b/AC-1');
  git(desk.repository, 'config', '--unset', 'blame.ignoreRevsFile');
});

it('lands no work that takes another criterion out of the spec', async () => {
  const second =
    '\n#### Scenario: Second\n<!-- c/AC-2 -->\n<!-- evidence: command test -->\n- WHEN June is asked for\n- THEN no line is printed\n';
  const maker = "cat > /dev/null; echo x > c.txt; sed -i '/Scenario: Second/,$d' specs/c/spec.md\n";
  commit(desk.repository, {
    'specs/c/spec.md': `${spec('c', '', 'command test')}${second}`,
    '.millwright/maker.sh': maker,
  });
  expect(await desk.mw(['apply', '--yes', '--only', 'c/AC-1'])).toMatchObject({ code: 3 });
  const { criteria } = await mwJson<{ criteria: { id: string; action: string }[] }>(desk, ['plan', 'c']);
  expect(criteria).toMatchObject([
    { id: 'c/AC-1', action: 'add' },
    { id: 'c/AC-2', action: 'add' },
  ]);
});

it('takes no spec from an agent that gives a criterion the id of another spec', async () => {
  const stolen = spec('c', '', 'person').replaceAll(/ +/g, ' ');
  const maker = `cat > /dev/null; mkdir -p specs/d; cat > specs/d/spec.md <<'END'\n${stolen}END\n`;
  commit(desk.repository, { '.millwright/maker.sh': maker });
  expect(await desk.mw(['spec', 'new', 'Words', '--yes', '--decide'])).toMatchObject({ code: 3 });
  const { items } = await mwJson<{ items: { id: string }[] }>(desk, ['list']);
  const { stdout } = await desk.mw(['logs', `${items.at(-1)?.id}/interview#2`, '--prompt']);
  expect(stdout).toContain('c/AC-1 stands in specs/c/spec.md too');
});
