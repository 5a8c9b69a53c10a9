import { addGroup, joinNames } from './join-names.ts';
import type { NamedTest, TestStatus } from './named-test.ts';

/** Collects tests below the groups that are open around them. Indents are columns, from 0. */
export interface TestTree {
  readonly tests: readonly NamedTest[];
  /** Begins a group, and ends those that are not left of it. */
  open(indent: number, name: string): void;
  /**
   * A verdict: of a test, or of the group with the same indent and name. A group that holds tests is one itself only
   * when it failed and none of them did, such as for a hook.
   */
  judge(indent: number, name: string, status: TestStatus, file?: string | null): void;
  /** Ends a group without a verdict; `false` when no such group is open. */
  close(indent: number, name: string): boolean;
  /** Whether a group of that indent is open. */
  isOpen(indent: number): boolean;
  /** Ends all groups. */
  reset(): void;
}

interface Group {
  readonly indent: number;
  readonly name: string;
  readonly path: string;
  holdsTests: boolean;
  failed: boolean;
}

export function createTestTree(): TestTree {
  const tests: NamedTest[] = [];
  const groups: Group[] = [];
  const leave = (indent: number): void => {
    while ((groups.at(-1)?.indent ?? -1) >= indent) groups.pop();
  };
  /** Ends what is right of the group, and takes it out. */
  const takeGroup = (indent: number, name: string): Group | null => {
    leave(indent + 1);
    const last = groups.at(-1);
    if (last?.indent === indent && last.name === name) return groups.pop() ?? null;
    leave(indent);
    return null;
  };
  return {
    tests,
    open(indent, name) {
      leave(indent);
      const path = addGroup(groups.at(-1)?.path ?? '', name);
      groups.push({ indent, name, path, holdsTests: false, failed: false });
    },
    judge(indent, name, status, file = null) {
      const group = takeGroup(indent, name);
      if (group?.holdsTests === true && (status !== 'failed' || group.failed)) return;
      tests.push({ name: joinNames([groups.at(-1)?.path ?? ''], name), file, status });
      for (const around of groups) {
        around.holdsTests = true;
        around.failed ||= status === 'failed';
      }
    },
    close: (indent, name) => takeGroup(indent, name) !== null,
    isOpen: (indent) => groups.some((group) => group.indent === indent),
    reset: () => leave(0),
  };
}
