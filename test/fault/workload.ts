/** Three items, one after another, through build, a check, two reviewers and a landing; agents are shell scripts. */
import type { Files } from '../support/cli-desk.ts';

export const reviewers = ['first', 'second'] as const;

/** Sessions that one item pays for when nothing goes wrong, as ITEM/NUMBER/WHO; reviews of a phase are numbered through. */
export function sessionsOf(item: string): readonly string[] {
  return [`${item}/1/maker`, ...reviewers.map((who, index) => `${item}/${index + 1}/${who}`)];
}

/** The session of an attempt or a review, in the same words. */
export function sessionOf(effect: string): string {
  const match = /^(MW-\d+):\d+\/[^/]+\/(?:attempt|review\.(.+))-(\d+)$/.exec(effect);
  if (match === null) throw new Error(`${effect} has no session`);
  const [, item, reviewer, number] = match;
  return `${item}/${number}/${reviewer ?? 'maker'}`;
}

const pipeline = `name: matrix
phases:
  - { id: build, instructions: build, output: text, checks: [all] }
  - id: review
    reviews:
${reviewers.map((id) => `      - { id: ${id}, instructions: review-correctness }`).join('\n')}
    loop: { to: build, max: 2 }
`;

/**
 * Notes start and end in the ledger, which lies outside everything that is thrown away, and between the two waits as
 * long as there is a file `hold-ITEM-PHASE`. A session that was paid has both lines.
 */
const agent = `name=$MW_ITEM/$MW_ATTEMPT/\${MW_REVIEWER:-maker}
say() { printf '%s %s\\n' "$1" "$name" > "$LEDGER/lines"; }
cat > /dev/null
say start
while [ -e "$LEDGER/hold-$MW_ITEM-$MW_PHASE" ]; do sleep 0.02; done
if [ -n "\${MW_REVIEWER:-}" ]; then echo '{"verdict":"pass","findings":[]}'
else echo "made by $MW_ITEM" > "$MW_ITEM.txt"; fi
say end
`;

/** `ledger` is the folder of the ledger. */
export function workload(ledger: string): Files {
  return {
    'millwright.yaml': `version: 1
agents:
  maker: { adapter: command, command: sh .millwright/agent.sh, free: true, env: { LEDGER: ${JSON.stringify(ledger)} } }
routes: { default: maker }
pipeline: matrix
sandbox: { rung: clone, readOnly: [${JSON.stringify(ledger)}] }
limits: { slots: 2 }
checks:
  test: { run: sh test.sh, kind: test }
`,
    '.millwright/agent.sh': agent,
    '.millwright/pipelines/matrix.yaml': pipeline,
    'test.sh': `echo 1..1
for file in MW-*.txt; do
  [ -e "$file" ] || continue
  [ "$(cat "$file")" = "made by \${file%.txt}" ] || { echo "not ok 1 - $file"; exit 1; }
done
echo ok 1 - whole
`,
  };
}
