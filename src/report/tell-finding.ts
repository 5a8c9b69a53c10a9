import type { Finding } from '../model/outcome.ts';

/** One finding in words: `major: it loses the last line (src/a.ts:3)`, and below that what shows it. */
export function tellFinding({ severity, title, file, line, evidence }: Finding): string {
  const place = file === null ? '' : ` (${file}${line === null ? '' : `:${line}`})`;
  return `${severity}: ${title}${place}${evidence === '' ? '' : `\n  ${evidence.replaceAll('\n', '\n  ')}`}`;
}
