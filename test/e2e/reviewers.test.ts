/** How good reviewers are: measured on landed work, sound and with planted faults, of which nothing ever lands. */
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { git, openDesk, type Desk } from '../support/cli-desk.ts';
import { addItems, mwJson, projectFiles } from '../support/cli-project.ts';

/** `sharp` knows what the program must say; `dull` passes everything; `nervous` fails everything and cites no line. */
const agent = `
file() { mkdir -p "$(dirname "$1")"; cat > "$1"; }
case "$MW_REVIEWER" in
  sharp) line=$(grep -n 'size' src/fits.mjs | grep -v 'size <= room && !full' | head -n 1 | cut -d: -f1)
    if grep -q 'size <= room && !full' src/fits.mjs; then echo '{"verdict":"pass","findings":[]}'
    else printf '{"verdict":"fail","findings":[{"severity":"major","title":"wrong","file":"src/fits.mjs","line":%s,"evidence":"x"}]}' "\${line:-1}"; fi; exit ;;
  dull) ls test > "$LOOK"; echo '{"verdict":"pass","findings":[]}'; exit ;;
  nervous) echo '{"verdict":"fail","findings":[{"severity":"major","title":"ugly","file":"src/fits.mjs","line":null,"evidence":"x"}]}'; exit ;;
esac
file src/fits.mjs <<'END'
export const fits = (size, room, full) => size <= room && !full;
END
file test/fits.test.mjs <<'END'
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fits } from '../src/fits.mjs';
test('what is as large fits', () => assert.ok(fits(2, 2, false)));
test('nothing fits where it is full', () => assert.ok(!fits(1, 2, true)));
END
`;

const panel = (...names: readonly string[]) =>
  `phases:\n  - { id: build, instructions: build, output: text, checks: [test] }\n  - id: review\n    reviews:\n${names
    .map((name) => `      - { id: ${name}, instructions: review-correctness }\n`)
    .join('')}    loop: { to: build, max: 1 }\n`;

vi.setConfig({ testTimeout: 90_000 });

interface Table {
  readonly reviewers: readonly {
    readonly name: string;
    readonly worth: { hits: number; defects: number; falseAlarms: number; sound: number; isKnown: boolean };
  }[];
  readonly independence: object | null;
}

describe('mw reviewers', () => {
  let desk: Desk;
  let before: string;
  const look = () => join(desk.root, 'look');
  const trials = () => {
    const projects = join(desk.home, 'projects');
    return join(projects, readdirSync(projects)[0] ?? '', 'trials.jsonl');
  };
  beforeAll(async () => {
    desk = openDesk(
      projectFiles({
        maker: `LOOK="$(pwd | sed 's|/state/.*||')/look"\n${agent}`,
        checks: 'checks:\n  test: { run: npm test --silent, kind: test }\n',
        pipelines: {
          solo: 'name: solo\nphases:\n  - { id: build, instructions: build, output: text, checks: [all] }\n',
          panel: `name: panel\n${panel('sharp', 'dull', 'nervous')}`,
        },
        files: {
          'package.json': JSON.stringify({ type: 'module', scripts: { test: `${process.execPath} --test` } }),
          'test/old.test.mjs': "import { test } from 'node:test';\ntest('is here', () => {});\n",
        },
      }),
    );
    const [id = ''] = await addItems(desk, [{ title: 'Say what fits', body: 'Into a room that is not full.' }]);
    await desk.mw(['run', id]);
    before = git(desk.repository, 'rev-parse', 'HEAD').trim();
  }, 90_000);
  afterAll(() => desk.close());

  it('says that there is not enough to go by, and what to type', async () => {
    const { stdout, stderr, code } = await desk.mw(['reviewers', '--pipeline', 'panel']);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/sharp +not enough data +0 \+ 0 shown/);
    expect(stdout).toContain('enough is 20 defects + 20 sound changes');
    expect(stdout).toContain('not enough data to say as how many votes these 3 count');
    expect(stderr).toContain('Next: mw reviewers calibrate');
  });

  it('pays nobody without being told to', async () => {
    const { stderr } = await desk.mw(['reviewers', 'calibrate', '--pipeline', 'panel']);
    expect(stderr).toContain('Nothing was done');
  });

  it('shows what landed, and what would have been wrong with it, and tells who has seen that', async () => {
    const ran = await desk.mw(['reviewers', 'calibrate', '--pipeline', 'panel', '--faults', '2', '--yes']);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    expect(ran.stdout).toMatch(/sound: nervous of 3/);
    expect(ran.stdout).toMatch(/boundary at src\/fits\.mjs:1: sharp of 3/);
    expect(ran.stdout).toMatch(/connective at src\/fits\.mjs:1: sharp of 3/);
  });

  it('had taken out the tests that noticed', () => {
    expect(readFileSync(look(), 'utf8').trim()).toBe('old.test.mjs');
  });

  it('pays for no review a second time', async () => {
    const again = ['reviewers', 'calibrate', '--pipeline', 'panel', '--faults', '2', '--yes'];
    const asked = readFileSync(trials(), 'utf8').trim().split('\n').length;
    expect((await desk.mw(again)).stdout).toMatch(/sound: nervous of 3/);
    expect(readFileSync(trials(), 'utf8').trim().split('\n')).toHaveLength(asked);
  });

  it('counts a fail for something else as no hit, and one of sound work as a false alarm', async () => {
    const { reviewers, independence } = await mwJson<Table>(desk, ['reviewers', '--pipeline', 'panel']);
    const worths = reviewers.map(({ name, worth: { hits, defects, falseAlarms, sound } }) => [
      name,
      hits,
      defects,
      falseAlarms,
      sound,
    ]);
    expect(worths).toEqual([
      ['sharp', 2, 2, 0, 1],
      ['dull', 0, 2, 0, 1],
      ['nervous', 0, 2, 1, 1],
    ]);
    expect(independence).toBeNull();
  });

  it('lands nothing, and moves nothing', () => {
    expect(git(desk.repository, 'rev-parse', 'HEAD').trim()).toBe(before);
    expect(git(desk.repository, 'status', '--porcelain')).toBe('');
  });

  it('with enough to go by tells their worth, proposes whom to leave out, and spares whom nobody needs', async () => {
    const file = trials();
    const { votes } = JSON.parse(readFileSync(file, 'utf8').trim().split('\n')[0] ?? '') as {
      votes: Record<string, string>;
    };
    const [sharp = '', dull = '', nervous = ''] = Object.keys(votes);
    const line = (isDefect: boolean, count: number) =>
      `${JSON.stringify({
        at: '2026-01-01T00:00:00.000Z',
        commit: `x${count}`,
        fault: isDefect ? { kind: 'boundary', path: 'a', line: 1 } : null,
        votes: { [sharp]: isDefect ? 'fail' : 'pass', [dull]: 'pass', [nervous]: 'fail' },
      })}\n`;
    for (let count = 0; count < 30; count += 1)
      appendFileSync(file, line(true, count) + line(false, count) + line(false, count));
    appendFileSync(file, '{"half":');
    const { stdout } = await desk.mw(['reviewers', '--pipeline', 'panel']);
    expect(stdout).toMatch(/sharp +32 of 32 \(89-100 %\) +0 of 31 \(0-11 %\)/);
    expect(stdout).toContain('3 reviewers count as 1.0 votes, by 32 defects that all of them saw');
    expect(stdout).toContain('proposal: dull found nothing in 32 defects that nobody else found');
    const lead = ['review', 'HEAD', '--pipeline', 'panel', '--until-settled'];
    const review = await desk.mw(lead);
    expect(review.stdout).toContain('sharp: pass');
    expect(review.stdout).toContain('not asked any more: dull, nervous');
    expect(review.stdout).toMatch(/has a defect \d+ times of 100, as far as is known/);
  });
});
