/** What a test runner says about one run, or several summed. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const noTests: TestCounts = { passed: 0, failed: 0, skipped: 0 };

/** The sum of two reports. */
export function addCounts(a: TestCounts, b: TestCounts): TestCounts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** What a runner's word counts as; a word that is in no list is left out of the count. */
export type Vocabulary = Readonly<Record<string, keyof TestCounts>>;

/** Sums every `NUMBER WORD` of one line whose word the vocabulary knows. */
export function countWords(line: string, vocabulary: Vocabulary): TestCounts {
  let counts = noTests;
  for (const [, number, word] of line.matchAll(/\b(\d{1,9})\s+([a-z]+(?: [a-z]+)?)/gi)) {
    const kind = findKind(word?.toLowerCase() ?? '', vocabulary);
    if (kind !== null) counts = addCounts(counts, { ...noTests, [kind]: Number(number) });
  }
  return counts;
}

/** Two-word terms (`did not`, `timed out`) are tried before their first word. */
function findKind(words: string, vocabulary: Vocabulary): keyof TestCounts | null {
  const first = words.split(' ')[0] ?? '';
  if (Object.hasOwn(vocabulary, words)) return vocabulary[words] ?? null;
  return Object.hasOwn(vocabulary, first) ? (vocabulary[first] ?? null) : null;
}
