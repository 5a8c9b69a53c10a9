import { joinNames } from './join-names.ts';
import type { NamedTest, Reading, TestStatus } from './named-test.ts';
import { offerLines } from './named-test.ts';

/** `test_x (module.Class.test_x)`, before 3.11 `test_x (module.Class)`; indented for a part of a test. */
const heading = /^ *(\w+) \(([\w.]+)\)(.*)$/;
const dots = ' ...';

/** unittest -v. The words of a test’s docstring, which may hold an id, stand on a line of their own below its name. */
export function readUnittestNames(lines: readonly string[]): Reading {
  const tests: NamedTest[] = [];
  /** A name without its verdict, and whether its docstring may still follow. */
  let open: { readonly name: string; readonly dotted: boolean } | null = null;
  const rest = offerLines(lines, (line) => {
    const [, method, path = '', behind = ''] = heading.exec(line) ?? [];
    const cut = line.indexOf(dots);
    if (method !== undefined && (behind === '' || cut !== -1)) {
      const name = path.endsWith(`.${method}`) ? path : `${path}.${method}`;
      open = { name: joinNames([name], behind.slice(0, Math.max(0, behind.indexOf(dots))).trim()), dotted: cut !== -1 };
    } else if (open !== null && !open.dotted && cut !== -1) {
      open = { name: joinNames([open.name], line.slice(0, cut)), dotted: true };
    } else if (open === null || !open.dotted || readVerdict(line) === null) {
      return false;
    }
    const status = open.dotted ? readVerdict(cut === -1 ? line : line.slice(cut + dots.length).trim()) : null;
    if (status === null) return true;
    tests.push({ name: open.name, file: null, status });
    open = null;
    return true;
  });
  return { tests, rest };
}

function readVerdict(text: string): TestStatus | null {
  if (text === 'ok') return 'passed';
  if (text === 'FAIL' || text === 'ERROR' || text === 'unexpected success') return 'failed';
  return text === 'expected failure' || text.startsWith("skipped '") || text.startsWith('skipped "') ? 'skipped' : null;
}
