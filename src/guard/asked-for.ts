/** What the request names in so many words: whoever asked for it has agreed to it. */

/** Whether a file is named, by its path or by its name. */
export function namesFile(request: string, path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return hasWord(request, path) || (name.length >= 5 && hasWord(request, name));
}

/** Whether a setting of a file is named: the file, and the last word of the setting. */
export function namesSetting(request: string, path: string, setting: string): boolean {
  return namesFile(request, path) && hasWord(request, setting.slice(setting.lastIndexOf('.') + 1));
}

/** Whether everything that a text has and another has not is in the request, word for word. */
export function namesDifference(request: string, before: string, after: string): boolean {
  const had = countWords(before);
  const known = countWords(request);
  const come = [...countWords(after)].filter(([word, count]) => count > (had.get(word) ?? 0)).map(([word]) => word);
  const gone = [...had].filter(([word, count]) => count > (countWords(after).get(word) ?? 0));
  return come.every((word) => known.has(word)) && (come.length > 0 || gone.every(([word]) => known.has(word)));
}

/** Whether the request has something taken away that a test, by its name or its text, is about. */
export function namesRemoval(request: string, test: { readonly name: string; readonly body: string }): boolean {
  if (!/\b(?:remove|delete|drop|retire|get rid of|take out|no longer (?:need|support))/i.test(request)) return false;
  const things = request.matchAll(/`([^`]{3,})`|\b([a-z]+(?:[A-Z]\w*|_\w+)|[A-Z][a-z]+[A-Z]\w*)\b/g);
  return [...things].some(([, quoted, plain]) => {
    const [name = ''] = /[A-Za-z_]\w{2,}/.exec(quoted ?? plain ?? '') ?? [];
    return name !== '' && (hasWord(test.body, name) || test.name.includes(name));
  });
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
