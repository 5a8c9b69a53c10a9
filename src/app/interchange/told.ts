/** What an import or an export did, or would do. */
import type { NewWork } from '../../spec/interchange/new-work.ts';
import type { Remark } from '../../spec/interchange/remark.ts';

/** A remark with the file that it is about, as the person named it or as it lies in the repository. */
export interface PlacedRemark extends Remark {
  readonly file: string;
}

export interface ToldFile {
  /** From the top of the repository, or as it was given when it lies elsewhere. */
  readonly path: string;
  readonly state: 'new' | 'changed' | 'unchanged';
}

export interface Told {
  readonly files: readonly ToldFile[];
  /** New in the backlog; without an id while it was only a dry run. */
  readonly items: readonly { readonly id: string | null; readonly key: string; readonly title: string }[];
  /** In the backlog already. */
  readonly known: readonly { readonly id: string; readonly key: string }[];
  /** With an error among them something was not done. */
  readonly remarks: readonly PlacedRemark[];
}

/** What was read, and the files that were written of it; its work is not in the backlog yet. */
export interface ReadWork {
  readonly files: readonly ToldFile[];
  readonly work: readonly NewWork[];
  readonly remarks: readonly PlacedRemark[];
}

export function place(file: string, remarks: readonly Remark[]): readonly PlacedRemark[] {
  return remarks.map((remark) => ({ ...remark, file }));
}
