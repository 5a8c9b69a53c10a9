import type { NamedTest, Reading, TestStatus } from './named-test.ts';
import { offerLines } from './named-test.ts';

const testLine = /^test (\S.*?) \.\.\. ?(.*)$/;
const target = /^ *(?:Running (?:unittests )?(\S+) \(|Doc-tests )/;

/** cargo test. What a test prints with --nocapture stands between its name and its verdict. */
export function readCargoNames(lines: readonly string[]): Reading {
  const tests: NamedTest[] = [];
  let file: string | null = null;
  let open: string | null = null;
  const rest = offerLines(lines, (line) => {
    const builds = target.exec(line);
    if (builds !== null) file = builds[1] ?? null;
    const [, name, behind] = testLine.exec(line) ?? [];
    if (name === undefined && open === null) return false;
    open = name?.replace(/ - should panic$/, '') ?? open;
    const status = readVerdict(behind ?? line);
    if (status !== null && open !== null) {
      tests.push({ name: open, file, status });
      open = null;
    }
    return name !== undefined || status !== null;
  });
  return { tests, rest };
}

function readVerdict(text: string): TestStatus | null {
  if (text === 'ok' || text.startsWith('bench: ')) return 'passed';
  if (text === 'FAILED') return 'failed';
  return /^ignored(?:,|$)/.test(text) ? 'skipped' : null;
}
