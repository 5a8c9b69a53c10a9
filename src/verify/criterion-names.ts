/**
 * Ids of criteria in the names of tests. An id is written in one of two forms:
 *
 * - as it is, `invoice-download/AC-3`, wherever no letter, digit or hyphen stands before it, and no letter or digit
 *   behind it;
 * - where a language allows no such names, with `_` for each hyphen and `__` for the slash: `invoice_download__AC_3`, or
 *   `…__ac_3`. Then it is a whole identifier, or a part of one between double underscores; `test_` may stand before it,
 *   and words behind a further `_`: `test_invoice_download__AC_3_holds_both`.
 *
 * `test_login__AC_1` is `test-login/AC-1` where a spec has that name, else `login/AC-1`: that is why the known ids decide.
 * An id whose spec has two hyphens in a row, or one at its end, has no second form.
 */

const plainId = /(?<![\p{L}\p{N}-])[a-z0-9][a-z0-9-]{0,63}\/AC-[1-9][0-9]{0,5}(?![\p{L}\p{N}])/gu;
const identifier = /[\p{L}\p{N}_]+/gu;
const numberPart = /^(?:AC|ac)_([1-9][0-9]{0,5})(?=_|$)/;
const testWord = /^_*test_+/i;

/** The known ids that a test’s name holds, each once, in the order of the name. */
export function criteriaIn(name: string, known: ReadonlySet<string>): readonly string[] {
  const found = new Set<string>();
  for (const [id] of name.matchAll(plainId)) if (known.has(id)) found.add(id);
  for (const [text] of name.matchAll(identifier)) {
    const parts = text.split('__');
    for (const [index, part] of parts.entries()) {
      const number = numberPart.exec(parts[index + 1] ?? '')?.[1];
      const id = number === undefined ? undefined : readParts(part, number, known);
      if (id !== undefined) found.add(id);
    }
  }
  return [...found];
}

function readParts(spec: string, number: string, known: ReadonlySet<string>): string | undefined {
  return [spec, spec.replace(testWord, '')]
    .map((text) => `${text.replaceAll('_', '-')}/AC-${number}`)
    .find((id) => known.has(id));
}
