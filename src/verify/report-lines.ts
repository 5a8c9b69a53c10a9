import { plainLines } from './plain-lines.ts';

/** No runner writes longer ones; they are a program’s own output. Bounds the work on hostile text. */
const longestReportLine = 2_000;

/** Monorepo runners put the package before each line: `packages/a test: …` (pnpm), `web:test: …` (turbo). */
const workspacePrefix = /^(?:[\w.@-]{0,80}\/[\w.@/-]{1,200} [\w:.-]{1,80}|[\w.@/-]{1,200}:test[\w:-]{0,80}): ?/;

/** The lines that a test runner may have written: plain, not too long, without the prefix of a workspace runner. */
export function reportLines(output: string): readonly string[] {
  return plainLines(output)
    .filter((line) => line.length <= longestReportLine)
    .map(dropWorkspacePrefix);
}

/** A test may be called `login/AC-1 page: opens`: what names a criterion is no package. */
function dropWorkspacePrefix(line: string): string {
  const prefix = workspacePrefix.exec(line)?.[0] ?? '';
  return prefix.includes('/AC-') ? line : line.slice(prefix.length);
}
