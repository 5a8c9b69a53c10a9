/** Lines of made-up code: most with words of their own, some that stand in every program. */

export type Random = () => number;

const nouns = ['invoice', 'month', 'ledger', 'parcel', 'member', 'receipt', 'window', 'record', 'price', 'folder'];
const verbs = ['read', 'write', 'sort', 'count', 'merge', 'check', 'print', 'split', 'round', 'store'];
const everywhere = ['}', '});', '', 'return null;', 'try {', 'break;', '} else {', 'return result;', 'continue;'];

export function pick<T>(random: Random, from: readonly T[]): T {
  const found = from[Math.floor(random() * from.length)];
  if (found === undefined) throw new Error('there is nothing to pick from');
  return found;
}

/** From `least` to `most`, both included. */
export function between(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

export function writeLine(random: Random): string {
  const noun = () => `${pick(random, nouns)}${pick(random, ['', 's', 'Of', between(random, 1, 99).toString()])}`;
  const verb = () => `${pick(random, verbs)}${capital(noun())}`;
  const shapes = [
    () => `const ${noun()} = ${verb()}(${noun()}, "${noun()} ${verb()}");`,
    () => `if (${noun()}.${noun()} > ${between(random, 2, 999)}) return ${verb()}(${noun()});`,
    () => `for (const ${noun()} of ${verb()}(${noun()}, { ${noun()}: ${noun()} })) {`,
    () => `// ${capital(noun())} before ${noun()}: ${verb()} needs the ${noun()} of ${noun()}.`,
    () => `export function ${verb()}(${noun()}, ${noun()}, ${noun()}) {`,
    () => `await ${verb()}(${noun()}, ${noun()}, ${noun()}, "${noun()}-${between(random, 100, 999)}");`,
    () => `expect(${verb()}(${noun()})).toEqual([${noun()}, "${noun()}"]);`,
  ];
  return `  ${random() < 0.2 ? pick(random, everywhere) : pick(random, shapes)()}`.trimEnd();
}

/** Another word in place of one of the line's, one more, or one less; the same line when it has none. */
export function changeWord(random: Random, text: string): string {
  const words = [...text.matchAll(/[A-Za-z0-9]{3,}/g)];
  if (words.length === 0) return text;
  const { 0: word, index } = pick(random, words);
  const fresh = `${pick(random, verbs)}${capital(pick(random, nouns))}${between(random, 100, 999)}`;
  const [before, after] = [text.slice(0, index), text.slice(index + word.length)];
  const changed = pick(random, [
    `${before}${fresh}${after}`,
    `${before}${word}.${fresh}${after}`,
    `${text} // ${fresh}`,
    words.length > 2 ? `${before}${after}` : `${before}${fresh}${after}`,
  ]);
  return changed.trimEnd();
}

/** Whether there is anything in a line that somebody could have said. */
export function hasWords(text: string): boolean {
  return /[A-Za-z0-9]/.test(text);
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
