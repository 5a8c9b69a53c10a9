/**
 * Blame through the commits alone that are known to have touched a file. `git blame` walks through all of history to find
 * them; told a history in which nothing else happened, it says the same at once.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blame, type BlamedLine } from './blame.ts';
import { runGit } from './git.ts';
import { unquotePath } from './quoted-path.ts';

export interface KnownPast {
  /** Every name that the file has had. */
  readonly paths: readonly string[];
  /** The commits that touched it, oldest first, merges left out. */
  readonly commits: readonly string[];
}

/** What a commit did to one file: which content became which. */
export interface Touch {
  readonly commit: string;
  /** The commit before it. */
  readonly parent: string;
  readonly oldPath: string;
  readonly newPath: string;
  readonly before: string;
  readonly after: string;
}

export interface KnownPasts {
  /** Begins to read what a question about the file needs. */
  prepare(commit: string, path: string): void;
  /**
   * The line's commit; `null` when that must be asked of all of history: nothing is known of the file, the commits do not
   * lead to what it holds (a merge made it so, or somebody has touched it since), or the line is older than the first.
   */
  blame(commit: string, path: string, line: number): Promise<BlamedLine | null>;
}

/** Answers by `pastOf`, which knows of some files; what git says of one is asked once. */
export function openKnownPasts(gitDir: string, pastOf: (path: string) => KnownPast | null): KnownPasts {
  const read = new Map<string, Promise<readonly Touch[]>>();
  const contents = new Map<string, Promise<readonly string[]>>();
  const touchesOf = (path: string) => {
    const past = pastOf(path);
    if (past === null) return null;
    return remembered(read, path, () => readTouches(gitDir, past));
  };
  const contentOf = (commit: string, path: string) => {
    const name = `${commit}:${path}`;
    return remembered(contents, name, async () =>
      (await runGit(['rev-parse', commit, name], { gitDir, accept: [0, 128] })).stdout.toString('utf8').split('\n'),
    );
  };
  return {
    prepare(commit, path) {
      const touches = touchesOf(path);
      if (touches === null) return;
      for (const begun of [touches, contentOf(commit, path)]) begun.catch(() => undefined);
    },
    async blame(commit, path, line) {
      const known = touchesOf(path);
      if (known === null) return null;
      const touches = await known;
      const before = touches.find((touch) => `${touch.commit}^1` === commit && touch.oldPath === path);
      const [id = '', blob = ''] =
        before === undefined ? await contentOf(commit, path) : [before.parent, before.before];
      const past = walkBack(touches, path, blob);
      const first = past.at(-1);
      if (first === undefined) return null;
      const range = { from: line, to: line };
      const [found] =
        (await withFile(parentsAlong(id, past), (parents) => blame({ gitDir, commit: id, path, range, parents }))) ??
        [];
      return found === undefined || (found.commit === first.commit && !isNothing(first.before)) ? null : found;
    },
  };
}

function remembered<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

/**
 * The touches that made the file what it holds, newest first; empty when some of them are not known, or when it has held
 * the same twice: then content alone does not tell which of them led here. Pure.
 */
export function walkBack(touches: readonly Touch[], path: string, blob: string): readonly Touch[] {
  const past: Touch[] = [];
  const made = touches.map(({ newPath, after }) => `${newPath} ${after}`);
  if (new Set(made).size < made.length) return [];
  let [name, content] = [path, blob];
  for (const touch of touches.toReversed()) {
    if (touch.newPath !== name) continue;
    if (touch.after !== content) {
      // Later ones than the commit that is asked about come first.
      if (past.length === 0) continue;
      return [];
    }
    past.push(touch);
    [name, content] = [touch.oldPath, touch.before];
    if (isNothing(content)) break;
  }
  return past;
}

/** A history in which only these touches happened, as `git blame -S` reads it: a commit and its parent in each line. Pure. */
export function parentsAlong(from: string, past: readonly Touch[]): string {
  const lines: string[] = [];
  let child = from;
  for (const [index, { commit, parent }] of past.entries()) {
    if (child !== commit) lines.push(`${child} ${commit}`);
    lines.push(index === past.length - 1 ? commit : `${commit} ${parent}`);
    child = parent;
  }
  return lines.map((line) => `${line}\n`).join('');
}

function isNothing(blob: string): boolean {
  return /^0+$/.test(blob);
}

/** git opens it by its name, which it cannot do with what comes through a socket. */
async function withFile<T>(text: string, use: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'mw-past-'));
  try {
    const file = join(folder, 'parents');
    await writeFile(file, text);
    return await use(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readTouches(gitDir: string, { commits, paths }: KnownPast): Promise<readonly Touch[]> {
  const form = ['-r', '--root', '-M', '--raw', '--no-abbrev', '--format=%H %P'];
  const { stdout } = await runGit(['diff-tree', '--stdin', ...form, '--', ...paths], {
    gitDir,
    input: commits.map((commit) => `${commit}\n`).join(''),
  });
  const touches: Touch[] = [];
  let [commit, parent] = ['', ''];
  for (const line of stdout.toString('utf8').split('\n')) {
    const [, id, firstParent = ''] = /^([0-9a-f]{40,64}) ?([0-9a-f]{40,64})?/.exec(line) ?? [];
    if (id !== undefined) [commit, parent] = [id, firstParent];
    const [, before, after, names] = /^:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) [A-Z]\d*\t(.+)$/.exec(line) ?? [];
    if (before === undefined || after === undefined || names === undefined) continue;
    const [oldPath = '', newPath = oldPath] = names.split('\t').map(unquotePath);
    touches.push({ commit, parent, oldPath, newPath, before, after });
  }
  return touches;
}
