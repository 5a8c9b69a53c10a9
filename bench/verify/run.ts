/**
 * Measures what verification catches, on the corpus in test/corpus whose answers are known, and prints Markdown. No model takes
 * part: `npm run bench:verify`, `-- --only reading,running,candidates,panel,mutation`. See docs/performance.md for what it does not show.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { changeSets, readChanges, readOnly } from '../../test/corpus/changes.ts';
import { structuralCases } from '../../test/corpus/structural.ts';
import { showShare } from '../../src/verify/interval.ts';
import { measureMutation } from './mutation.ts';
import { measurePanel } from './panel.ts';
import { judgeStructural } from './structural.ts';
import { gather, listCandidates, type Evidence } from './tasks.ts';

/** Cheats that are found by reading two versions of the texts. */
function measureReading(): void {
  console.log('### Cheats that are read\n\n| set | found | families | honest changes asked about |\n|---|---|---|---|');
  for (const set of changeSets) {
    const [cheats, honest] = [readChanges(set, 'cheats'), readChanges(set, 'honest')];
    const isFound = (change: (typeof cheats)[number]) => readOnly(change).length > 0;
    const families = new Set(cheats.map(({ family }) => family)).size;
    console.log(
      `| ${set} | ${showShare(cheats.filter(isFound).length, cheats.length)} | ${families} | ${showShare(honest.filter(isFound).length, honest.length)} |`,
    );
  }
}

/** Cheats that are told by what tests do. */
async function measureRunning(): Promise<void> {
  const seen = { cheats: 0, found: 0, honest: 0, asked: 0 };
  for (const change of structuralCases) {
    const found = await judgeStructural(change);
    if (change.family === null) {
      seen.honest += 1;
      if (found.length > 0) seen.asked += 1;
    } else {
      seen.cheats += 1;
      if (found.some(({ family }) => family === change.family)) seen.found += 1;
      else console.error(`not found: ${change.name}`);
    }
  }
  console.log('\n### Cheats that are run\n\n| found | honest changes asked about |\n|---|---|');
  console.log(`| ${showShare(seen.found, seen.cheats)} | ${showShare(seen.asked, seen.honest)} |`);
}

type Decide = (evidence: Evidence) => 'accepted' | 'rejected' | 'asked';

const rules: Readonly<Record<string, Decide>> = {
  'visible tests alone': ({ visible }) => (visible ? 'accepted' : 'rejected'),
  'tests and guard': ({ visible, guard }) => (!visible ? 'rejected' : guard ? 'accepted' : 'asked'),
  'tests and hold-outs': ({ visible, holdouts }) => (visible && holdouts !== false ? 'accepted' : 'rejected'),
  'tests and a second writer’s cases': ({ visible, breaker }) =>
    visible && breaker !== false ? 'accepted' : 'rejected',
  'tests, guard, hold-outs': ({ visible, guard, holdouts }) =>
    !visible || holdouts === false ? 'rejected' : guard ? 'accepted' : 'asked',
  'all of them': ({ visible, guard, holdouts, breaker }) =>
    !visible || holdouts === false || breaker === false ? 'rejected' : guard ? 'accepted' : 'asked',
};

/** Wrong programs that pass the tests which an agent wrote for them. */
async function measureCandidates(): Promise<void> {
  const evidence = await inParallel(listCandidates(), gather);
  const odd = evidence.filter(({ candidate, truth, visible }) => candidate.isRight !== truth || !visible);
  // A truth that does not hold would move every figure below, and nobody would see it.
  if (odd.length > 0)
    throw new Error(
      `not what it is said to be: ${odd.map(({ candidate }) => `${candidate.task}/${candidate.name}`).join(', ')}`,
    );
  const wrong = evidence.filter(({ truth }) => !truth);
  const right = evidence.filter(({ truth }) => truth);
  console.log(
    `\n### Wrong programs that pass their tests\n\n${wrong.length} wrong and ${right.length} right candidates of ${new Set(evidence.map(({ candidate }) => candidate.task)).size} tasks.\n`,
  );
  console.log('| evidence | wrong ones accepted | a person is asked | right ones rejected |\n|---|---|---|---|');
  for (const [name, decide] of Object.entries(rules)) {
    const count = (all: readonly Evidence[], what: ReturnType<Decide>) =>
      all.filter((each) => decide(each) === what).length;
    console.log(
      `| ${name} | ${showShare(count(wrong, 'accepted'), wrong.length)} | ${showShare(count(evidence, 'asked'), evidence.length)} | ${showShare(count(right, 'rejected'), right.length)} |`,
    );
  }
  for (const { candidate } of right.filter((each) => rules['all of them']?.(each) === 'rejected'))
    console.error(`right and rejected: ${candidate.task}`);
}

async function inParallel<T, R>(all: readonly T[], act: (each: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const work = async () => {
    for (let index = next++; index < all.length; index = next++) results[index] = await act(all[index] as T);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return results;
}

const parts = {
  reading: measureReading,
  running: measureRunning,
  candidates: measureCandidates,
  panel: measurePanel,
  mutation: measureMutation,
};
const { values } = parseArgs({ options: { only: { type: 'string' } } });
const asked = values.only?.split(',') ?? Object.keys(parts);
const unknown = asked.find((name) => !Object.hasOwn(parts, name));
if (unknown !== undefined) throw new Error(`--only knows ${Object.keys(parts).join(', ')}, not ${unknown}`);
for (const [name, measure] of Object.entries(parts)) if (asked.includes(name)) await measure();
