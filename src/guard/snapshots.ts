/** Stored answers of tests (jest, vitest, syrupy): an entry that was there and says something else now. */
import { namesDifference } from './asked-for.ts';
import type { Finding } from './finding.ts';

export function compareSnapshots(
  file: { readonly path: string; readonly before: string | null; readonly after: string | null },
  isExcused: (test: string) => boolean,
  request: string,
): readonly Finding[] {
  if (!/\.(?:snap|ambr)$/.test(file.path) || file.before === null || file.after === null) return [];
  const now = entriesOf(file.after);
  const changed = [...entriesOf(file.before)].filter(([name, value]) => {
    const other = now.get(name);
    return other !== undefined && other !== value && !isExcused(name) && !namesDifference(request, value, other);
  });
  const [first] = changed;
  if (first === undefined) return [];
  return [
    {
      family: 'snapshot-refreshed',
      path: file.path,
      line: null,
      says: `the stored answer of "${first[0].slice(0, 200)}" was replaced${changed.length > 1 ? `, and ${changed.length - 1} more` : ''}`,
      about: changed.map(([name]) => `${name} ${now.get(name) ?? ''}`).join('\n'),
    },
  ];
}

function entriesOf(text: string): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  const jest = /^exports\[`((?:[^`\\]|\\.)*)`\] = `((?:[^`\\]|\\.)*)`;$/gm;
  for (const [, name = '', value = ''] of text.matchAll(jest)) entries.set(name, value);
  const syrupy = /^# name: (.*)\n([\s\S]*?)^# ---$/gm;
  for (const [, name = '', value = ''] of text.matchAll(syrupy)) entries.set(name, value);
  return entries;
}
