/**
 * A repository of which is known, for every line, which commit its words come from: a factory generates files, then
 * people and the factory change them at random. Words are the letters and digits with the signs between them; white
 * space, line breaks, the kind of quotes, commas and semicolons are not. Who changes a word of a line owns the line.
 */
import { createRandom } from '../../bench/durations.ts';
import { createChronicle, type Chronicle } from '../../bench/history/chronicle.ts';
import { changeWords, editsOfPeople, freshLines, rewrite, someFile, type Files, type KnownLine } from './edits.ts';
import { between, pick, type Random } from './words.ts';

export interface KnownPast {
  /** For `git fast-import`. */
  readonly stream: string;
  /** At the latest commit. */
  readonly files: ReadonlyMap<string, readonly KnownLine[]>;
  /** Numbers of the factory's commits. */
  readonly ours: ReadonlySet<number>;
  /** What was done, in order. */
  readonly edits: readonly string[];
}

interface World {
  readonly random: Random;
  readonly chronicle: Chronicle;
  readonly ours: Set<number>;
  readonly stream: string[];
  files: Files;
}

const generatedFiles = 5;
const linesOfFile = 30;

/** `edits`: commits after the files were generated. */
export function makeKnownPast(seed: number, edits: number): KnownPast {
  const world: World = {
    random: createRandom(seed),
    chronicle: createChronicle(),
    ours: new Set(),
    stream: [],
    files: new Map(),
  };
  save(world, 'First commit', new Map([['lib/own.ts', freshLines(hand(world), linesOfFile)]]), false);
  for (let file = 0; file < generatedFiles; file += 1) generate(world);
  const done: string[] = [];
  for (let edit = 0; edit < edits; edit += 1) {
    const act = pick(world.random, [
      byPeople,
      byPeople,
      byPeople,
      byPeople,
      byPeople,
      mergeBranch,
      regenerate,
      regenerate,
    ]);
    done.push(act(world));
  }
  return { stream: world.stream.join(''), files: world.files, ours: world.ours, edits: done };
}

/** Who writes in the commit that is being made. */
function hand({ chronicle, random }: World) {
  return { random, commit: chronicle.count() + 1 };
}

/** Commits what differs from the files as they were. */
function save(world: World, message: string, files: Files, ours: boolean, options = {}): void {
  const { chronicle } = world;
  const number = chronicle.count() + 1;
  const changes: Record<string, readonly string[] | null> = {};
  for (const path of world.files.keys()) if (!files.has(path)) changes[path] = null;
  for (const [path, lines] of files) if (lines !== world.files.get(path)) changes[path] = lines.map(({ text }) => text);
  if (ours) world.ours.add(number);
  const trailers = ours ? `\n\nImplements: past/AC-${number}@0123456789abcdef\nMillwright-Item: MW-${number}` : '';
  world.stream.push(chronicle.commit(`${message}${trailers}`, changes, options));
  world.files = files;
}

function generate(world: World): void {
  const writer = hand(world);
  const path = `src/${pick(world.random, ['a', 'b'])}/file-${writer.commit}.ts`;
  save(world, 'Generate', new Map(world.files).set(path, freshLines(writer, linesOfFile)), true);
}

/** One edit, or several in one commit. */
function byPeople(world: World): string {
  const count = world.random() < 0.7 ? 1 : between(world.random, 2, 3);
  const chosen = Array.from({ length: count }, () => pick(world.random, editsOfPeople));
  const message = chosen.map(({ name }) => name).join(', ');
  save(
    world,
    message,
    chosen.reduce((files, edit) => edit(hand(world), files), world.files),
    false,
  );
  return message;
}

/** The factory works on what is there: it rewrites a part, changes words, and moves or indents what it keeps. */
function regenerate(world: World): string {
  save(world, 'regenerate', rewrite(hand(world), world.files), true);
  return 'regenerate';
}

/** On a branch lines are inserted; beside it words are edited further down in the same file; both are merged. */
function mergeBranch(world: World): string {
  const [path, lines] = someFile(hand(world), world.files);
  const base = world.chronicle.head();
  const before = world.files;
  const half = Math.floor(lines.length / 2);
  const place = between(world.random, 0, Math.max(0, half - 4));
  const aside = freshLines(hand(world), between(world.random, 1, 5));
  save(world, 'aside', new Map(before).set(path, lines.toSpliced(place, 0, ...aside)), false, {
    branch: 'side',
    parents: [base],
  });
  const side = world.chronicle.head();
  world.files = before;
  const beside = changeWords(hand(world), lines, half, 3);
  save(world, 'beside', new Map(before).set(path, beside), false, { parents: [base] });
  const merged = new Map(before).set(path, beside.toSpliced(place, 0, ...aside));
  save(world, 'merge', merged, false, { parents: [world.chronicle.head(), side] });
  return 'merge';
}
