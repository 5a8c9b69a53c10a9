import type { ConcernFamily } from '../model/concern.ts';
import type { SourceFacts } from './source-facts.ts';

/** A concern before it has its key. */
export interface Finding {
  readonly family: ConcernFamily;
  readonly path: string;
  readonly line: number | null;
  readonly says: string;
  /** What it is about, exactly: a person's word on it holds for this. */
  readonly about: string;
}

export type FactsByPath = ReadonlyMap<string, SourceFacts>;
