/** Comparing patches. */
import { runGit } from './git.ts';
import { treeOf } from './history.ts';
import { compareTrees } from './trees.ts';

type Span = readonly [from: string, to: string];

/**
 * Whether two spans of history change the same files in the same way: lines added and removed, modes, binary content.
 * Line numbers and surrounding lines do not count. Bytes that git cannot compare as text must be equal.
 */
export async function isSamePatch(gitDir: string, a: Span, b: Span): Promise<boolean> {
  const [rawA, rawB] = await Promise.all([rawChanges(gitDir, a), rawChanges(gitDir, b)]);
  if (rawA.size !== rawB.size) return false;
  const unclear: string[] = [];
  for (const [path, change] of rawA) {
    const other = rawB.get(path);
    if (other === undefined || other.modes !== change.modes) return false;
    if (other.blobs !== change.blobs) unclear.push(path);
  }
  if (unclear.length === 0) return true;
  const [textA, textB] = await Promise.all([linesChanged(gitDir, a), linesChanged(gitDir, b)]);
  return textA.equals(textB);
}

async function rawChanges(gitDir: string, [from, to]: Span): Promise<Map<string, { modes: string; blobs: string }>> {
  const [before, after] = await Promise.all([treeOf(gitDir, from), treeOf(gitDir, to)]);
  const changes = await compareTrees(gitDir, before, after, 'files-only');
  return new Map(
    changes.map(({ path, before: a, after: b }) => [
      path,
      { modes: `${a?.mode} ${b?.mode}`, blobs: `${a?.id} ${b?.id}` },
    ]),
  );
}

/** The patch without its line numbers and without the ids of text files. */
async function linesChanged(gitDir: string, [from, to]: Span): Promise<Buffer> {
  const { stdout } = await runGit(
    [
      'diff-tree',
      '-r',
      '-p',
      '-U0',
      '--no-renames',
      '--no-ext-diff',
      '--no-textconv',
      '--full-index',
      '--binary',
      '--no-color',
      from,
      to,
    ],
    { gitDir },
  );
  const text = stdout
    .toString('latin1')
    .replace(/^@@ .*$/gm, '@@')
    .replace(/^index [0-9a-f]+\.\.([0-9a-f]+).*$/gm, 'index');
  return Buffer.from(text, 'latin1');
}
