/** Which names may enter a repository. Judged for every file system that a checkout may land on, not only for ours. */

/** Code points that one common file system drops from names, so that `.g\u200cit` would be opened as `.git`. */
const ignorable = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/** Whether some system would read this one component as `.git`. */
export function isDotGit(component: string): boolean {
  // Windows drops trailing dots and spaces, cuts at a colon, and knows `.git` by its short name as well.
  const name = component
    .replace(ignorable, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/:.*$/s, '')
    .replace(/[. ]+$/, '');
  return name === '.git' || name === 'git~1';
}

/** Two names with the same folded form are one file on some systems. */
export function foldName(name: string): string {
  return name.replace(ignorable, '').normalize('NFC').toLowerCase();
}

const maxPathBytes = 1_024;

/** What is wrong with a path relative to the top, in words that follow the path; `null` when nothing. */
export function judgePath(path: string): string | null {
  if (Buffer.byteLength(path) > maxPathBytes) return `is longer than ${maxPathBytes} bytes`;
  // A backslash separates folders on Windows.
  for (const component of path.split(/[/\\]/)) {
    if (isDotGit(component)) return 'is a spelling of .git';
    if (component === '.' || component === '..') return 'has a component that means another folder';
  }
  return null;
}

/**
 * What is wrong with a symbolic link, `null` when nothing. `..` is allowed at the start only, where it climbs real
 * folders: after a name it would climb from wherever that name leads.
 */
export function judgeLink(path: string, target: string): string | null {
  if (target === '') return 'is a link to nothing';
  if (target.startsWith('/') || /^[A-Za-z]:/.test(target) || target.includes('\\'))
    return 'is a link to an absolute or foreign path';
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const down = parts.findIndex((part) => part !== '..');
  const climbs = down === -1 ? parts.length : down;
  if (parts.slice(climbs).includes('..')) return 'is a link whose target climbs after it has descended';
  if (climbs > path.split('/').length - 1) return 'is a link that leaves the working copy';
  if (parts.some(isDotGit)) return 'is a link into a repository';
  if (/^\.git(?:modules|attributes|ignore)$/i.test(foldName(path.slice(path.lastIndexOf('/') + 1))))
    return 'must be a file, not a link';
  return null;
}
