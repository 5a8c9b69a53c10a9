/** What the request names in so many words: whoever asked for it has agreed to it. */

/** Whether a file is named, by its path or by its name. */
export function namesFile(request: string, path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return hasWord(request, path) || (name.length >= 5 && hasWord(request, name));
}

/** Whether a setting of a file is named: the file, and the last word of the setting. */
export function namesSetting(request: string, path: string, setting: string): boolean {
  const [table = '', ...rest] = setting.split('.');
  // `scripts.test` is named by both words: whoever asks for a test has not asked for another script.
  return namesFile(request, path) && hasWord(request, table) && rest.every((word) => hasWord(request, word));
}

/** Whether everything that a text has and another has not is in the request, word for word. */
export function namesDifference(request: string, before: string, after: string): boolean {
  const had = countWords(before);
  const known = countWords(request);
  const come = [...countWords(after)].filter(([word, count]) => count > (had.get(word) ?? 0)).map(([word]) => word);
  const gone = [...had].filter(([word, count]) => count > (countWords(after).get(word) ?? 0));
  return come.every((word) => known.has(word)) && (come.length > 0 || gone.every(([word]) => known.has(word)));
}

/** Names of things that the request wants taken away: `remove the function label`, "drop `toXml`". */
export function namesToRemove(request: string): readonly string[] {
  const asked = request.matchAll(
    /\b(?:remove|delete|drop|retire|get rid of|take out)\b(?:\s+(?:the|our|a|an|old|whole|unused|deprecated|function|method|class|module|command|feature|option|support|for|of|its|from)){0,5}\s+[`"']?([A-Za-z_$][\w$]{2,80})/gi,
  );
  return [...asked].map(([, name = '']) => name);
}

/** A word that stands alone. */
export function hasWord(text: string, word: string): boolean {
  if (word === '') return false;
  const escaped = word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\w.-])${escaped}(?![\\w-]|\\.\\w)`).test(text);
}

function countWords(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text.matchAll(/[\p{L}\p{N}_-]+/gu)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
