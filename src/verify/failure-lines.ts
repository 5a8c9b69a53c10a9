/** Which lines of an output say what went wrong. Shared by the excerpt and by the signature of a failure. */

const failurePatterns: readonly RegExp[] = [
  /\berror\b(?!s?[ :=]+0\b)(?: TS\d+|\[E\d+\])?\s*[:!]/i, // tsc, rustc, gcc, npm, most programs
  /^\s*\d+:\d+\s+error\s/, // eslint
  /^\s*\[?(?:ERROR|FATAL|FAIL|FAILED|FAILURE|Failed)\b/,
  /^\s*[×✖✗✘⨯] ?\S/, // oxlint, vitest, mocha, node:test
  /^\s*(?:❌|✕)/,
  /^\s*not ok\b/,
  /^\s*--- FAIL:/,
  /^E {2,}\S/, // pytest
  /^\s*(?:[\w.$]+\.)?[A-Z]\w*(?:Error|Exception|Failure)\b/, // a thrown error, by its name
  /^Traceback \(most recent call last\)/,
  /^(?:Caused by|Exception in thread)\b/,
  /\bpanicked at\b/,
  /^panic: /,
  /^\s*(?:fatal|undefined reference|Segmentation fault|Killed|Aborted)\b/i,
  /(?:command not found|No such file or directory|Permission denied|cannot find module)/i,
  /^\s*assert(?:ion)?\b.*\bfailed\b/i,
  /^\s*\d+\) \S/, // mocha, rspec: the numbered failure
];

/** Whether the line states a failure. The line is plain: no terminal sequences. */
export function statesFailure(line: string): boolean {
  const start = line.slice(0, 1_000);
  return failurePatterns.some((pattern) => pattern.test(start));
}

/** Whether the line is a stack frame of a runtime or a library, which says nothing about the project’s own code. */
export function isForeignFrame(line: string): boolean {
  return (
    /^\s*(?:at |❯ |File "|\d+: )/.test(line) && /(?:node:|node_modules\/|site-packages\/|\/rustc\/|<frozen )/.test(line)
  );
}
