/** Which lines of the checkout's latest commit were built for which criterion, and how many for none. */
import { blame } from '../git/blame.ts';
import { listFilesAt, readFilesAt } from '../git/history.ts';
import type { Built } from '../spec/built.ts';
import type { CodeRange } from '../spec/trace.ts';

export interface CodeReading {
  readonly ranges: ReadonlyMap<string, readonly CodeRange[]>;
  /** Lines of no criterion, by file, most first; files that `isOutside` names are not counted. */
  readonly orphans: readonly { readonly file: string; readonly lines: number }[];
}

const atOnce = 4;
const maxFileBytes = 1024 * 1024;

export async function readCode(
  gitDir: string,
  commit: string,
  built: Built,
  isOutside: (path: string) => boolean,
): Promise<CodeReading> {
  const ranges = new Map<string, CodeRange[]>();
  const orphans: { file: string; lines: number }[] = [];
  const files = (await listFilesAt(gitDir, commit, '')).filter((path) => !isOutside(path));
  const generated = files.filter((path) => built.files[path] !== undefined);
  for (let start = 0; start < generated.length; start += atOnce) {
    const some = generated.slice(start, start + atOnce);
    const blamed = await Promise.all(some.map((path) => blame({ gitDir, commit, path })));
    for (const [index, path] of some.entries()) {
      const owners = (blamed[index] ?? []).map((line) => built.work[line.commit]?.criteria ?? []);
      addRanges(ranges, path, owners);
      const lines = owners.filter((ids) => ids.length === 0).length;
      if (lines > 0) orphans.push({ file: path, lines });
    }
  }
  orphans.push(
    ...(await countLines(
      gitDir,
      commit,
      files.filter((path) => built.files[path] === undefined),
    )),
  );
  return { ranges, orphans: orphans.sort((a, b) => b.lines - a.lines || (a.file < b.file ? -1 : 1)) };
}

function addRanges(ranges: Map<string, CodeRange[]>, file: string, owners: readonly (readonly string[])[]): void {
  for (const [index, ids] of owners.entries()) {
    for (const id of ids) {
      const own = ranges.get(id) ?? [];
      const last = own.at(-1);
      if (last?.file === file && last.to === index) own[own.length - 1] = { ...last, to: index + 1 };
      else own.push({ file, from: index + 1, to: index + 1 });
      ranges.set(id, own);
    }
  }
}

/** Text files only: a NUL byte makes a file binary, and one that is too large is nobody's source. */
async function countLines(
  gitDir: string,
  commit: string,
  paths: readonly string[],
): Promise<readonly { readonly file: string; readonly lines: number }[]> {
  const contents = await readFilesAt(gitDir, commit, paths);
  return [...contents].flatMap(([file, content]) => {
    if (content.length === 0 || content.length > maxFileBytes || content.includes(0)) return [];
    let lines = content.at(-1) === 10 ? 0 : 1;
    for (const byte of content) if (byte === 10) lines += 1;
    return [{ file, lines }];
  });
}
