import { error, type SpecFinding, type SpecRule } from './spec-finding.ts';

/** Whatever has the name of something before it; capitals make no difference. */
export function findDuplicates(
  named: readonly { readonly name: string; readonly line: number }[],
  rule: SpecRule,
  what: string,
): readonly SpecFinding[] {
  const first = new Map<string, number>();
  return named.flatMap(({ name, line }) => {
    const key = name.toLowerCase();
    const before = first.get(key);
    if (before === undefined) first.set(key, line);
    return before === undefined
      ? []
      : [error(rule, line, `the ${what} "${name}" stands on line ${before} already`, 'give one of them another name')];
  });
}
