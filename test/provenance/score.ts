/** How many lines of a known past are traced to where their words come from. */
import { openKnownPasts } from '../../src/git/known-past.ts';
import { traceLine } from '../../src/git/trace-line.ts';
import { pastOf } from '../../src/insight/built-reading.ts';
import { readBuilt } from '../../src/insight/read-built.ts';
import { withPast, type PastRepository } from './past-repository.ts';
import { hasWords } from './words.ts';

export interface Score {
  /** Lines with words. */
  readonly lines: number;
  /** Of them, those whose words come from the factory. */
  readonly ours: number;
  /** Those that are said to come from a commit of the factory. */
  readonly said: number;
  /** Those of which the right commit of the factory is said. */
  readonly right: number;
  /** Of the lines that come from the factory alone, those of which its commit is said. */
  readonly found: number;
  readonly wrong: readonly string[];
}

/** Every second line: each is several runs of git. */
const step = 2;

/** Makes the past as a repository and traces its lines. */
export function scorePast(seed: number, edits: number): Promise<Score> {
  return withPast(seed, edits, score);
}

async function score({ past, gitDir, tip, numbers }: PastRepository): Promise<Score> {
  const total = { lines: 0, ours: 0, said: 0, right: 0, found: 0, wrong: [] as string[] };
  const questions = [...past.files].flatMap(([path, lines]) =>
    lines.flatMap((line, index) =>
      hasWords(line.text) && index % step === 0 ? [{ path, line, number: index + 1 }] : [],
    ),
  );
  const reading = await readBuilt(gitDir, [tip], null);
  const known = openKnownPasts(gitDir, (path) => pastOf(reading, path));
  const isOurs = async (commit: string) => past.ours.has(numbers.get(commit) ?? 0);
  const ask = async ({ path, line, number }: (typeof questions)[number]): Promise<void> => {
    const traced = await traceLine({ gitDir, commit: tip, path, line: number, isOurs, known });
    const from = line.from.filter((each) => past.ours.has(each));
    const origin = traced === null ? 0 : (numbers.get(traced.commit) ?? 0);
    // Words that somebody changed on the way are theirs.
    const edited = traced?.hops.some(({ how }) => how === 'edited') === true;
    const said = !edited && past.ours.has(origin) ? origin : null;
    total.lines += 1;
    // A line joined from words of several belongs to each of them.
    const right = said !== null && from.includes(said);
    const whole = from.length === line.from.length;
    if (whole) total.ours += 1;
    if (whole && right) total.found += 1;
    if (said !== null) total.said += 1;
    if (right) total.right += 1;
    if (said === null ? whole : !right)
      total.wrong.push(
        `${path}:${number} ${line.text.trim()} from ${line.from.join(',')}, traced to ${origin} ${traced?.hops.map(({ how, commit }) => `${how} by ${numbers.get(commit)}`).join(', ')}`,
      );
  };
  const waiting = [...questions];
  const work = async () => {
    for (let each = waiting.pop(); each !== undefined; each = waiting.pop()) await ask(each);
  };
  await Promise.all([work(), work(), work()]);
  return total;
}
