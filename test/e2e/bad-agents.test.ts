/** Seven bad agents, each twice: bad once and then good, which lands; and bad for ever, which pauses with the true reason. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fileAt, git, openDesk, sessionProcesses, waitFor, type Desk, type Ran } from '../support/cli-desk.ts';
import { addItems, listItems, projectFiles, showItem } from '../support/cli-project.ts';

/** Every behaviour; `$MW_ITEM.txt` is the work that was asked for. */
const maker = `
work() { echo "$1" > "$MW_ITEM.txt"; }
report() { echo '{"summary":"wrote the file","files":1}' > "$MW_RESULT"; }
case "$ACT" in
  good) work done; echo whole > state.txt; report ;;
  crash) work half; echo 'out of luck' >&2; exit 7 ;;
  hang) work half; sleep 600 & sleep 600 ;;
  malformed) work half; echo '{"summary":5,"mood":"fine"}' > "$MW_RESULT" ;;
  nothing) echo 'Done, everything works.' ;;
  break) work half; echo "broken $MW_ATTEMPT" > state.txt ;;
  nested) work half; mkdir inner; git init -q inner; echo hidden > inner/file.txt ;;
  prose) work half; echo 'I have implemented everything and all tests pass. The task is complete.' ;;
  uncommitted)
    work done
    git config user.name agent; git config user.email agent@localhost
    mkdir -p deep/er; echo committed > deep/er/committed.txt; git add deep; git commit -qm 'my own commit'
    echo staged > staged.txt; git add staged.txt
    echo untracked > untracked.txt; git rm -q old.txt ;;
esac
`;

const phase = (output: string) =>
  `{ id: build, instructions: build, output: ${output}, checks: [all], limits: { idle: 2s } }`;
const files = projectFiles({
  maker,
  pipelines: {
    solo: `name: solo\nphases:\n  - ${phase('text')}\n`,
    structured: `name: structured\nphases:\n  - ${phase('.millwright/report.schema.json')}\n`,
  },
  files: { 'old.txt': 'old\n' },
});

const bad = ['crash', 'hang', 'malformed', 'nothing', 'break', 'nested', 'prose'] as const;
type Bad = (typeof bad)[number];
const pipelineOf = (act: Bad) => (act === 'malformed' || act === 'prose' ? 'structured' : 'solo');

let desk: Desk;
let hanging: readonly number[];
let once: { readonly ran: Ran; readonly ids: Readonly<Record<string, string>> };
let always: { readonly ran: Ran; readonly ids: Readonly<Record<string, string>> };

beforeAll(async () => {
  desk = openDesk(files);
  const tidy = await addItems(desk, [{ title: 'uncommitted', body: 'act: uncommitted' }]);
  once = {
    ids: { ...(await addAll('once')), uncommitted: tidy[0] ?? '' },
    ran: await desk.mw(['up', '--until-empty', '--slots', '4']),
  };
  const ids = await addAll('always');
  const up = desk.start(['up', '--until-empty', '--slots', '4']);
  // The red control of "no process is left": the hanging one and its child are seen while they hang.
  hanging = await waitFor('the agent hangs', 20_000, async () => {
    const { attempts, state } = await showItem(desk, ids['hang'] ?? '');
    const seen = sessionProcesses(desk.home);
    return attempts.length === 0 && state === 'running' && seen.length > 1 && seen;
  });
  always = { ids, ran: await up.ended };
}, 180_000);

afterAll(() => desk.close());

async function addAll(times: 'once' | 'always'): Promise<Record<string, string>> {
  const items = bad.map((act) => ({
    title: `${act} ${times}`,
    body: `act: ${act}${times === 'once' ? ' once' : ''}`,
    pipeline: pipelineOf(act),
  }));
  const ids = await addItems(desk, items);
  return Object.fromEntries(bad.map((act, index) => [act, ids[index] ?? '']));
}

it('ends with 0 when every agent was bad once and then good', () => {
  expect(once.ran, once.ran.stdout + once.ran.stderr).toMatchObject({ code: 0 });
});

it.each(bad)('lands the work of an agent that is bad once (%s), from its second attempt', async (act) => {
  const id = once.ids[act] ?? '';
  const { state, attempts } = await showItem(desk, id);
  expect({ state, attempts: attempts.length }).toEqual({ state: 'landed', attempts: 2 });
  expect(fileAt(desk.repository, 'main', `${id}.txt`).toString()).toBe('done\n');
});

it('takes in what an agent committed, staged, left untracked and deleted, as one commit of its own', async () => {
  const id = once.ids['uncommitted'] ?? '';
  const { landed, attempts } = await showItem(desk, id);
  const commit = landed?.commit ?? '';
  expect(attempts).toHaveLength(1);
  const changes = git(desk.repository, 'diff', '--name-status', `${commit}^`, commit).split('\n');
  expect(changes).toEqual([
    `A\t${id}.txt`,
    'A\tdeep/er/committed.txt',
    'D\told.txt',
    'A\tstaged.txt',
    'A\tuntracked.txt',
  ]);
  expect(git(desk.repository, 'log', '--format=%s', 'main')).not.toContain('my own commit');
});

/** What stops each of them: the machine's word, and what a person reads. */
const reasons: Readonly<Record<Bad, { readonly code: string; readonly text: RegExp; readonly attempts: number }>> = {
  crash: {
    code: 'same-failure',
    text: /3 times in a row in phase build: the agent's process failed with exit code 7: out of luck/,
    attempts: 3,
  },
  hang: { code: 'same-failure', text: /3 times in a row in phase build: no output for 2 s/, attempts: 3 },
  malformed: {
    code: 'malformed',
    text: /did not fit its schema in two fresh sessions: .*\/summary must be string/,
    attempts: 2,
  },
  nothing: { code: 'same-failure', text: /3 times in a row in phase build: said done, changed nothing/, attempts: 3 },
  break: { code: 'same-failure', text: /3 times in a row in phase build: check test failed/, attempts: 3 },
  nested: { code: 'same-failure', text: /the working copy cannot be taken: .*inner/, attempts: 3 },
  prose: {
    code: 'malformed',
    text: /did not fit its schema in two fresh sessions: there is no JSON result/,
    attempts: 2,
  },
};

it('ends with 3 when every agent stays bad, and says of each why it stopped and what to type', async () => {
  expect(always.ran, always.ran.stdout + always.ran.stderr).toMatchObject({ code: 3 });
  expect(always.ran.stdout).toContain(`0 of ${bad.length} landed`);
  for (const id of Object.values(always.ids))
    expect(always.ran.stdout).toMatch(new RegExp(`\\n${id} paused: .+\\n   Next: mw `));
});

it.each(bad)('pauses the item of an agent that stays bad (%s), with the true reason', async (act) => {
  const shown = await showItem(desk, always.ids[act] ?? '');
  const { code, text, attempts } = reasons[act];
  expect(shown).toMatchObject({ state: 'paused', reasonCode: code, branch: null, landed: null });
  expect(shown.reason).toMatch(text);
  expect(shown.next).toContain(`mw retry ${shown.id}`);
  expect(shown.attempts).toHaveLength(attempts);
});

it('never counts bad work as done: nothing of it is on the branch', async () => {
  const landed = (await listItems(desk)).filter(({ state }) => state === 'landed').map(({ id }) => id);
  expect(landed.toSorted()).toEqual(Object.values(once.ids).toSorted());
  const paths = git(desk.repository, 'ls-tree', '-r', '--name-only', 'main').split('\n');
  for (const id of Object.values(always.ids)) expect(paths).not.toContain(`${id}.txt`);
  expect(paths.filter((path) => path.startsWith('inner'))).toEqual([]);
  expect(fileAt(desk.repository, 'main', 'state.txt').toString()).toBe('whole\n');
});

it('leaves no process of any agent, and no session on disk', () => {
  expect(hanging.length).toBeGreaterThan(1);
  expect(sessionProcesses(desk.home)).toEqual([]);
  expect(existsSync(join(desk.home, 'sessions')) ? readdirSync(join(desk.home, 'sessions')) : []).toEqual([]);
});
