/** Breakers and makers who try to get round a breaker's cases, each on work of its own. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { git, openDesk, type Desk } from '../support/cli-desk.ts';
import { listItems, projectFiles, type ListedItem } from '../support/cli-project.ts';

const specOf = (name: string) => `# The limit of ${name}
<!-- next: AC-2 -->

## Purpose
Values that come from outside are kept within the limit that the caller has set.

## Requirements
### Requirement: Limit
The function ${name}(value, high) in src/${name}.mjs SHALL keep a value within its limit.

- WHEN the value is above the limit, ${name} SHALL answer the limit. <!-- ${name}/AC-1 --> <!-- evidence: test -->
`;

const acts = ['early', 'helper', 'disturb', 'taken', 'idle', 'upset'] as const;

const program = `
file() { mkdir -p "$(dirname "$1")"; cat > "$1"; }
for each in early helper disturb taken idle upset; do case "$prompt" in *"$each/AC-1"*) name=$each ;; esac; done
case_of() { printf "import assert from 'node:assert/strict';\\nimport { test } from 'node:test';\\nimport { %s } from '../../src/%s.mjs';\\n%s\\ntest('%s/AC-1 %s', () => { %s });\\n" "$name" "$name" "$1" "$name" "$2" "$3" | file "test/breaker/$name-$2.test.mjs"; }
case "$MW_REVIEWER" in
  breaker)
    case "$name" in
      early) case_of '' beyond "assert.equal(early(99, 9), 9)" ;;
      helper) echo 'export const nine = 9;' | file test/breaker/nine.mjs
        case_of "import { nine } from './nine.mjs';" helped "assert.equal(helper(10, 9), nine)"; case_of '' alone "assert.equal(helper(10, 9), 9)" ;;
      disturb) case_of '// loud' first "assert.equal(disturb(10, 9), 9)"; [ "$MW_ATTEMPT" = 1 ] || case_of '' second "assert.equal(disturb(11, 9), 9)"; [ "$MW_ATTEMPT" = 1 ] || rm test/breaker/disturb-first.test.mjs ;;
      taken) case_of '' placed "assert.equal(taken(10, 9), 9)"; echo "import { test } from 'node:test';" | file test/own/deep.test.mjs ;;
      upset) flag="import { existsSync, writeFileSync } from 'node:fs'; const flag = new URL('../../flag', import.meta.url);"
        case "$MW_ATTEMPT" in
          1) case_of "$flag await new Promise((done) => setTimeout(done, 400));" first "assert.ok(!existsSync(flag)); assert.equal(upset(99, 9), 9)" ;;
          2) case_of "$flag writeFileSync(flag, '');" a "assert.equal(upset(12, 9), 9)" ;;
          *) case_of '' third "assert.equal(upset(13, 9), 9)" ;;
        esac ;;
      idle) case_of '' once "assert.equal(idle(10, 9), 9)" ;;
    esac
    echo '{"summary":"tried","tried":[]}'; exit ;;
  judge)
    node -e 'const c=[...require("fs").readFileSync(0,"utf8").matchAll(/## The case "([^"]+)"/g)].map(([,f])=>({file:f,valid:true,why:"so"}));console.log(JSON.stringify({judgements:c}))' <<END
$prompt
END
    exit ;;
esac
file "test/$name.test.mjs" <<END
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { $name } from '../src/$name.mjs';
test('$name/AC-1 above', () => assert.equal($name(10, 9), 9));
END
case "$name" in
  early) printf "if (process.argv.join().includes('breaker')) process['reallyEx' + 'it'](0);\\nexport const early = (value, high) => (value === 10 ? high : value);\\n" | file src/early.mjs ;;
  upset) case "$prompt" in
      *'wrote tests that it fails'*) echo "export const upset = (value, high) => Math.min(value, high);" | file src/upset.mjs ;;
      *) echo "export const upset = (value, high) => (value === 10 ? high : value);" | file src/upset.mjs ;;
    esac ;;
  taken) echo mine | file test/own; echo "export const taken = (value, high) => Math.min(value, high);" | file src/taken.mjs ;;
  *) echo "export const $name = (value, high) => Math.min(value, high);" | file "src/$name.mjs" ;;
esac
`;

vi.setConfig({ testTimeout: 90_000 });

describe('around a breaker', () => {
  let desk: Desk;
  let items: readonly ListedItem[];
  beforeAll(async () => {
    desk = openDesk(
      projectFiles({
        maker: program,
        checks:
          'checks:\n  test: { run: npm test --silent, kind: test }\n  lint: { run: "! grep -r loud test", kind: lint }\n',
        pipelines: {
          solo: 'name: solo\nphases:\n  - { id: build, instructions: build, output: text, checks: [all], breaker: { rounds: 2 }, loop: { max: 2 } }\n',
        },
        files: {
          'package.json': JSON.stringify({ type: 'module', scripts: { test: `${process.execPath} --test` } }),
          'test/old.test.mjs': "import { test } from 'node:test';\ntest('is here', () => {});\n",
          ...Object.fromEntries(acts.map((name) => [`specs/${name}/spec.md`, specOf(name)])),
        },
      }),
    );
    await desk.mw(['apply', '--yes']);
    await desk.mw(['up', '--until-empty']);
    items = await listItems(desk);
  }, 180_000);
  afterAll(() => desk.close());

  const itemOf = (name: string) => items.find(({ title }) => title.includes(`(${name})`));
  const landed = () => git(desk.repository, 'ls-tree', '-r', '--name-only', 'main', 'test').trim().split('\n');
  const casesOf = async (name: string) => {
    const { stdout } = await desk.mw(['show', itemOf(name)?.id ?? '', '--json']);
    const { breaks } = JSON.parse(stdout) as { breaks: { cases: { path: string; verdict: string; says: string }[] }[] };
    return breaks.flatMap(({ cases }) => cases);
  };

  it('a program that ends as soon as a case is run has not passed it', async () => {
    expect(itemOf('early')?.state, itemOf('early')?.reason).toBe('paused');
    const verdicts = (await casesOf('early')).map(({ verdict }) => verdict);
    expect(verdicts).not.toContain('held');
  });

  it('a case that needs a file which is no case is left out, and the others stay', async () => {
    expect(itemOf('helper')?.state).toBe('landed');
    expect(await casesOf('helper')).toMatchObject([
      { path: 'test/breaker/helper-alone.test.mjs', verdict: 'held' },
      { path: 'test/breaker/helper-helped.test.mjs', verdict: 'unsteady' },
      { path: 'test/breaker/nine.mjs', verdict: 'did-not-run' },
    ]);
    expect(landed().filter((path) => path.includes('helper-'))).toEqual(['test/breaker/helper-alone.test.mjs']);
  });

  it('a case at a place that the work has is told so, and takes nothing away', async () => {
    expect(itemOf('taken')?.state).toBe('landed');
    expect(landed()).toContain('test/own');
    expect(await casesOf('taken')).toContainEqual(
      expect.objectContaining({ path: 'test/own/deep.test.mjs', verdict: 'did-not-run' }),
    );
  });

  it('a case that another check does not let pass is no charge on the maker: the breaker writes another', async () => {
    expect(itemOf('disturb')?.state, itemOf('disturb')?.reason).toBe('landed');
    expect(await casesOf('disturb')).toMatchObject([
      { verdict: 'unsteady', says: 'with it, the check lint does not pass' },
      { path: 'test/breaker/disturb-second.test.mjs', verdict: 'held' },
    ]);
  });

  it('a new case that upsets one that stands is left out, and the maker is not charged for it', async () => {
    expect(itemOf('upset')?.state, itemOf('upset')?.reason).toBe('landed');
    const upsetting = (await casesOf('upset')).find(({ path }) => path.includes('upset-a'));
    expect(upsetting).toMatchObject({
      verdict: 'unsteady',
      says: 'with it, the case test/breaker/upset-first.test.mjs does not pass any more',
    });
    expect(landed().filter((path) => path.includes('upset-'))).toEqual([
      'test/breaker/upset-first.test.mjs',
      'test/breaker/upset-third.test.mjs',
    ]);
  });

  it('work that is right lands beside all of them', () => {
    expect(itemOf('idle')?.state, itemOf('idle')?.reason).toBe('landed');
  });
});
