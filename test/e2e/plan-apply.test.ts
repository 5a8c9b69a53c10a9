/** From specs to landed code and back: plan, apply, change one criterion, remove one. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openDesk, type Desk } from '../support/cli-desk.ts';
import { expectRefusal, listItems, mwJson, projectFiles, showItem } from '../support/cli-project.ts';

/** Writes one file for each criterion of the request, and takes away those of removed ones. */
const maker = `
if printf '%s' "$prompt" | grep -q 'There already'; then echo '{"type":"no-change-needed","reason":"it is there"}'; exit; fi
if [ "$MW_PHASE" = adopt ]; then sed -i 's/two lines/three lines/' specs/export/spec.md; exit; fi
printf '%s\n' "$prompt" | sed -n 's|^\\([a-z-]*/AC-[0-9]*\\): .*|\\1|p' | sort -u > "$MW_ITEM.ids"
while read -r id; do
  file=src/$(printf %s "$id" | tr / -).txt
  mkdir -p src
  if printf '%s\n' "$prompt" | grep -q "^$id: it is not wanted"; then rm -f "$file"; else printf '%s\n' "$prompt" | grep -A 12 "^$id: " > "$file"; fi
done < "$MW_ITEM.ids"
rm "$MW_ITEM.ids"
`;

const spec = `# Export
<!-- next: AC-4 -->

## Purpose
Bookkeepers take every invoice of a month into their spreadsheet as CSV.

## Requirements
### Requirement: CSV of a month
The program SHALL print the invoices of a month as CSV.

#### Scenario: A month with invoices
<!-- export/AC-1 -->
<!-- evidence: command test -->
- **WHEN** May is asked for
- **THEN** one line for each invoice is printed

#### Scenario: A month without
<!-- export/AC-2 -->
<!-- evidence: command test -->
- **WHEN** June is asked for
- **THEN** only the line of headings is printed

### Requirement: Errors
The program SHALL say what is wrong.

- IF the month is not found, THEN the program SHALL end with code 1. <!-- export/AC-3 --> <!-- evidence: command test -->
`;

vi.setConfig({ testTimeout: 90_000 });

let desk: Desk;
beforeAll(() => {
  desk = openDesk(projectFiles({ maker, files: { 'specs/export/spec.md': spec } }));
});
afterAll(() => desk.close());

const at = (path: string) => join(desk.repository, path);
const git = (...args: string[]) =>
  execFileSync('git', args, {
    cwd: desk.repository,
    env: { ...desk.env, GIT_CONFIG_NOSYSTEM: '1' },
    encoding: 'utf8',
    stdio: 'pipe',
  });
const commit = (message: string) =>
  git('-c', 'user.name=Pat', '-c', 'user.email=pat@localhost', 'commit', '-qam', message);

interface Plan {
  readonly criteria: readonly {
    readonly id: string;
    readonly action: string;
    readonly item: string | null;
    readonly pinned: string | null;
  }[];
  readonly items: readonly { readonly title: string; readonly criteria: readonly { readonly id: string }[] }[];
}
const plan = (...args: string[]) => mwJson<Plan>(desk, ['plan', ...args]);
const actions = async () => Object.fromEntries((await plan()).criteria.map(({ id, action }) => [id, action]));

it('plans all of a new spec, builds it, and then plans nothing', async () => {
  expect(await actions()).toEqual({ 'export/AC-1': 'add', 'export/AC-2': 'add', 'export/AC-3': 'add' });
  const shown = await desk.mw(['plan']);
  expect(shown.stdout).toContain('Plan: 3 to add, 0 to change, 0 to remove, 0 unchanged.');
  expect(await desk.mw(['plan', '--check'])).toMatchObject({ code: 3 });
  expectRefusal(await desk.mw(['apply']), 2, 'E_NOT_CONFIRMED');
  expect(await listItems(desk)).toEqual([]);

  const applied = await desk.mw(['apply', '--yes']);
  expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
  const messages = git('log', '-3', '--format=%B');
  expect(messages).toMatch(/^Implements: export\/AC-1@[0-9a-f]{16}$/m);
  expect(messages).toMatch(/^Implements: export\/AC-3@[0-9a-f]{16}$/m);
  expect(await actions()).toEqual({
    'export/AC-1': 'unchanged',
    'export/AC-2': 'unchanged',
    'export/AC-3': 'unchanged',
  });
  expect(await desk.mw(['plan', '--check'])).toMatchObject({ code: 0 });
});

it('plans nothing for white space, line ends and emphasis', async () => {
  const text = readFileSync(at('specs/export/spec.md'), 'utf8');
  writeFileSync(
    at('specs/export/spec.md'),
    text.replaceAll('**', '').replaceAll('- ', '-   ').replaceAll('\n', '\r\n'),
  );
  expect((await plan()).items).toEqual([]);
  writeFileSync(at('specs/export/spec.md'), text);
});

it('a changed criterion plans exactly itself, and wants to be committed first', async () => {
  const text = readFileSync(at('specs/export/spec.md'), 'utf8');
  writeFileSync(at('specs/export/spec.md'), text.replace('one line for each invoice', 'two lines for each invoice'));
  const { items } = await plan();
  expect(items.map(({ criteria }) => criteria.map(({ id }) => id))).toEqual([['export/AC-1']]);
  expectRefusal(await desk.mw(['apply', '--yes']), 2, 'E_NOT_COMMITTED');
  commit('Two lines');
  expect(await desk.mw(['apply', '--yes'])).toMatchObject({ code: 0 });
  expect(readFileSync(at('src/export-AC-1.txt'), 'utf8')).toContain('two lines for each invoice');
  expect(readFileSync(at('src/export-AC-1.txt'), 'utf8')).toContain('one line for each invoice');
  expect(readFileSync(at('src/export-AC-2.txt'), 'utf8')).not.toContain('two lines');
});

it('what is not asked for any more is removed, and its neighbours stay', async () => {
  const text = readFileSync(at('specs/export/spec.md'), 'utf8');
  writeFileSync(
    at('specs/export/spec.md'),
    text.replace(/#### Scenario: A month without[^]*?(?=### Requirement: Errors)/, ''),
  );
  commit('No June');
  expect(await actions()).toMatchObject({ 'export/AC-2': 'remove', 'export/AC-1': 'unchanged' });
  expect(await desk.mw(['apply', '--yes'])).toMatchObject({ code: 0 });
  expect(git('ls-files', 'src').trim().split('\n')).toEqual(['src/export-AC-1.txt', 'src/export-AC-3.txt']);
  expect(await actions()).toEqual({ 'export/AC-1': 'unchanged', 'export/AC-3': 'unchanged' });
});

it('a criterion edited while its item waits: the item keeps its text, and the plan shows the difference', async () => {
  const path = at('specs/export/spec.md');
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replace('code 1', 'code 2'));
  commit('Code 2');
  expect(await desk.mw(['apply', '--yes', '--no-run'])).toMatchObject({ code: 0 });
  expect((await plan()).items).toEqual([]);
  writeFileSync(path, text.replace('code 1', 'code 3'));
  commit('Code 3');
  const { items, criteria } = await plan();
  const row = criteria.find(({ id }) => id === 'export/AC-3');
  expect(row).toMatchObject({
    action: 'change',
    item: expect.stringMatching(/^MW-/) as string,
    pinned: expect.any(String) as string,
  });
  expect(items).toHaveLength(1);
  expect(await desk.mw(['apply', '--yes'])).toMatchObject({ code: 0 });
  expect(git('log', '-2', '--format=%B').match(/^Implements: export\/AC-3/gm)).toHaveLength(2);
  expect(readFileSync(at('src/export-AC-3.txt'), 'utf8')).toContain('code 3');
});

it('says why a line is there, also after a person moved it and took its database away', async () => {
  const path = 'src/export-AC-1.txt';
  const lines = readFileSync(at(path), 'utf8').split('\n');
  const line = lines.findIndex((text) => text.includes('THEN two lines')) + 1;
  const why = await desk.mw(['why', `${path}:${line}`]);
  expect(why, why.stderr).toMatchObject({ code: 0 });
  expect(why.stdout).toContain('for          export/AC-1');
  expect(why.stdout).toMatch(/MW-\d+\/build#1/);
  expect(why.stdout).toContain('checks       test passed (1 tests)');
  git('mv', path, 'src/moved.txt');
  writeFileSync(at('src/moved.txt'), `a line of mine\n${lines.map((text) => `  ${text}`).join('\n')}`);
  git('add', '-A');
  commit('Tidy up');
  interface Answer {
    readonly why: {
      readonly origin: { readonly hops: readonly { readonly how: string }[]; readonly record: object | null };
      readonly criteria: readonly { readonly id: string; readonly same: boolean }[];
    };
  }
  const moved = await mwJson<Answer>(desk, ['why', `src/moved.txt:${line + 1}`], {
    env: { MW_HOME: join(desk.root, 'another') },
  });
  expect(moved.why.criteria).toMatchObject([{ id: 'export/AC-1', same: true }]);
  expect(moved.why.origin.hops).toMatchObject([{ how: 'moved' }]);
  expect(moved.why.origin.record).not.toBeNull();
  const mine = await desk.mw(['why', 'src/moved.txt:1']);
  expect(mine.stdout).toContain('outside the factory');
  expectRefusal(await desk.mw(['why', 'src/moved.txt:999']), 5, 'E_NOT_FOUND');
  expectRefusal(await desk.mw(['why', 'nothing']), 5, 'E_NOT_FOUND');
  const byId = await desk.mw(['why', 'export/AC-1']);
  expect(byId.stdout).toContain('export/AC-1');
  expect(await actions()).toMatchObject({ 'export/AC-1': 'drift' });
  git('reset', '-q', '--hard', 'HEAD~1');
});

it('an edit by hand is drift until it is adopted, built over, or declared hand-written', async () => {
  const path = at('src/export-AC-1.txt');
  const edit = () => {
    writeFileSync(path, readFileSync(path, 'utf8').replace('two lines', 'three lines').replace(/\n/, '\nby hand\n'));
    commit('By hand');
  };
  edit();
  const shown = await desk.mw(['drift']);
  expect(shown.stdout).toMatch(/export\/AC-1[^]*src\/export-AC-1\.txt:2-2/);
  expect(await desk.mw(['drift', '--check'])).toMatchObject({ code: 3 });
  expect(await desk.mw(['plan', '--check'])).toMatchObject({ code: 3 });
  const adopted = await desk.mw(['drift', '--adopt', '--yes']);
  expect(adopted, adopted.stdout + adopted.stderr).toMatchObject({ code: 0 });
  expect(readFileSync(at('specs/export/spec.md'), 'utf8')).toContain('three lines');
  expect(readFileSync(path, 'utf8')).toContain('by hand');
  expect(await actions()).toMatchObject({ 'export/AC-1': 'unchanged' });

  edit();
  expectRefusal(await desk.mw(['drift', 'export/AC-1', '--regenerate']), 2, 'E_NOT_CONFIRMED');
  expect(await desk.mw(['drift', 'export/AC-1', '--regenerate', '--yes'])).toMatchObject({ code: 0 });
  expect(readFileSync(path, 'utf8')).not.toContain('by hand');
  expect(await actions()).toMatchObject({ 'export/AC-1': 'unchanged' });
  expectRefusal(await desk.mw(['drift', '--adopt']), 5, 'E_NO_DRIFT');

  edit();
  expect(await actions()).toMatchObject({ 'export/AC-1': 'drift' });
  expect(await desk.mw(['drift', '--protect', 'src/export-AC-1.txt'])).toMatchObject({ code: 0 });
  expect(await desk.mw(['drift', '--check'])).toMatchObject({ code: 0 });
  git('checkout', 'millwright.yaml');
  git('reset', '-q', '--hard', 'HEAD~1');
});

it('work that was taken back is done again from what is remembered: nobody is asked, the checks are', async () => {
  const text = readFileSync(at('specs/export/spec.md'), 'utf8');
  writeFileSync(at('specs/export/spec.md'), text.replace('code 3', 'code 4'));
  commit('Code 4');
  expect(await desk.mw(['apply', '--yes'])).toMatchObject({ code: 0 });
  const before = git('rev-parse', 'HEAD:src').trim();
  const [last] = (await listItems(desk)).filter(({ state }) => state === 'landed').slice(-1);
  git('reset', '-q', '--hard', 'HEAD~1');
  const { items } = await plan();
  expect(items).toHaveLength(1);
  const applied = await desk.mw(['apply', '--yes']);
  expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
  expect(git('rev-parse', 'HEAD:src').trim()).toBe(before);
  const [again] = (await listItems(desk)).slice(-1);
  const { attempts, checks } = await showItem(desk, again?.id ?? '');
  expect(attempts).toMatchObject([{ outcome: 'succeeded', sessions: [] }]);
  expect(checks.at(-1)).toMatchObject({ status: 'passed' });
  expect(again?.id).not.toBe(last?.id);
});

it('a criterion that holds already lands as such, once a person agrees and its evidence is seen', async () => {
  const text = readFileSync(at('specs/export/spec.md'), 'utf8');
  const more =
    '#### Scenario: There already\n<!-- export/AC-4 -->\n<!-- evidence: command test -->\n- **WHEN** July is asked for\n- **THEN** There already stands a file\n\n';
  writeFileSync(at('specs/export/spec.md'), text.replace('### Requirement: Errors', `${more}### Requirement: Errors`));
  commit('July');
  expect(await actions()).toMatchObject({ 'export/AC-4': 'add' });
  expect(await desk.mw(['apply', '--yes'])).toMatchObject({ code: 4 });
  const [waiting] = (await listItems(desk)).slice(-1);
  expect(await desk.mw(['approve', waiting?.id ?? ''])).toMatchObject({ code: 0 });
  expect(await desk.mw(['up', '--until-empty'])).toMatchObject({ code: 0 });
  expect(await actions()).toMatchObject({ 'export/AC-4': 'unchanged' });
  expect(git('show', '--stat', '--format=%s', 'HEAD').trim().split('\n')).toHaveLength(1);
});

it('a history that was rebased or squashed says the same, and nothing is built twice', async () => {
  const before = await actions();
  const tip = git('rev-parse', 'HEAD').trim();
  const rebase = [
    '-c',
    'user.name=Pat',
    '-c',
    'user.email=pat@localhost',
    'rebase',
    '-q',
    '--root',
    '--committer-date-is-author-date',
  ];
  git(
    ...rebase,
    '--exec',
    'git -c user.name=Eve -c user.email=eve@localhost commit -q --amend --allow-empty --no-edit --reset-author',
  );
  expect(git('rev-parse', 'HEAD').trim()).not.toBe(tip);
  expect(await actions()).toEqual(before);

  const messages = git('log', '--reverse', '--format=* %s%n%n%b');
  git('checkout', '-q', '--orphan', 'squashed');
  git('add', '-A');
  git('-c', 'user.name=Pat', '-c', 'user.email=pat@localhost', 'commit', '-q', '-m', `All of it (#7)\n\n${messages}`);
  git('branch', '-f', 'main', 'squashed');
  git('checkout', '-q', 'main');
  expect(Object.keys(await actions())).toEqual(Object.keys(before));
  expect((await plan()).items).toEqual([]);
  expect((await desk.mw(['why', 'export/AC-1'])).stdout).toContain('export/AC-1');
  git('reset', '-q', '--hard', tip);
});

it('plans a spec in any script, with any line ends', async () => {
  const text =
    '# 請求書\r\n\r\n## Purpose\r\n' +
    '会計担当者が一か月分の請求書をまとめて受け取れるようにするための機能です。'.repeat(2) +
    '\r\n\r\n## Requirements\r\n### Requirement: Größe\r\nДиск SHALL хранить всё.\r\n\r\n#### Scenario: 五月\r\n<!-- invoices/AC-1 -->\r\n<!-- evidence: command test -->\r\n- **WHEN** 五月を求める\r\n- **THEN** ZIP が返る\r\n';
  mkdirSync(at('specs/invoices'));
  writeFileSync(at('specs/invoices/spec.md'), text);
  git('add', '-A');
  commit('Any script');
  expect(await actions()).toMatchObject({ 'invoices/AC-1': 'add' });
  expect(await desk.mw(['apply', '--yes', '--only', 'invoices'])).toMatchObject({ code: 0 });
  writeFileSync(at('specs/invoices/spec.md'), text.replaceAll('\r\n', '\n').normalize('NFD'));
  expect(await actions()).toMatchObject({ 'invoices/AC-1': 'unchanged' });
  expect((await desk.mw(['why', 'invoices/AC-1'])).stdout).toContain('THEN ZIP が返る');
  git('checkout', '-q', '.');
});

it('does nothing about a criterion that nobody could test, says so, and ends with 3', async () => {
  const text = readFileSync(at('specs/export/spec.md'), 'utf8');
  writeFileSync(at('specs/export/spec.md'), text.replace('with code 4', 'nicely and looks good'));
  commit('Vague');
  const items = (await listItems(desk)).length;
  const applied = await desk.mw(['apply', '--yes']);
  expect(applied).toMatchObject({ code: 3, stderr: expect.stringContaining('mw spec lint') as string });
  expect(applied.stdout).toMatch(/~ AC-3[^]*not ready: line \d+: no test can decide "/);
  expect(await listItems(desk)).toHaveLength(items);
  git('reset', '-q', '--hard', 'HEAD~1');
});

it('a deleted folder plans the removal of all that was built of it', async () => {
  rmSync(at('specs/export'), { recursive: true });
  const { criteria } = await plan();
  expect(criteria.filter(({ action }) => action === 'remove').map(({ id }) => id)).toEqual([
    'export/AC-1',
    'export/AC-3',
    'export/AC-4',
  ]);
  expectRefusal(await desk.mw(['apply', '--yes']), 2, 'E_NOT_COMMITTED');
});
