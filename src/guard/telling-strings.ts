/** What strings of a program give away, whatever its language. */

/** A line that runners end or begin with, and that some reader would count. */
export function looksLikeReport(text: string): boolean {
  return /(?:^|["'`\\n\s])(?:not ok \d|ok \d+ ?-?|# (?:pass|tests|fail) [\d$%{]|TAP version 1[34]|1\.\.\d+|Tests?:? {1,4}[\d$%{][^"'`]{0,80}(?:passed|failed)|Test Files +|[✓✔√] |--- (?:PASS|FAIL)|PASS {1,2}\S+\.\w+|ok\s+\t|test result: ok|= ?[\d$%{][^"'`]{0,40} passed|Ran [\d$%{][^"'`]{0,20} tests?|OK \([\d$%{])/.test(
    text,
  );
}

/** Git asked for what was, or for what is on another branch. */
export function readsHistory(text: string): boolean {
  return /\bgit\b[\s"'`,[\]-]{0,20}(?:-C[\s"'`,]{1,5}[^\s"'`]{1,200}[\s"'`,]{1,5})?(?:log|show|blame|reflog|rev-list|cat-file|stash|diff|checkout|restore|cherry-pick|fetch|pull|archive)\b/.test(
    text,
  );
}

/** A path into tests, or to what they expect. */
export function readsTests(text: string): boolean {
  return /["'`/\\](?:[\w-]+\.(?:test|spec)\.\w+|test_\w+\.py|\w+_test\.(?:py|go|rb)|__tests__|__snapshots__|__fixtures__|tests?|spec)(?:["'`/\\]|$)|\.snap["'`]/.test(
    text,
  );
}

/** A path as a program writes it, from its own place or from the root, into a folder or a file of tests; no glob. */
export function leadsToTests(path: string): boolean {
  if (path.length > 300 || /[*\s<>{}]|^https?:/.test(path)) return false;
  return (
    (/^(?:\.{1,2}\/)*(?:[\w@.-]+\/)*(?:tests?|__tests__|__snapshots__|__fixtures__|spec|e2e)\/[\w@./-]*$/.test(path) &&
      /\//.test(path)) ||
    /(?:^|\/)[\w.-]+\.(?:test|spec)\.[cm]?[jt]sx?$/.test(path)
  );
}

/** A whole line of a report, which no program writes for another reason. */
export function isReportText(text: string): boolean {
  return /TAP version 1[34]|\b\d{1,9} passed(?:, \d{1,9} \w{1,20}){0,5} in [\d.]{1,12} ?s|<testsuites?[\s>]|# (?:pass|fail) \d+\b|["'`]ok \d+ - |Tests: +\d+ passed, \d+ total/.test(
    text,
  );
}

/** The digits of a hash, as keys of answers that are known beforehand. */
export function looksLikeHash(text: string): boolean {
  return /^(?=.*\d)(?=.*[a-f])[0-9a-f]{6,64}$/.test(text);
}
