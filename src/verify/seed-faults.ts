/** Plausible faults of known kinds, put into lines that a change has touched: what reviewers are measured with. Pure. */

export const faultKinds = ['boundary', 'condition', 'connective', 'off-by-one', 'constant', 'dropped-call'] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  readonly kind: FaultKind;
  readonly path: string;
  readonly line: number;
  /** The whole file with it. */
  readonly text: string;
}

/** What is written in its place; `null` where it cannot be. */
type Seed = (line: string) => string | null;

const seeds: Readonly<Record<FaultKind, Seed>> = {
  boundary: replaceFirst(/(?<![<>=!-])(<=|>=|<|>)(?![<>=])(?= )/, (sign) =>
    sign.length === 2 ? sign.slice(0, 1) : `${sign}=`,
  ),
  condition: replaceFirst(/(?<![=!<>])(===|!==|==|!=)(?!=)/, (sign) =>
    sign.startsWith('!') ? `=${sign.slice(1)}` : `!${sign.slice(1)}`,
  ),
  connective: replaceFirst(
    /&&|\|\||\b(?:and|or)\b/,
    (word) => ({ '&&': '||', '||': '&&', and: 'or', or: 'and' })[word] ?? word,
  ),
  'off-by-one': replaceFirst(/ [+-] 1\b(?![.\w])/, () => ''),
  constant: replaceFirst(
    /(?<=[=(,:] ?)\b(?:true|false|True|False)\b/,
    (word) => ({ true: 'false', false: 'true', True: 'False', False: 'True' })[word] ?? word,
  ),
  'dropped-call': (line) =>
    /^\s*(?:await )?[\w.$]+\([^{}]*\);?\s*$/.test(line) && !/\b(?:super|return|throw|import|require)\b/.test(line)
      ? ''
      : null,
};

/** One of each kind in each line that allows it, the kinds by turns, at most `limit`; the same seed gives the same ones. */
export function seedFaults(
  files: readonly {
    readonly path: string;
    readonly text: string;
    readonly ranges: readonly (readonly [number, number])[];
  }[],
  limit: number,
  seed: number,
): readonly Fault[] {
  const found = files.flatMap(({ path, text, ranges }) => {
    const lines = text.split('\n');
    const isChanged = (line: number) => ranges.some(([from, to]) => line >= from && line <= to);
    return lines.flatMap((line, index) => {
      if (!isChanged(index + 1) || line.length > 300 || isTold(line)) return [];
      return faultKinds.flatMap((kind): Fault[] => {
        const changed = seeds[kind](line);
        if (changed === null) return [];
        return [
          {
            kind,
            path,
            line: index + 1,
            text: [...lines.slice(0, index), changed, ...lines.slice(index + 1)].join('\n'),
          },
        ];
      });
    });
  });
  const order = [...found].sort((a, b) => rank(a, seed) - rank(b, seed));
  const byKind = Map.groupBy(order, ({ kind }) => kind);
  const picked: Fault[] = [];
  for (let round = 0; picked.length < Math.min(limit, found.length); round += 1)
    for (const kind of faultKinds) {
      const next = byKind.get(kind)?.[round];
      if (next !== undefined && picked.length < limit) picked.push(next);
    }
  return picked;
}

/** A place in an order that only the seed decides. */
function rank({ kind, path, line }: Fault, seed: number): number {
  let hash = 2166136261 ^ seed;
  for (const letter of `${kind} ${path} ${line}`) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16777619);
  return hash >>> 0;
}

/** A remark, or the opening of a longer text: nothing there is run. */
function isTold(line: string): boolean {
  return /^\s*(?:\/\/|\/\*|\*|#|--|"""|''')/.test(line);
}

function replaceFirst(pattern: RegExp, change: (found: string) => string): Seed {
  return (line) => {
    // What stands in quotes or behind a remark is no code.
    const code = line.replaceAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`|\/\/.*$/g, (text) =>
      '\u0000'.repeat(text.length),
    );
    const match = pattern.exec(code);
    return match === null
      ? null
      : `${line.slice(0, match.index)}${change(match[0])}${line.slice(match.index + match[0].length)}`;
  };
}
