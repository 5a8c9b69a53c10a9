/** Commits as words for `git fast-import`, and the files as they are after the latest one. */

/** Lines of a file; `null` takes it away. */
export type Changes = Readonly<Record<string, readonly string[] | null>>;

export interface CommitOptions {
  /** Default: main. */
  readonly branch?: string;
  /** Numbers of commits; default: the latest one. */
  readonly parents?: readonly number[];
}

export interface Chronicle {
  /** After the latest commit, whichever branch it is on. */
  readonly files: Map<string, readonly string[]>;
  commit(message: string, changes: Changes, options?: CommitOptions): string;
  /** The number of the latest commit. */
  head(): number;
  count(): number;
}

const people = ['Ada', 'Ben', 'Cleo', 'Dan', 'Eve', 'Finn', 'Gwen', 'Hal'];
const firstSecond = 1_500_000_000;
const secondsBetween = 900;

/** ASCII only: lengths are counted in characters. */
export function createChronicle(): Chronicle {
  const files = new Map<string, readonly string[]>();
  let count = 0;
  return {
    files,
    head: () => count,
    count: () => count,
    commit(message, changes, { branch = 'main', parents = count === 0 ? [] : [count] } = {}) {
      count += 1;
      const name = people[count % people.length];
      const [from, ...merged] = parents;
      const entries = Object.entries(changes).map(([path, lines]) => {
        if (lines === null) files.delete(path);
        else files.set(path, lines);
        return lines === null ? `D ${path}\n` : `M 100644 inline ${path}\n${data(`${lines.join('\n')}\n`)}`;
      });
      return [
        `commit refs/heads/${branch}\nmark :${count}\n`,
        `committer ${name} <${name}@localhost> ${firstSecond + count * secondsBetween} +0000\n${data(message)}`,
        from === undefined ? '' : `from :${from}\n`,
        ...merged.map((parent) => `merge :${parent}\n`),
        ...entries,
        '\n',
      ].join('');
    },
  };
}

function data(text: string): string {
  return `data ${text.length}\n${text}\n`;
}
