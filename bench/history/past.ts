/**
 * The past of a repository, as a stream for `git fast-import`: people who write, edit, rename, branch and merge; a
 * factory that builds criteria and builds them again; people who edit what it built. The same for the same seed. Pure.
 */
import { createRandom } from '../durations.ts';
import { createChronicle, type Chronicle } from './chronicle.ts';
import { criterionId, digestsOf, specName, writeSpec, type SpecState } from './specs.ts';

export interface PastSize {
  readonly commits: number;
  readonly lines: number;
  readonly specs: number;
  /** In each spec. */
  readonly criteria: number;
  /** Generated files that people edit. */
  readonly handEdits: number;
}

export type Kind = 'by people' | 'generated' | 'reformatted' | 'moved';

export interface Place {
  readonly path: string;
  readonly line: number;
}

/** What is known of the repository that came out. */
export interface PastFacts {
  readonly places: Readonly<Record<Kind, readonly Place[]>>;
  readonly criteria: number;
  readonly commits: number;
}

const names = ['total', 'month', 'invoice', 'ledger', 'parcel', 'member', 'receipt', 'window'];
const linesOfFile = 100;
const linesOfGenerated = 40;
const placesOfKind = 100;

interface World extends Chronicle {
  readonly random: () => number;
  readonly size: PastSize;
  readonly specs: readonly SpecState[];
  /** Files that people wrote. */
  readonly own: string[];
  /** Generated files, by criterion. */
  readonly built: Map<string, readonly string[]>;
  readonly moved: Place[];
  readonly reformatted: string[];
}

/** Yields the stream in pieces; answers what came out of it. */
export function* writePast(size: PastSize, config: string, seed = 7): Generator<string, PastFacts> {
  const world: World = {
    ...createChronicle(),
    random: createRandom(seed),
    size,
    specs: Array.from({ length: size.specs }, (_, index) => ({
      name: specName(index),
      wordings: Array.from({ length: size.criteria }, () => 0),
    })),
    own: [],
    built: new Map(),
    moved: [],
    reformatted: [],
  };
  yield world.commit('First commit', { 'millwright.yaml': config.trimEnd().split('\n'), 'README.md': ['# Ours'] });
  const acts = schedule(world);
  const ownFiles = Math.max(
    10,
    Math.round((size.lines - size.specs * size.criteria * linesOfGenerated * 2) / linesOfFile),
  );
  while (world.count() < size.commits) {
    while ((acts.at(-1)?.due ?? Infinity) <= world.count()) yield* acts.pop()?.act() ?? [];
    yield* livePeople(world, ownFiles);
  }
  yield* editSpecs(world);
  return factsOf(world);
}

interface Act {
  /** The number of commits before it. */
  readonly due: number;
  readonly act: () => Iterable<string>;
}

/** What the factory does and what is done to its files; the next one stands last. */
function schedule(world: World): Act[] {
  const { size, specs, random } = world;
  const acts: Act[] = [];
  const at = (share: number, act: Act['act']) => void acts.push({ due: share * size.commits * 0.98, act });
  const all = specs.flatMap((spec) => spec.wordings.map((_, index) => ({ spec, index })));
  for (const spec of specs) {
    at(0.02, () => [saveSpec(world, spec, `Specify ${spec.name}`)]);
    at(0.5, () => {
      spec.wordings.fill(1);
      return [saveSpec(world, spec, `Sharpen ${spec.name}`)];
    });
  }
  for (const { spec, index } of all) {
    at(0.03 + random() * 0.45, () => build(world, spec, index));
    at(0.52 + random() * 0.46, () => build(world, spec, index));
  }
  for (let edit = 0; edit < size.handEdits; edit += 1)
    at(0.55 + random() * 0.44, () => editByHand(world, edit, all[Math.floor(random() * all.length)]));
  return acts.sort((a, b) => b.due - a.due);
}

function saveSpec(world: World, spec: SpecState, message: string): string {
  return world.commit(message, { [`specs/${spec.name}/spec.md`]: writeSpec(spec).split('\n') });
}

/** A factory's commit: what it writes for a criterion, the first time or again. */
function* build(world: World, spec: SpecState, index: number): Iterable<string> {
  const id = criterionId(spec.name, index);
  const hash = digestsOf(spec).get(id) ?? '';
  const again = world.built.get(id)?.filter((path) => world.files.has(path)) ?? [];
  const paths = again.length > 0 ? again : [`src/${spec.name}/case-${index}.ts`, `test/${spec.name}/case-${index}.ts`];
  world.built.set(id, paths);
  const changes = Object.fromEntries(
    paths.map((path) => {
      const before = world.files.get(path);
      return [path, before === undefined ? writeCode(world, linesOfGenerated) : editLines(world, before, 6)];
    }),
  );
  const item = `MW-${world.count()}`;
  const trailers = `Implements: ${id}@${hash}\nMillwright-Item: ${item}\nMillwright-Run: ${item}:1`;
  yield world.commit(`Case ${index + 1} of ${spec.name}\n\n${trailers}\nMillwright-Attempt: ${item}/build#1`, changes);
}

/** Words, an insertion, a deletion, a formatter, a block that goes to another file, another name. */
function* editByHand(world: World, edit: number, target?: { spec: SpecState; index: number }): Iterable<string> {
  const { files, random } = world;
  const path = target && world.built.get(criterionId(target.spec.name, target.index))?.[0];
  const lines = path === undefined ? undefined : files.get(path);
  if (path === undefined || lines === undefined) return;
  const at = Math.floor(random() * (lines.length - 12));
  const kind = edit % 6;
  if (kind === 0) yield world.commit('Mend a sum', { [path]: editLines(world, lines, 2) });
  else if (kind === 1) yield world.commit('Log it', { [path]: lines.toSpliced(at, 0, ...writeCode(world, 3)) });
  else if (kind === 2) yield world.commit('Not needed', { [path]: lines.toSpliced(at, 2) });
  else if (kind === 3) {
    world.reformatted.push(path);
    yield world.commit('Format', { [path]: lines.map(format) });
  } else if (kind === 4) {
    const to = path.replace('.ts', `-part-${edit}.ts`);
    const block = lines.slice(at, at + 8);
    world.moved.push(...block.map((_, index) => ({ path: to, line: index + 2 })));
    yield world.commit('Split it', { [path]: lines.toSpliced(at, 8), [to]: ['// Split off.', ...block] });
  } else {
    const to = path.replace('.ts', `-named-${edit}.ts`);
    const id = criterionId(target?.spec.name ?? '', target?.index ?? 0);
    world.built.set(id, [to, ...(world.built.get(id) ?? []).slice(1)]);
    yield world.commit('A better name', { [path]: null, [to]: lines });
  }
}

/** The ordinary day: most commits of any repository. */
function* livePeople(world: World, ownFiles: number): Iterable<string> {
  const { random, own, size } = world;
  const left = Math.max(1, size.commits * 0.9 - world.count());
  const rate = (ownFiles - own.length) / left;
  // Many files at once where there are more files than commits.
  if (own.length === 0 || random() < rate) {
    const count = Math.max(1, Math.ceil(rate));
    return yield world.commit('Add it', Object.fromEntries(Array.from({ length: count }, () => newFile(world))));
  }
  const chance = random();
  if (chance < 0.02) yield* branchAndMerge(world);
  else if (chance < 0.022) {
    const place = Math.floor(random() * own.length);
    const from = own[place] ?? '';
    const to = from.replace(/(?:-\d+)?\.ts$/, `-${world.count()}.ts`);
    own[place] = to;
    yield world.commit('Rename it', { [from]: null, [to]: world.files.get(from) ?? [] });
  } else {
    const paths = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pickOwn(world));
    yield world.commit('Change it', edits(world, paths));
  }
}

function newFile(world: World): readonly [string, readonly string[]] {
  const number = world.own.length;
  const path = `lib/part-${Math.floor(number / 400)}/room-${Math.floor(number / 20) % 20}/file-${number}.ts`;
  world.own.push(path);
  return [path, writeCode(world, linesOfFile)];
}

/** Two commits aside, one beside them, and the merge of both. */
function* branchAndMerge(world: World): Iterable<string> {
  const aside = pickOwn(world);
  const beside = pickOwn(world);
  const base = world.head();
  yield world.commit('Aside', edits(world, [aside]), { branch: 'side', parents: [base] });
  yield world.commit('Further aside', edits(world, [aside]), { branch: 'side' });
  const side = world.head();
  if (beside !== aside) yield world.commit('Beside', edits(world, [beside]), { parents: [base] });
  const parents = beside === aside ? [base, side] : [world.head(), side];
  yield world.commit('Merge branch side', { [aside]: world.files.get(aside) ?? [] }, { parents });
}

function pickOwn({ own, random }: World): string {
  // Some files are changed all the time, most are hardly touched.
  return own[Math.floor(random() ** 2 * own.length)] ?? '';
}

function edits(world: World, paths: readonly string[]): Record<string, readonly string[]> {
  return Object.fromEntries(paths.map((path) => [path, editLines(world, world.files.get(path) ?? [], 4)]));
}

/** One criterion says something else, one is gone, one is new. */
function* editSpecs(world: World): Iterable<string> {
  const [changed, removed, added] = world.specs;
  if (changed === undefined || removed === undefined || added === undefined) return;
  changed.wordings[0] = 2;
  removed.wordings[0] = null;
  added.wordings.push(0);
  for (const spec of [changed, removed, added]) yield saveSpec(world, spec, `Change ${spec.name}`);
}

function writeCode(world: World, count: number): string[] {
  return Array.from({ length: count }, () => codeLine(world));
}

function codeLine({ random }: World): string {
  const word = () => `${names[Math.floor(random() * names.length)]}${Math.floor(random() * 1_000)}`;
  return `  const ${word()} = read("${word()}", ${word()});`;
}

function editLines(world: World, lines: readonly string[], most: number): string[] {
  const edited = [...lines];
  const count = 1 + Math.floor(world.random() * most);
  const at = Math.floor(world.random() * Math.max(1, edited.length - count));
  for (let index = at; index < Math.min(at + count, edited.length); index += 1) edited[index] = codeLine(world);
  return edited;
}

/** What a formatter does to such a line. */
function format(line: string): string {
  return `  ${line.replaceAll('"', "'").replace(/;$/, '')}`;
}

function factsOf(world: World): PastFacts {
  const { files, own, built, moved, reformatted, random } = world;
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const there = moved.filter(({ path, line }) => line <= (files.get(path)?.length ?? 0));
  const some = (paths: readonly string[]): readonly Place[] => {
    const kept = paths.filter((path) => (files.get(path)?.length ?? 0) > 0);
    return Array.from({ length: kept.length === 0 ? 0 : placesOfKind }, () => {
      const path = pick(kept);
      return { path, line: 1 + Math.floor(random() * (files.get(path)?.length ?? 1)) };
    });
  };
  return {
    places: {
      'by people': some(own),
      generated: some([...built.values()].flat()),
      reformatted: some(reformatted),
      moved: Array.from({ length: there.length === 0 ? 0 : placesOfKind }, () => pick(there)),
    },
    criteria: world.specs.flatMap(({ wordings }) => wordings).filter((wording) => wording !== null).length,
    commits: world.count(),
  };
}
