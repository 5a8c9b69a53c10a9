/** The whole way with an agent's help: use case, questions, spec, work plan, code with evidence, defect, mended input. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { fileAt, openDesk, type Desk } from '../support/cli-desk.ts';
import { mwJson, projectFiles, showItem } from '../support/cli-project.ts';

const spec = `# Greeting

## Use case
> Visitors are greeted by name.

## Purpose
Visitors of the command line program are greeted by the name that they give.

## Assumptions
- The greeting is in English.

## Requirements
### Requirement: Greeting by name
The program SHALL greet whoever is named.

#### Scenario: A name
- **WHEN** the program is run with the name Ada
- **THEN** it prints "Hello, Ada!"

- IF no name is given, THEN the program SHALL end with code 2.
`;

const work = `# Work: Greeting

## 1. The greeting
Criteria: greeting/AC-1
Files: src/**
Size: small

## 2. Without a name
Criteria: greeting/AC-2
Size: small
After: 1
`;

/** A scripted maker for every phase; it first answers without a test, so that the criteria send it back. */
const maker = `
if [ -n "$MW_REVIEWER" ]; then echo '{"verdict":"pass","findings":[]}'; exit; fi
case "$MW_PHASE" in
  interview)
    if printf '%s' "$prompt" | grep -q 'The answer:'; then
      mkdir -p specs/greeting; cat > specs/greeting/spec.md <<'END'
${spec}END
    else
      echo '{"type":"question","question":"Two things decide what is built.","options":[],"round":[{"question":"Which language?","options":["English","German"],"proposed":"English"},{"question":"Without a name?","options":["an error","greet the world"],"proposed":"an error"}]}'
    fi ;;
  split) cat > specs/greeting/work.md <<'END'
${work}END
  ;;
  diagnose) route=$(printf '%s\\n' "$prompt" | sed -n 's/^.*route: //p' | head -n 1)
    echo "{\\"summary\\":\\"found\\",\\"route\\":\\"$route\\",\\"criterion\\":\\"greeting/AC-1\\",\\"reproduced\\":true,\\"evidence\\":\\"the sentence\\",\\"keep\\":[]}" ;;
  amend-spec) sed -i 's/Hello, Ada!/Good day, Ada!/' specs/greeting/spec.md ;;
  amend-instructions) mkdir -p .millwright/instructions/build; printf -- '---\\nname: build\\ndescription: Build it with tests.\\n---\\n# Build\\nMind the greeting.\\n' > .millwright/instructions/build/SKILL.md ;;
  *)
    mkdir -p src tests
    for id in $(printf '%s\\n' "$prompt" | sed -n 's|^\\(greeting/AC-[0-9]*\\): .*|\\1|p' | sort -u); do
      name=$(printf %s "$id" | tr / -)
      printf '%s\\n' "$prompt" | grep -A 8 "^$id: " > "src/$name.txt"
      if [ "$MW_ATTEMPT" -gt 1 ]; then echo "ok $id holds" > "tests/$name"; fi
    done
    if [ "$MW_PHASE" = mend ]; then echo mended > src/mended.txt; echo '{"summary":"mended","tests":[],"checksRun":[],"notes":[],"breaksCompatibility":false}'; fi ;;
esac
`;

const testSh =
  'n=0; for t in tests/*; do [ -e "$t" ] || continue; n=$((n+1)); echo "ok $n - $(cut -c4- "$t")"; done; n=$((n+1)); echo "ok $n - always"; echo "1..$n"\n';

vi.setConfig({ testTimeout: 90_000 });

let desk: Desk;
beforeAll(() => {
  desk = openDesk(projectFiles({ maker, files: { 'test.sh': testSh } }));
});
afterAll(() => desk.close());

const specFile = 'specs/greeting/spec.md';
const text = () => readFileSync(join(desk.repository, specFile), 'utf8');

it('asks in one round, and with the answers writes a spec that is ready, with ids, for a person to approve', async () => {
  const asked = await desk.mw(['spec', 'new', 'Visitors are greeted by name.']);
  expect(asked, asked.stdout + asked.stderr).toMatchObject({ code: 4 });
  const inbox = await desk.mw(['inbox']);
  expect(inbox.stdout).toContain('1) Which language?');
  expect(inbox.stdout).toContain('proposed: an error');
  expect(await desk.mw(['answer', 'MW-1', '1'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('E_ANSWERS_MISSING') as string,
  });
  expect(await desk.mw(['answer', 'MW-1', '1', '-'])).toMatchObject({ code: 0 });
  expect(await desk.mw(['up', '--until-empty'])).toMatchObject({ code: 4 });
  const { stdout: prompt } = await desk.mw(['logs', 'MW-1/interview#2', '--prompt']);
  expect(prompt).toContain('1. Which language?\n   English');
  expect(prompt).toContain('You proposed: an error. Record your choice under "## Assumptions".');
  expect(existsSync(join(desk.repository, specFile))).toBe(false);
  expect(await desk.mw(['approve', 'MW-1'])).toMatchObject({ code: 0 });
  expect(await desk.mw(['up', '--until-empty'])).toMatchObject({ code: 0 });
  expect(text()).toContain('#### Scenario: A name\n<!-- greeting/AC-1 -->\n');
  expect((await desk.mw(['spec', 'show', 'greeting'])).stdout).toContain('assumed: The greeting is in English.');
  expect((await showItem(desk, 'MW-1')).checks.at(-1)).toMatchObject({ name: 'specs', status: 'passed' });
});

it('breaks the spec into items that the plan follows', async () => {
  const split = await desk.mw(['spec', 'split', 'greeting']);
  expect(split, split.stdout + split.stderr).toMatchObject({ code: 0 });
  const { items } = await mwJson<{ items: { title: string; after: number[] }[] }>(desk, ['plan']);
  expect(items).toMatchObject([
    { title: 'The greeting', after: [] },
    { title: 'Without a name', after: [0] },
  ]);
});

it('lands no criterion without a passing test that names it', async () => {
  const applied = await desk.mw(['apply', '--yes']);
  expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
  const { checks, attempts } = await showItem(desk, 'MW-3');
  expect(attempts).toHaveLength(2);
  expect(checks.filter(({ name }) => name === 'criteria').map(({ status }) => status)).toEqual(['failed', 'passed']);
  const { stdout: prompt } = await desk.mw(['logs', 'MW-3/build#2', '--prompt']);
  expect(prompt).toContain(
    'greeting/AC-1: no test names it. Write one that decides it, with greeting/AC-1 in its name.',
  );
});

it('mends the input at fault: a slip in the code, a sentence of the spec, an instruction', async () => {
  const slip = await desk.mw(['fix', 'src/greeting-AC-1.txt:3', 'route: patch']);
  expect(slip, slip.stdout + slip.stderr).toMatchObject({ code: 0 });
  expect(String(fileAt(desk.repository, 'HEAD', 'src/mended.txt'))).toBe('mended\n');

  const sentence = await desk.mw(['fix', 'src/greeting-AC-1.txt:3', 'route: bad-spec', '--yes']);
  expect(sentence, sentence.stdout + sentence.stderr).toMatchObject({ code: 0 });
  expect(text()).toContain('Good day, Ada!');
  expect(readFileSync(join(desk.repository, 'src/greeting-AC-1.txt'), 'utf8')).toContain('Good day, Ada!');
  expect(await desk.mw(['plan', '--check'])).toMatchObject({ code: 0 });

  const rule = await desk.mw(['fix', 'greeting/AC-1', 'route: bad-instruction', '--yes']);
  expect(rule, rule.stdout + rule.stderr).toMatchObject({ code: 0 });
  expect(String(fileAt(desk.repository, 'HEAD', '.millwright/instructions/build/SKILL.md'))).toContain(
    'Mind the greeting.',
  );
});
