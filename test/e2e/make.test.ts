/** For people who do not program: a use case in a file becomes a folder with software, and a page that says what it is. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openDesk, type Desk } from '../support/cli-desk.ts';
import { expectRefusal } from '../support/cli-project.ts';

const maker = `
prompt=$(cat)
if [ -n "$MW_REVIEWER" ]; then echo '{"verdict":"pass","findings":[]}'; exit; fi
case "$MW_PHASE" in
  interview)
    if ! printf '%s' "$prompt" | grep -q 'The answer:'; then
      echo '{"type":"question","question":"In which language?","options":["English","German"]}'; exit
    fi
    mkdir -p specs/greeting; cat > specs/greeting/spec.md <<'END'
# Greeting <b>for</b> visitors

## Purpose
Visitors are greeted by the name that they give, so that they feel welcome.

## Assumptions
- English & nothing else

## Requirements
### Requirement: Greeting
The program SHALL greet whoever is named.

#### Scenario: A name
- **WHEN** it is run with the name Ada
- **THEN** it prints "Hello, Ada!"
END
    ;;
  *)
    mkdir -p test
    printf '# Greeting\\n\\n## Start\\n\\n    node main.js Ada\\n\\n## More\\n' > README.md
    echo 'export const greet = (name) => "Hello, " + name + "!"; if (process.argv[2]) console.log(greet(process.argv[2]));' > main.js
    printf 'import test from "node:test";\\nimport assert from "node:assert";\\nimport { greet } from "../main.js";\\ntest("greeting/AC-1 greets Ada", () => assert.equal(greet("Ada"), "Hello, Ada!"));\\n' > test/main.test.js
    echo '{"summary":"built","tests":[],"checksRun":[],"notes":[],"breaksCompatibility":false}' ;;
esac
`;

vi.setConfig({ testTimeout: 90_000 });

let desk: Desk;
beforeAll(() => {
  desk = openDesk({
    'maker.sh': maker,
    'full/of.txt': 'things',
    'greeting.md': '# Greeting\n\nVisitors are greeted by name.\n',
  });
});
afterAll(() => desk.close());

const agent = () => ['--agent', 'command', '--command', `sh ${join(desk.repository, 'maker.sh')}`, '--rung', 'clone'];

it('makes a folder with running software, its spec, its evidence, and a page about it', async () => {
  const made = await desk.mw(['make', 'greeting.md', 'made', ...agent(), '--decide', '--yes']);
  expect(made, made.stdout + made.stderr).toMatchObject({ code: 0 });
  expect(made.stdout).toContain('1 of 1 things that you asked for are shown to work.');
  expect(made.stdout).toContain('node main.js Ada');
  const folder = join(desk.repository, 'made');
  expect(execFileSync(process.execPath, ['main.js', 'Ada'], { cwd: folder, encoding: 'utf8', env: {} })).toBe(
    'Hello, Ada!\n',
  );
  expect(readFileSync(join(folder, 'specs/greeting/spec.md'), 'utf8')).toContain('<!-- greeting/AC-1 -->');
  const page = readFileSync(join(folder, 'result.html'), 'utf8');
  expect(page).toContain('Greeting &lt;b&gt;for&lt;/b&gt; visitors');
  expect(page).toContain('tested by: greeting/AC-1 greets Ada');
  expect(page).toContain('<li>English &amp; nothing else</li>');
  expect(page).not.toMatch(/<script|<b>for/);
});

it('goes on where it stood, in the folder that it made', async () => {
  expect(await desk.mw(['make', 'greeting.md', 'slow', ...agent()])).toMatchObject({ code: 4 });
  const [asking = ''] = /MW-\d+/.exec((await desk.mw(['inbox'])).stdout) ?? [];
  expect(await desk.mw(['answer', asking, '1'])).toMatchObject({ code: 0 });
  const again = await desk.mw(['make', 'greeting.md', 'slow', '--yes']);
  expect(again, again.stdout + again.stderr).toMatchObject({ code: 0 });
  expect(again.stdout).toContain('1 of 1 things that you asked for are shown to work.');
  expect(await desk.mw(['make', 'greeting.md', 'slow', '--yes'])).toMatchObject({ code: 0 });
});

it('asks nobody and begins nothing where it cannot', async () => {
  writeFileSync(join(desk.repository, 'empty.md'), '\n');
  expectRefusal(await desk.mw(['make', 'empty.md', 'other', ...agent()]), 2, 'E_NO_TEXT');
  expectRefusal(await desk.mw(['make', 'absent.md']), 5, 'E_NOT_FOUND');
  expectRefusal(await desk.mw(['spec', 'new', 'Visitors are greeted']), 2, 'E_NO_CONFIG');
  expectRefusal(await desk.mw(['make', 'greeting.md', 'full', ...agent()]), 6, 'E_EXISTS');
  expectRefusal(await desk.mw(['make', 'greeting.md', 'other', '--stack', 'cobol', ...agent()]), 2, 'E_USAGE');
  expect(existsSync(join(desk.repository, 'other'))).toBe(false);
});
