/** What a reviewer can come to know: not what the maker thought, who it is or what it cost, and no other verdict. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDesk, write, type Desk } from '../support/cli-desk.ts';
import { addItems, projectFiles, showItem } from '../support/cli-project.ts';

/**
 * Whoever judges searches all that it can reach for words that the others have left. The words are put together here, so that
 * this text is none of the places where they are found. The system's own programs, which nobody here can write, are left out.
 */
const everybody = `
thought="deep""thought77" verdict="verdict""of77"
if [ -z "$MW_REVIEWER" ]; then
  echo "$thought: I shall cut a corner"; echo "$thought" >&2
  echo "body of the code $MW_ATTEMPT" > code.txt; exit
fi
found=none
for word in "$thought" "$verdict"; do
  printf '%s' "$prompt" | grep -q "$word" && found="$found, $word in the prompt"
  place=$(grep -rIlE --exclude-dir=usr --exclude-dir=proc --exclude-dir=sys --exclude-dir=dev "$word" $(eval echo "$SEARCH") 2>/dev/null | grep -v "/$MW_REVIEWER-" | head -n 1)
  if [ -n "$place" ]; then found="$found, $word in a file"; fi
done
files=$(ls -A | grep -v '^.git$' | tr '\\n' ' ')
echo "found so far: $found" >&2
if [ "$MW_ATTEMPT" -gt 3 ]; then verdictword=pass severity=note; else verdictword=fail severity=major; fi
printf '{"verdict":"%s","findings":[{"severity":"%s","title":"%s","file":null,"line":null,"evidence":"found: %s; files: %s"}]}' "$verdictword" "$severity" "$verdict" "$found" "$files"
`;

const pipeline = `name: solo
phases:
  - { id: build, instructions: build, agent: sharp, output: text, checks: [all] }
  - id: review
    reviews:
      - { id: whole, instructions: review-correctness }
      - { id: blind, instructions: review-errors-and-edge-cases, sees: change }
      - { id: outside, instructions: review-behaviour, sees: behaviour }
    loop: { to: build, max: 2 }
`;

/** Outside the repository: whoever sees the change alone has none of its files. */
const programs = mkdtempSync(join(tmpdir(), 'mw-agents-'));
afterAll(() => rmSync(programs, { recursive: true, force: true }));

function filesOf(rung: 'bubblewrap' | 'clone') {
  const search = rung === 'bubblewrap' ? '/' : '$(pwd | sed "s|/state/.*|/state|")';
  write(programs, { [`${rung}.sh`]: `prompt=$(cat)\nSEARCH='${search}'\n${everybody}` });
  const command = `command: sh ${programs}/${rung}.sh`;
  return projectFiles({
    maker: '',
    pipelines: { solo: pipeline },
    files: {
      'millwright.yaml': `version: 1
agents:
  maker: { adapter: command, ${command}, free: true }
  sharp: { adapter: command, ${command}, model: secret-model-9, sessionUsd: 3.21 }
routes: { default: maker }
pipeline: solo
sandbox: { rung: ${rung}, readOnly: ['${programs}'] }
checks:
  test: { run: sh test.sh, kind: test }
`,
    },
  });
}

interface Reviewed {
  readonly evidence: string;
  readonly reviewer: string;
}

/** What each reviewer has found, in both rounds. */
async function reviewsOf(desk: Desk, id: string): Promise<readonly Reviewed[]> {
  const { stdout } = await desk.mw(['events', id, '--json']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { body: { type: string; effect: string; outcome: never } })
    .flatMap(({ body }) => {
      if (body.type !== 'review-finished') return [];
      const { review } = body.outcome as { review: { findings: { evidence: string }[] } };
      const reviewer = /review\.([a-z]+)/.exec(body.effect)?.[1] ?? '';
      return review.findings.map(({ evidence }) => ({ reviewer, evidence }));
    });
}

vi.setConfig({ testTimeout: 90_000 });

const installed = ['/usr/bin/bwrap', '/bin/bwrap', '/usr/local/bin/bwrap'].some((path) => existsSync(path));

describe.runIf(installed)('behind walls', () => {
  let desk: Desk;
  let id: string;
  beforeAll(async () => {
    desk = openDesk(filesOf('bubblewrap'));
    [id = ''] = await addItems(desk, [{ title: 'Write the code of Ada', body: 'As she asked.' }]);
    await desk.mw(['run', id]);
  }, 90_000);
  afterAll(() => desk.close());

  it('no reviewer finds what the maker said, or what another one has judged, in two rounds', async () => {
    expect(await showItem(desk, id)).toMatchObject({ state: 'landed' });
    const reviews = await reviewsOf(desk, id);
    expect(reviews).toHaveLength(6);
    for (const { reviewer, evidence } of reviews) expect(evidence, reviewer).toContain('found: none;');
  });

  it('no prompt of a reviewer names the maker’s agent, model or cost, or holds a verdict', async () => {
    for (const name of ['whole', 'blind', 'outside']) {
      for (const number of [1, 4]) {
        const { stdout, code } = await desk.mw([
          'logs',
          `${id}/review.${name}#${name === 'whole' ? number : number + (name === 'blind' ? 1 : 2)}`,
          '--prompt',
        ]);
        expect(code, stdout).toBe(0);
        expect(stdout, name).toContain('# Reviewer');
        expect(stdout, name).not.toMatch(/sharp|secret-model-9|3\.21|verdictof77|deepthought77/);
      }
    }
  });

  it('one sees everything, one the change alone, one what it declares and does', async () => {
    const reviews = await reviewsOf(desk, id);
    const files = (name: string) =>
      reviews.find(({ reviewer }) => reviewer === name)?.evidence.replace(/.*files: /, '');
    expect(files('whole')).toContain('code.txt');
    expect([files('blind'), files('outside')]).toEqual(['', '']);
    const prompt = async (address: string) => (await desk.mw(['logs', `${id}/${address}`, '--prompt'])).stdout;
    const [whole, blind, outside] = await Promise.all([
      prompt('review.whole#1'),
      prompt('review.blind#2'),
      prompt('review.outside#3'),
    ]);
    expect(whole).toMatch(/code of Ada[\s\S]*body of the code 1/);
    expect(blind).toContain('body of the code 1');
    expect(blind).not.toContain('code of Ada');
    expect(outside).toContain('code of Ada');
    expect(outside).toContain('passed  test: state');
    expect(outside).not.toContain('body of the code');
  });
});

describe('without walls', () => {
  let desk: Desk;
  beforeAll(() => {
    desk = openDesk(filesOf('clone'));
  });
  afterAll(() => desk.close());

  it('the same search finds what the maker said, so it would have been found above', async () => {
    const [id = ''] = await addItems(desk, [{ title: 'Write the code of Ada', body: 'As she asked.' }]);
    await desk.mw(['run', id]);
    const reviews = await reviewsOf(desk, id);
    expect(reviews.some(({ evidence }) => evidence.includes('in a file'))).toBe(true);
  });
});
