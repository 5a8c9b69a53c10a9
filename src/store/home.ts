/** Where everything lies below `MW_HOME`. Nothing is written outside it but the repository's own git data. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ItemId } from '../model/id.ts';

export interface Home {
  readonly root: string;
  readonly artifacts: string;
  readonly sessions: string;
  /** Unix sockets; short, because their paths may have about 100 bytes only. */
  readonly sockets: string;
  project(id: string): ProjectHome;
  /** The folder of one effect's sessions. */
  effect(id: string): string;
}

export interface ProjectHome {
  readonly root: string;
  readonly trusted: string;
  readonly copies: string;
  readonly environments: string;
  readonly proofs: string;
  /** Tests that were seen to fail and pass on the same files. */
  readonly flaky: string;
  /** What reviewers said of changes whose truth is known. */
  readonly trials: string;
  /** Results of phases by what went into them. */
  readonly reusable: string;
  /** Scenarios that no maker sees; a link where a team keeps them in a folder of its own. */
  readonly holdouts: string;
  /** Which hold-outs have passed on which commit. */
  readonly graded: string;
  candidate(item: ItemId): string;
  /** What tests did on an item's candidates, a file for each commit. */
  rolls(item: ItemId): string;
}

export function homeAt(root: string): Home {
  return {
    root,
    artifacts: join(root, 'artifacts'),
    sessions: join(root, 'sessions'),
    sockets: join(root, 'run'),
    project(id) {
      const project = join(root, 'projects', id);
      return {
        root: project,
        trusted: join(project, 'trusted.git'),
        copies: join(project, 'copies'),
        environments: join(project, 'environments'),
        proofs: join(project, 'proofs'),
        flaky: join(project, 'flaky.json'),
        trials: join(project, 'trials.jsonl'),
        reusable: join(project, 'reusable'),
        holdouts: join(root, 'holdouts', id),
        graded: join(project, 'graded'),
        candidate: (item) => join(project, 'items', item, 'candidate.git'),
        rolls: (item) => join(project, 'items', item, 'tests'),
      };
    },
    effect: (id) => join(root, 'sessions', effectFolder(id)),
  };
}

/** The name of an effect's folder: readable, and one for one. */
export function effectFolder(id: string): string {
  return id.replaceAll(':', '.').replaceAll('/', '_');
}

/** A short, stable name for something with a long one. */
export function shortName(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
