/** English words that make a sentence undecidable. Lists kept short: a false alarm costs trust. */

const vague = oneOf([
  'appropriate(?:ly)?',
  'as (?:needed|required|appropriate)',
  'and so on',
  'efficient(?:ly)?',
  'etc',
  'fast',
  'flexible',
  'if possible',
  'in a timely manner',
  'many',
  'normally',
  'properly',
  'quick(?:ly)?',
  'reasonabl[ey]',
  'robust(?:ly)?',
  'several',
  'soon',
  'sufficient(?:ly)?',
  'suitable',
  'tbd',
  'usually',
  'where applicable',
]);

const subjective = oneOf([
  'beautiful(?:ly)?',
  'easy to (?:use|read|understand)',
  'good',
  'intuitive(?:ly)?',
  'looks? (?:good|nice|right|modern)',
  'nice(?:ly)?',
  '(?:is|are) (?:happy|satisfied|delighted)',
  'seamless(?:ly)?',
  'user[- ]friendly',
  'works? (?:correctly|well|as expected|properly)',
]);

const errors = oneOf([
  'absent',
  'cannot',
  'corrupt(?:ed)?',
  'denied',
  'duplicate',
  'empty',
  'errors?',
  'exceeds?',
  'expired',
  'fails?',
  'failed',
  'failure',
  'invalid',
  'malformed',
  'missing',
  'no longer',
  'not (?:allowed|exist|found|permitted)',
  'refuse[sd]?',
  'reject(?:s|ed)?',
  'time(?:s|d)? ?out',
  'too (?:large|long|many|big|old)',
  'unauthori[sz]ed',
  'unavailable',
  'unknown',
  'unreachable',
  'wrong',
]);

/** The first vague word; `null` for none. */
export function findVague(text: string): string | null {
  return vague.exec(withoutQuoted(text))?.[0] ?? null;
}

/** The first judgement that no test could make; `null` for none. */
export function findSubjective(text: string): string | null {
  return subjective.exec(withoutQuoted(text))?.[0] ?? null;
}

/** Whether a text speaks of something that goes wrong. */
export function isAboutErrors(text: string): boolean {
  return errors.test(text);
}

/** What stands in quotes or code is shown or typed as it is, and says nothing of how well. */
function withoutQuoted(text: string): string {
  return text.replaceAll(/"[^"]*"|“[^“”]*”|„[^„“]*“|«[^«»]*»|`[^`]*`/g, ' ');
}

function oneOf(words: readonly string[]): RegExp {
  return new RegExp(`\\b(?:${words.join('|')})\\b`, 'i');
}
