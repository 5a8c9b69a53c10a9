/** What was made of files of accepted commits, made again only when one of those files has changed. */
import { readFileAt } from '../git/history.ts';
import { findEntry, listFolder } from '../git/trees.ts';

interface Remembered {
  /** Each path that was asked for, with the id of what was there; `null`: nothing. */
  readonly versions: ReadonlyMap<string, string | null>;
  readonly value: unknown;
}

const maxRemembered = 200;
const remembered = new Map<string, Remembered>();

/**
 * `make`, or what it made of an earlier commit when all that it asked for then is the same in this one. Its
 * result may depend on nothing else but the key.
 */
export async function rememberRead<T>(
  key: string,
  source: { readonly gitDir: string; readonly commit: string },
  make: (
    readText: (path: string) => Promise<string | null>,
    listNames: (folder: string) => Promise<readonly string[]>,
  ) => Promise<T>,
): Promise<T> {
  const name = `${source.gitDir}\0${key}`;
  const known = remembered.get(name);
  if (known !== undefined && (await isUnchanged(known.versions, source))) return known.value as T;
  const versions = new Map<string, string | null>();
  const note = async (path: string) => void versions.set(path, await versionOf(path, source));
  const readText = async (path: string) => {
    await note(path);
    return (await readFileAt(source.gitDir, source.commit, path))?.toString('utf8') ?? null;
  };
  const listNames = async (folder: string) => {
    await note(folder);
    return listFolder(source.gitDir, source.commit, folder);
  };
  const value = await make(readText, listNames);
  remembered.delete(name);
  remembered.set(name, { versions, value });
  for (const oldest of remembered.keys()) if (remembered.size > maxRemembered) remembered.delete(oldest);
  return value;
}

async function isUnchanged(
  versions: Remembered['versions'],
  source: { readonly gitDir: string; readonly commit: string },
): Promise<boolean> {
  for (const [path, version] of versions) if ((await versionOf(path, source)) !== version) return false;
  return true;
}

async function versionOf(
  path: string,
  { gitDir, commit }: { readonly gitDir: string; readonly commit: string },
): Promise<string | null> {
  const entry = await findEntry(gitDir, commit, path);
  return entry === null ? null : `${entry.mode} ${entry.id}`;
}
