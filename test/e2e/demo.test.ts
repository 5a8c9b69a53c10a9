/** `mw demo`, as a newcomer runs it: the whole story, on machines that lack something, interrupted, and failing. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { JournalEvent } from '../../src/model/event.ts';
import { git, type Ran } from '../support/cli-desk.ts';
import { openStage, type DemoStage } from '../support/demo-stage.ts';

const ofMillwright = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const minute = 60_000;

/** Wherever Node would find one from here: beside this checkout, and in the folders above it. */
function compilers(): readonly string[] {
  const found = (createRequire(import.meta.url).resolve.paths('typescript') ?? [])
    .map((folder) => join(folder, 'typescript'))
    .filter((folder) => existsSync(folder));
  return [...new Set(found.map((folder) => realpathSync(folder)))];
}
const csv = [
  'number,customer,date,amount,note',
  '2026-041,Harbour Rowing Club,2026-03-02,480.00,',
  '2026-042,"Ann ""Red"" Lee",2026-03-09,125.50,paid in cash',
  '2026-043,"Miller, Sons & Co.",2026-03-17,2300.05,second reminder',
];

function stageForTest(): DemoStage {
  const stage = openStage();
  onTestFinished(() => stage.close());
  return stage;
}

describe('the story', { timeout: 2 * minute }, () => {
  let stage: DemoStage;
  let kept = '';
  let told: Ran;
  const mw = (...args: readonly string[]) => stage.run(args, { env: { MW_HOME: join(kept, 'state') } });

  beforeAll(async () => {
    stage = openStage();
    kept = join(stage.root, 'kept here');
    told = await stage.run(['demo', '--keep', kept]);
  }, 2 * minute);
  afterAll(async () => {
    await mw('down', '--now');
    stage.close();
  }, minute);

  test('ends well and leaves nothing but the folder that was to be kept', () => {
    expect(told, `${told.stdout}${told.stderr}`).toMatchObject({ code: 0, stderr: '' });
    expect(stage.leftFiles()).toEqual([]);
    expect(stage.leftProcesses()).toEqual([]);
    expect(told.stdout).toContain(`Kept in ${kept}`);
  });

  test('says first and last that the decisions come from a script', () => {
    expect(told.stdout.split('\n').slice(0, 4).join('\n')).toContain('The agent is scripted');
    expect(told.stdout.split('\n').slice(-12).join('\n')).toContain('The decisions were scripted');
  });

  test('goes through all eight phases of the engineering pipeline, in order', () => {
    const passed = told.stdout.matchAll(
      /^ +[\d.]+s {2}✓ (triage|research|prd|tech-research|design|spec|build|review) /gm,
    );
    expect(Array.from(passed, ([, phase]) => phase)).toEqual([
      'triage',
      'research',
      'prd',
      'tech-research',
      'design',
      'spec',
      'build',
      'build',
      'build',
      'review',
    ]);
  });

  test('tells of a failing type check and a finding, each followed by another attempt, of the gate, and of the landing', () => {
    const story = [
      /✗ checks +types failed, test passed \(4 tests\), guard passed: back to build #2\n +src\/csv\.ts\(11,62\): error TS2322: /,
      /✓ build #2 /,
      /✗ review +correctness: major: Quotes inside a field/,
      /✗ review +passed by 8 of 9: back to build #3\n/,
      /✓ build #3 /,
      /✓ checks +test passed \(7 tests\), types passed, guard passed\n/,
      /✓ review +passed by 9 of 9\n/,
      /◇ gate +review asks for your approval of [0-9a-f]{10}; /,
      /✓ gate +approved: the demo answers for you here\n/,
      /★ landed +[0-9a-f]{10} on main\n/,
      /4 files changed, \d+ insertions/,
    ];
    const places = story.map((each) => told.stdout.search(each));
    expect(places, told.stdout).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test('shows what the finished program prints, and that is what it prints', async () => {
    expect(told.stdout).toContain(csv.map((line) => `  ${line}\n`).join(''));
    const { stdout } = await new Promise<{ stdout: string }>((resolve, reject) => {
      const child = spawn(process.execPath, ['src/main.ts', 'csv', 'data/invoices.json'], {
        cwd: join(kept, 'invoices'),
        env: {},
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      child.once('error', reject).once('close', () => resolve({ stdout: output }));
    });
    expect(stdout).toBe(csv.map((line) => `${line}\r\n`).join(''));
  });

  test('lands one commit that names its item and its three attempts, in a clean checkout', () => {
    const repository = join(kept, 'invoices');
    expect(git(repository, 'rev-list', '--count', 'main')).toBe('2');
    expect(git(repository, 'status', '--porcelain')).toBe('');
    const trailers = git(repository, 'log', '-1', '--format=%(trailers:only)').split('\n');
    expect(trailers).toEqual([
      'Millwright-Item: MW-1',
      'Millwright-Run: MW-1:1',
      ...[1, 2, 3].map((n) => `Millwright-Attempt: MW-1/build#${n}`),
    ]);
  });

  test('really fed back what the compiler and the reviewer said', async () => {
    const second = await mw('logs', 'MW-1/build#2', '--prompt');
    expect(second.stdout).toMatch(
      /## What must be mended now\nFrom check types:\n`+findings\n[^`]*error TS2322: Type 'string \| null'/,
    );
    const third = await mw('logs', 'MW-1/build#3', '--prompt');
    expect(third.stdout).toMatch(
      /## What must be mended now\nFrom review correctness:\n`+findings\n- \[major\] Quotes inside a field/,
    );
    // The reviewer's own try is in its transcript, with the record as the second attempt wrote it.
    const review = await mw('logs', 'MW-1/review.correctness#1', '--raw');
    expect(review.stdout).toContain(String.raw`exit 1, number,customer,date,amount,note\r\n1,Ann \"Red\" Lee,`);
  });

  test('answers its gate by an event that says who decided, on the commit that landed', async () => {
    const events = (await mw('events', 'MW-1', '--json')).stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as JournalEvent);
    const approved = events.flatMap(({ body }) => (body.type === 'approved' ? [body] : []));
    expect(approved).toEqual([
      { type: 'approved', gate: 'MW-1:1/review/gate-1', by: 'demo', note: 'the demo answers for you' },
    ]);
    const landed = events.flatMap(({ body }) => (body.type === 'landed' ? [body.commit] : []));
    expect(landed).toEqual([git(join(kept, 'invoices'), 'rev-parse', 'main')]);
    expect((await mw('db', 'check')).code).toBe(0);
  });

  test('refuses to write into a folder that holds something', async () => {
    const again = await stage.run(['demo', '--keep', kept]);
    expect(again).toMatchObject({ code: 6, stdout: '' });
    expect(again.stderr).toContain('[E_EXISTS]');
  });
});

test(
  'without bubblewrap and without a compiler it says what is weaker, and the story is the same',
  { timeout: 2 * minute },
  async () => {
    const stage = stageForTest();
    const bubblewraps = ['/usr/bin/bwrap', '/bin/bwrap', '/usr/local/bin/bwrap'].filter((path) => existsSync(path));
    const { code, stdout, stderr } = await stage.run(['demo'], {
      hidden: { files: bubblewraps, folders: compilers() },
    });
    expect({ code, stderr }, `${stdout}${stderr}`).toEqual({ code: 0, stderr: '' });
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /! .*bwrap.*: the agent works in a clone without walls and could reach your files\. To have walls: \S/,
    );
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      '! TypeScript is not installed beside Millwright: a run of every command on sample data',
    );
    expect(stdout).toContain('sandbox clone');
    expect(stdout).toMatch(
      /✗ checks +sample failed, test passed \(4 tests\), guard passed: back to build #2\n +TypeError: /,
    );
    expect(stdout).toMatch(/✗ review +passed by 8 of 9: back to build #3\n/);
    expect(stdout).toMatch(/★ landed /);
    expect(stdout).toContain(csv.map((line) => `  ${line}\n`).join(''));
    expect(stdout).toContain('Everything is removed again');
    expect(stage.leftFiles()).toEqual([]);
    expect(stage.leftProcesses()).toEqual([]);
  },
);

test.each([
  ['while the database is made', 'Export invoices'],
  ['while phases run', '✓ research'],
  ['while reviewers run', '✓ build #2'],
])('Ctrl-C %s stops it and removes everything', { timeout: 2 * minute }, async (_, moment) => {
  const stage = stageForTest();
  let sent = false;
  const ran = await stage.run(['demo'], {
    onOutput(text, child) {
      if (sent || !text.includes(moment)) return;
      sent = true;
      child.kill('SIGINT');
    },
  });
  expect(ran.code, `${ran.stdout}${ran.stderr}`).toBe(130);
  expect(ran.stdout).toContain('Stopped. Everything of the demo is removed.');
  expect(ran.stdout).not.toContain('★ landed');
  expect(stage.leftFiles()).toEqual([]);
  expect(stage.leftProcesses()).toEqual([]);
});

test('a reader that goes away is an end like Ctrl-C', { timeout: 2 * minute }, async () => {
  const stage = stageForTest();
  const ran = await stage.run(['demo'], { onOutput: (_, child) => child.stdout?.destroy() });
  expect(ran).toMatchObject({ code: 130, stderr: expect.not.stringContaining('EPIPE') as string });
  expect(stage.leftFiles()).toEqual([]);
  expect(stage.leftProcesses()).toEqual([]);
});

test(
  'when it fails it gives the reason, keeps its folder, and says where that is',
  { timeout: 2 * minute },
  async () => {
    const stage = stageForTest();
    const { code, stdout, stderr } = await stage.run(['demo'], {
      hidden: { files: [ofMillwright('demo/script.yaml')] },
    });
    expect(code, `${stdout}${stderr}`).toBe(3);
    expect(stdout).toMatch(/MW-1 paused: .*script\.yaml/);
    const [folder = ''] = stage.leftFiles();
    expect(stdout).toContain(`Kept in ${folder}\n`);
    expect(readdirSync(folder).sort()).toEqual(['invoices', 'state']);
    expect(stage.leftProcesses()).toEqual([]);
  },
);

test('red control: a process and a file that were left behind would be noticed', () => {
  const stage = stageForTest();
  writeFileSync(join(stage.temporary, 'left'), '');
  const child = spawn('/bin/sleep', ['60'], { cwd: stage.temporary, env: {}, stdio: 'ignore' });
  onTestFinished(() => void child.kill());
  expect(stage.leftFiles()).toEqual([join(stage.temporary, 'left')]);
  expect(stage.leftProcesses()).toContain(child.pid);
});
