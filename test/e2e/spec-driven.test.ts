/** The whole way with an agent's help: use case, questions, spec, work plan, code with evidence, defect, mended input. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { fileAt, openDesk, type Desk } from '../support/cli-desk.ts';
import { listItems, mwJson, projectFiles, showItem } from '../support/cli-project.ts';

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
if [ "$MW_PHASE" = readiness ]; then echo '{"verdict":"fail","findings":[{"severity":"major","title":"Two readings","file":"specs/greeting/spec.md","line":18,"evidence":"whoever is named"}]}'; exit; fi
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
    echo "{\\"summary\\":\\"found\\",\\"route\\":\\"$route\\",\\"criterion\\":\\"greeting/AC-1\\",\\"reproduced\\":true,\\"evidence\\":\\"the sentence\\",\\"keep\\":[\\"the exclamation mark\\"]}" ;;
  amend-spec) sed -i 's/Hello, Ada!/Good day, Ada!/' specs/greeting/spec.md ;;
  amend-instructions) mkdir -p .millwright/instructions/build; printf -- '---\\nname: build\\ndescription: Build it with tests.\\n---\\n# Build\\nMind the greeting.\\n' > .millwright/instructions/build/SKILL.md ;;
  *)
    mkdir -p src tests
    for id in $(printf '%s\\n' "$prompt" | sed -n 's|^\\(greeting/AC-[0-9]*\\): .*|\\1|p' | sort -u); do
      name=$(printf %s "$id" | tr / -)
      printf '%s\\n' "$prompt" | grep -A 8 "^$id: " > "src/$name.txt"
      if [ "$MW_ATTEMPT" -gt 1 ]; then printf '# %s holds\\n[ "$(cksum < src/%s.txt)" = "%s" ]\\n' "$id" "$name" "$(cksum < "src/$name.txt")" > "tests/$name"; fi
    done
    if [ "$MW_PHASE" = mend ]; then echo mended > src/mended.txt; echo '{"summary":"mended","tests":[],"checksRun":[],"notes":[],"breaksCompatibility":false}'; fi ;;
esac
`;

const testSh = `n=0
for t in tests/*; do
  [ -e "$t" ] || continue
  n=$((n+1)); if sh "$t" 2> /dev/null; then r=ok; else r='not ok'; fi
  echo "$r $n - $(head -n 1 "$t" | cut -c3-)"
done
n=$((n+1)); echo "ok $n - always"; echo "1..$n"
`;

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

it('has a spec judged by somebody who cites its sentences', async () => {
  const judged = await desk.mw(['spec', 'review', 'greeting']);
  expect(judged, judged.stderr).toMatchObject({ code: 3 });
  expect(judged.stdout).toContain(
    'specs/greeting/spec.md:18  major: Two readings\n    whoever is named\n✗ specs/greeting/spec.md is not ready',
  );
  expect((await desk.mw(['show', 'MW-3'])).stdout).toMatch(
    /Criteria\n {2}greeting\/AC-1 +implement +passed +THEN it prints/,
  );
});

it('traces every criterion to its tests, its code and its verdict, and finds what belongs to none', async () => {
  interface Trace {
    readonly provenPercent: number;
    readonly criteria: readonly {
      readonly id: string;
      readonly verdict: string;
      readonly seen: string;
      readonly tests: readonly { readonly name: string }[];
      readonly code: readonly object[];
    }[];
    readonly testsWithoutCriterion: readonly { readonly name: string }[] | null;
    readonly linesWithoutCriterion: readonly { readonly file: string }[];
  }
  const landed = await mwJson<Trace>(desk, ['spec', 'trace']);
  expect(landed.provenPercent).toBe(100);
  expect(landed.criteria).toMatchObject([
    { id: 'greeting/AC-1', verdict: 'proven', seen: 'landing', tests: [{ name: 'greeting/AC-1 holds' }] },
    { id: 'greeting/AC-2', verdict: 'proven' },
  ]);
  expect(landed.criteria[0]?.code).toContainEqual({
    file: 'src/greeting-AC-1.txt',
    from: 1,
    to: expect.any(Number) as number,
  });
  expect(landed.linesWithoutCriterion.map(({ file }) => file)).toContain('test.sh');

  const report = join(desk.root, 'report.tap');
  writeFileSync(
    report,
    'TAP version 13\nok 1 - greeting/AC-1 holds\nnot ok 2 - greeting/AC-2 holds\nok 3 - a test of mine\n1..3\n',
  );
  const now = await mwJson<Trace>(desk, ['spec', 'trace', '--report', report]);
  expect(now.criteria.map(({ verdict, seen }) => [verdict, seen])).toEqual([
    ['proven', 'report'],
    ['failing', 'report'],
  ]);
  expect(now.testsWithoutCriterion).toMatchObject([{ name: 'a test of mine' }]);
  expect(await desk.mw(['spec', 'trace', '--report', report, '--fail-under', '90'])).toMatchObject({ code: 3 });
  expect(await desk.mw(['spec', 'trace', '--fail-under', '90'])).toMatchObject({ code: 0 });
});

it('verifies and exports where commits come from, and notices a note that was changed', async () => {
  const verified = await desk.mw(['provenance', 'verify']);
  expect(verified, verified.stdout).toMatchObject({ code: 0 });
  expect(verified.stdout).toContain('✓ ');
  const { stdout } = await desk.mw(['provenance', 'export', 'HEAD']);
  expect(JSON.parse(stdout)).toMatchObject({
    _type: 'https://in-toto.io/Statement/v1',
    predicateType: 'https://slsa.dev/provenance/v1',
    subject: [{ digest: { gitCommit: expect.stringMatching(/^[0-9a-f]{40}$/) as string } }],
  });
  const trace = await desk.mw(['provenance', 'export', '--format', 'agent-trace']);
  expect(JSON.parse(trace.stdout)).toMatchObject({ version: '0.1.0', vcs: { type: 'git' } });
  const { files } = JSON.parse(trace.stdout) as { files: { path: string; conversations: object[] }[] };
  expect(files.find(({ path }) => path === 'src/greeting-AC-1.txt')?.conversations).toMatchObject([
    { contributor: { type: 'ai' }, ranges: [{ start_line: 1 }], related: [{ url: 'urn:millwright:MW-3' }] },
  ]);

  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: desk.repository,
      env: { ...desk.env, GIT_CONFIG_NOSYSTEM: '1' },
      encoding: 'utf8',
    });
  const note = git('notes', '--ref=millwright', 'show', 'HEAD');
  git(
    '-c',
    'user.name=Eve',
    '-c',
    'user.email=e@localhost',
    'notes',
    '--ref=millwright',
    'add',
    '-f',
    '-m',
    note.replaceAll('SHALL', 'MAY'),
    'HEAD',
  );
  const broken = await desk.mw(['provenance', 'verify', 'HEAD']);
  expect(broken).toMatchObject({ code: 3, stdout: expect.stringContaining('broken: texts') as string });
  git('update-ref', '-d', 'refs/notes/millwright');
  expect((await desk.mw(['provenance', 'verify', 'HEAD'])).stdout).toContain('unknown: note');
  expect(await desk.mw(['provenance', 'restore'])).toMatchObject({ code: 0, stdout: '4 notes written.\n' });
  expect(await desk.mw(['provenance', 'verify'])).toMatchObject({ code: 0 });
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
  const [rebuilt] = (await listItems(desk)).slice(-1);
  expect((await desk.mw(['show', rebuilt?.id ?? ''])).stdout).toContain('must stay as it is:\n- the exclamation mark');

  const later = await desk.mw(['fix', 'greeting/AC-1', 'route: defer']);
  expect(later, later.stdout + later.stderr).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('Next: mw add') as string,
  });
  expect(later.stdout).toContain('Diagnosis: defer, greeting/AC-1: found');

  const rule = await desk.mw(['fix', 'greeting/AC-1', 'route: bad-instruction', '--yes']);
  expect(rule, rule.stdout + rule.stderr).toMatchObject({ code: 0 });
  expect(String(fileAt(desk.repository, 'HEAD', '.millwright/instructions/build/SKILL.md'))).toContain(
    'Mind the greeting.',
  );
  const trace = await desk.mw(['spec', 'trace', '--json']);
  expect(JSON.parse(trace.stdout), trace.stdout).toMatchObject({ provenPercent: 100 });
  expect(await desk.mw(['provenance', 'verify'])).toMatchObject({ code: 0 });
});

it('breaks a goal into small work items in one go: spec first, then its work', async () => {
  const other = openDesk(projectFiles({ maker, files: { 'test.sh': testSh } }));
  try {
    const refused = await other.mw(['spec', 'new', 'Visitors are greeted.', '--split', '--no-run']);
    expect(refused, refused.stderr).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('E_SPLIT_LATER') as string,
    });
    const made = await other.mw(['spec', 'new', 'Visitors are greeted.', '--decide', '--yes', '--split']);
    expect(made, made.stdout + made.stderr).toMatchObject({ code: 0 });
    const plan = await mwJson<{ items: { title: string; after: number[] }[] }>(other, ['plan']);
    expect(plan.items).toMatchObject([
      { title: 'The greeting', after: [] },
      { title: 'Without a name', after: [0] },
    ]);
  } finally {
    await other.close();
  }
});
