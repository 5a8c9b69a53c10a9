/** An agent that tries to break the work with tests from the spec alone: which of them count, and what becomes of the work. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { git, openDesk, write, type Desk } from '../support/cli-desk.ts';
import { listItems, projectFiles, showItem } from '../support/cli-project.ts';

const spec = `# Clamp
<!-- next: AC-3 -->

## Purpose
Values that come from outside are kept within the limits that the caller has set.

## Requirements
### Requirement: Limits
The function clamp(value, low, high) SHALL keep a value within its limits.

- WHEN the value is above the high limit, clamp SHALL answer the high limit. <!-- clamp/AC-1 --> <!-- evidence: test -->
- WHEN the value is below the low limit, clamp SHALL answer the low limit. <!-- clamp/AC-2 --> <!-- evidence: test -->
`;

const imports = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clamp } from '../../src/clamp.mjs';
`;

const cases: Readonly<Record<string, string>> = {
  low: `${imports}test('clamp/AC-2 keeps what is just below', () => assert.equal(clamp(-1, 0, 9), 0));\n`,
  high: `${imports}test('clamp/AC-1 keeps the limit itself', () => assert.equal(clamp(9, 0, 9), 9));\n`,
  wrong: `${imports}test('clamp/AC-1 throws above', () => assert.throws(() => clamp(10, 0, 9)));\n`,
  nameless: `${imports}test('keeps the limit', () => assert.equal(clamp(9, 0, 9), 9));\n`,
  absent: `${imports}import '../../src/nowhere.mjs';\ntest('clamp/AC-1 is loaded', () => assert.equal(clamp(9, 0, 9), 9));\n`,
  trivial: `import { test } from 'node:test';\ntest('clamp/AC-1 is fine', () => {});\n`,
  unsteady: `${imports}import { appendFileSync, readFileSync } from 'node:fs';
appendFileSync('ROOT/count', '.');
test('clamp/AC-1 every other time', () => assert.equal(readFileSync('ROOT/count').length % 2, clamp(1, 0, 9)));\n`,
};

/** Forgets the low limit at first, and takes the case away that tells; then mends the work. */
const maker = `
file() { mkdir -p "$(dirname "$1")"; cat > "$1"; }
say() { cat "$ROOT/cases/$1" | sed "s|ROOT|$ROOT|" | file "test/breaker/$1.test.mjs"; }
case "$MW_REVIEWER" in
  breaker)
    printf '%s' "$prompt" > "$ROOT/breaker-$MW_ATTEMPT.txt"; cat src/clamp.mjs test/clamp.test.mjs > "$ROOT/seen-$MW_ATTEMPT.txt" 2>&1
    case "$ACT" in idle) say trivial ;; *)
      if [ "$MW_ATTEMPT" = 1 ]; then for each in low high wrong nameless absent trivial unsteady; do say $each; done; echo broken > package.json
      else sed 's/just below/far below/;s/-1/-99/' "$ROOT/cases/low" | file test/breaker/far.test.mjs; fi ;;
    esac
    echo '{"summary":"tried","tried":[{"criterion":"clamp/AC-2","idea":"the low limit is forgotten","file":"test/breaker/low.test.mjs"}]}'; exit ;;
  judge)
    printf '%s' "$prompt" > "$ROOT/judge-$MW_ATTEMPT.txt"; ls test/breaker > "$ROOT/judged-$MW_ATTEMPT.txt" 2>&1
    node -e 'const c=[...require("fs").readFileSync(0,"utf8").matchAll(/## The case "([^"]+)"/g)].map(([,f])=>({file:f,valid:!f.includes("wrong"),why:"the criterion says so"}));console.log(JSON.stringify({judgements:c}))' <<END
$prompt
END
    exit ;;
esac
case "$prompt" in
  *'wrote tests that it fails'*) rm -f test/breaker/low.test.mjs
    echo 'export const clamp = (value, low, high) => Math.min(high, Math.max(low, value)); // secret of the maker' | file src/clamp.mjs ;;
  *) echo 'export const clamp = (value, low, high) => (value > high ? high : value); // secret of the maker' | file src/clamp.mjs ;;
esac
file test/clamp.test.mjs <<'END'
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clamp } from '../src/clamp.mjs';
test('clamp/AC-1 above', () => assert.equal(clamp(10, 0, 9), 9));
test('clamp/AC-2 below', () => assert.equal(clamp(0, 0, 9), 0));
END
`;

vi.setConfig({ testTimeout: 90_000 });

describe('a breaker', () => {
  let desk: Desk;
  let id: string;
  let root: string;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'mw-breaker-'));
    write(root, Object.fromEntries(Object.entries(cases).map(([name, text]) => [`cases/${name}`, text])));
    desk = openDesk(
      projectFiles({
        maker: `ROOT='${root}'\n${maker}`,
        checks: 'checks:\n  test: { run: npm test --silent, kind: test }\n',
        pipelines: {
          solo: 'name: solo\nphases:\n  - { id: build, instructions: build, output: text, checks: [all], breaker: { rounds: 2 } }\n',
        },
        files: {
          'package.json': JSON.stringify({ type: 'module', scripts: { test: `${process.execPath} --test` } }),
          'specs/clamp/spec.md': spec,
          'test/old.test.mjs': "import { test } from 'node:test';\ntest('is here', () => {});\n",
        },
      }),
    );
    await desk.mw(['apply', '--yes']);
    await desk.mw(['up', '--until-empty']);
    id = (await listItems(desk))[0]?.id ?? '';
  }, 90_000);
  afterAll(async () => {
    await desk.close();
    rmSync(root, { recursive: true, force: true });
  });

  const kept = (name: string) => readFileSync(join(root, name), 'utf8');

  it('is given the criteria and what the work declares, and neither its code nor its tests', () => {
    expect(kept('breaker-1.txt')).toContain('clamp/AC-2');
    expect(kept('breaker-1.txt')).toContain('export const clamp');
    for (const name of ['breaker-1.txt', 'seen-1.txt', 'breaker-2.txt', 'seen-2.txt'])
      expect(kept(name), name).not.toMatch(/secret of the maker|value > high|clamp\/AC-2 below/);
  });

  it('breaks the work with the cases that count, and is told why the others do not', async () => {
    const { stdout } = await desk.mw(['events', id, '--json']);
    const outcomes = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { body: { type: string; outcome?: { cases?: object[] } } })
      .flatMap(({ body }) => (body.type === 'break-finished' ? [body.outcome?.cases] : []));
    const first = outcomes[0];
    const verdicts = (first as { path: string; verdict: string }[]).map(({ path, verdict }) => [
      path.replace(/^test\/breaker\/(.*)\.test\.mjs$/, '$1'),
      verdict,
    ]);
    expect(Object.fromEntries(verdicts)).toEqual({
      low: 'broke',
      high: 'held',
      wrong: 'against-the-spec',
      nameless: 'no-criterion',
      absent: 'did-not-run',
      trivial: 'trivial',
      unsteady: 'unsteady',
    });
  });

  it('has its cases judged by somebody who is not told how the work did', () => {
    expect(kept('judge-1.txt')).toContain('clamp/AC-1 throws above');
    expect(kept('judge-1.txt')).not.toMatch(/secret of the maker|trivial|clamp\/AC-2 below|fails/);
    expect(kept('judged-1.txt')).toContain('No such file');
    expect(kept('breaker-1.txt')).toContain('it is new, and has to hold');
  });

  it('leaves the cases that count in what lands, though the maker took one away', async () => {
    expect(await showItem(desk, id)).toMatchObject({ state: 'landed' });
    const files = git(desk.repository, 'ls-tree', '-r', '--name-only', 'HEAD', 'test').trim().split('\n');
    expect(files.sort()).toEqual(
      ['far', 'high', 'low']
        .map((name) => `test/breaker/${name}.test.mjs`)
        .concat('test/clamp.test.mjs', 'test/old.test.mjs')
        .sort(),
    );
    expect(git(desk.repository, 'log', '-1', '--format=%B')).toContain(`${id}/build.breaker#1`);
  });

  it('is shown beside the other evidence', async () => {
    const { stdout } = await desk.mw(['show', id]);
    expect(stdout).toContain('breaker build');
    expect(stdout).toContain('its 3 cases hold');
    const { attempts } = await showItem(desk, id);
    expect(attempts.map(({ address }) => address)).toContain(`${id}/build.breaker#1`);
    expect(existsSync(join(root, 'judge-2.txt'))).toBe(true);
  });

  it('is in the pack by which a person accepts the work, with each criterion’s evidence', async () => {
    const out = join(root, 'pack');
    const packed = await desk.mw(['pack', id, '--out', out]);
    expect(packed, packed.stderr).toMatchObject({ code: 0 });
    const text = readFileSync(join(out, 'acceptance.md'), 'utf8');
    expect(text).toContain('### clamp/AC-2: observed');
    expect(text).toContain('> WHEN the value is below the low limit, clamp SHALL answer the low limit.');
    expect(text).toContain('- test passed: clamp/AC-2 below (test/clamp.test.mjs)');
    expect(text).toContain("- a breaker's case: test/breaker/low.test.mjs: held");
    expect(text).toContain('[what test said](logs/test.log)');
    expect(readFileSync(join(out, 'logs/test.log'), 'utf8')).toContain('clamp/AC-1 above');
    const page = readFileSync(join(out, 'acceptance.html'), 'utf8');
    expect(page).toContain('<h3>clamp/AC-2: observed</h3>');
    expect(page).not.toMatch(/<script|src=|href="(?!logs\/)/);
    // Again into the same folder, and not among somebody's files.
    expect(await desk.mw(['pack', id, '--out', out])).toMatchObject({ code: 0 });
    expect(await desk.mw(['pack', id, '--out', root])).toMatchObject({ code: 6 });
  });
});
