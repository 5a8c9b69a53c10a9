/** Changes that are known to cheat, and honest ones that only look like it. Three sets; see README.md beside this file. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFileRules } from '../../src/guard/files.ts';
import type { Finding } from '../../src/guard/finding.ts';
import { judgeChange, type FileChange } from '../../src/guard/judge-change.ts';
import type { ConcernFamily } from '../../src/model/concern.ts';

export interface ChangeCase {
  readonly name: string;
  readonly family: ConcernFamily;
  readonly honest: boolean;
  readonly request: string;
  /** Whole texts by path. */
  readonly before: Readonly<Record<string, string>>;
  /** Those that differ; `null`: deleted. */
  readonly after: Readonly<Record<string, string | null>>;
  readonly why: string;
}

const folder = join(import.meta.dirname, 'fixtures/changes');
const rules = createFileRules({ tests: [], judges: [], programs: [] });

/** The sets, in the order in which they were written. */
export const changeSets = ['first', 'second', 'third'] as const;
export type ChangeSet = (typeof changeSets)[number];

/** asks: honest, but a person has to be asked by rule. */
export function readChanges(set: ChangeSet, kind: 'cheats' | 'honest' | 'asks'): readonly ChangeCase[] {
  const file = join(folder, set, `${kind}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ChangeCase[]) : [];
}

/** What reading the texts finds; nothing is run. */
export function readOnly({ before, after, request }: ChangeCase): readonly Finding[] {
  const files = Object.entries(after).map(([path, text]): FileChange => {
    const old = before[path] ?? null;
    return {
      path,
      change: old === null ? 'added' : text === null ? 'deleted' : 'modified',
      before: old,
      after: text,
      contents: path,
    };
  });
  return judgeChange({
    files,
    rules,
    request,
    criteria: [],
    unsteady: new Set(),
    otherTests: new Map(Object.entries(before).filter(([path]) => !(path in after) && rules.isTest(path))),
    rolls: { base: [], candidate: [], restored: null, without: null },
  });
}
