/**
 * Requirements in EARS (Easy Approach to Requirements Syntax, Mavin et al. 2009): five shapes of a sentence, which may be
 * combined in this order.
 *
 *   The SYSTEM shall RESPONSE
 *   WHERE a feature is there, … · WHILE a state lasts, … · WHEN something happens, … · IF something unwanted happens, THEN …
 */
export interface EarsSentence {
  readonly feature: string | null;
  readonly state: string | null;
  readonly trigger: { readonly kind: 'event' | 'unwanted'; readonly text: string } | null;
  readonly system: string;
  readonly negated: boolean;
  readonly response: string;
}

/** A longer sentence is not one that anybody could test. */
const maxChars = 2_000;

/** Reads one sentence; `null` when it has none of the shapes. Keywords count in any case. */
export function parseEars(sentence: string): EarsSentence | null {
  const text = sentence.trim().replace(/\s+/g, ' ').replace(/[.;]$/, '');
  if (text.length > maxChars) return null;
  let rest = text;
  const take = (keyword: RegExp): string | null => {
    const start = keyword.exec(rest);
    const comma = rest.indexOf(', ');
    if (start === null || comma === -1) return null;
    const clause = rest.slice(start[0].length, comma);
    rest = rest.slice(comma + 2);
    return clause;
  };
  const feature = take(/^where /i);
  const state = take(/^while /i);
  const event = take(/^when /i);
  const unwanted = event === null ? take(/^if /i) : null;
  if (unwanted !== null) rest = rest.replace(/^then /i, '');
  const modal = / (?:shall|must)( not)? /i.exec(rest);
  if (modal === null || modal.index === 0) return null;
  const response = rest.slice(modal.index + modal[0].length);
  if (response === '') return null;
  const text1 = event ?? unwanted;
  return {
    feature,
    state,
    trigger: text1 === null ? null : { kind: event === null ? 'unwanted' : 'event', text: text1 },
    system: rest.slice(0, modal.index),
    negated: modal[1] !== undefined,
    response,
  };
}
