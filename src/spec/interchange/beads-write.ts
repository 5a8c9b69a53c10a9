/** Writes how work stands into beads’ `issues.jsonl`: lines whose state did not change keep their bytes. */
import { readBeadsLine, type BeadsIssue } from './beads-issue.ts';
import { setMembers } from './json-members.ts';
import { fitTitle, type WorkState } from './new-work.ts';
import { caution, note, type Remark } from './remark.ts';

/** A work item of ours. */
export interface OwnWork {
  /** `MW-12`. */
  readonly id: string;
  readonly key: string | null;
  readonly title: string;
  readonly body: string;
  readonly priority: number;
  readonly state: WorkState;
  /** Ids of ours. */
  readonly after: readonly string[];
}

/** `now`: ISO 8601; it stands in what changes. Items that no line knows are put behind the others while they are open. */
export function writeBeads(
  file: string,
  work: readonly OwnWork[],
  now: string,
): { readonly text: string; readonly remarks: readonly Remark[] } {
  const remarks: Remark[] = [];
  // A key of another origin, such as acme/shop#12, is no id of beads: such an item may stand there under its own.
  const byName = new Map(work.flatMap((item) => [[ownId(item), item] as const, ...keyed(item)]));
  const names = new Map<string, string>();
  const lines = file.split('\n').map((text, index) => {
    const read = readBeadsLine(text, index + 1);
    const item = read?.type === 'issue' ? byName.get(read.issue.id) : undefined;
    if (read?.type !== 'issue' || item === undefined) return text;
    names.set(item.id, read.issue.id);
    return writeLine(text, read.issue, item, now, remarks);
  });
  const fresh = work.filter((item) => !names.has(item.id) && isOpen(item));
  for (const item of fresh) names.set(item.id, ownId(item));
  const added = fresh.map((item) => writeNew(item, names, now));
  if (added.length === 0) return { text: lines.join('\n'), remarks };
  remarks.push(note('added', null, `${added.length} ${added.length === 1 ? 'item is' : 'items are'} new in the file`));
  const text = lines.join('\n');
  return { text: `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${added.join('\n')}\n`, remarks };
}

function isOpen({ state }: OwnWork): boolean {
  return state === 'waiting' || state === 'started';
}

function keyed(item: OwnWork): readonly (readonly [string, OwnWork])[] {
  return item.key === null ? [] : [[item.key, item]];
}

/** What an item of ours is called over there; `mw import beads` knows it again. */
function ownId({ id }: OwnWork): string {
  return id.toLowerCase();
}

function writeLine(text: string, issue: BeadsIssue, item: OwnWork, now: string, remarks: Remark[]): string {
  const { id, line, standing, status } = issue;
  const { title } = fitTitle(issue.title, '');
  if (item.title !== title || scaleBack(item.priority) !== (issue.priority ?? 2))
    remarks.push(note('edited', line, `${id}: title or priority of ${item.id} differs; the file keeps its own`));
  if (standing === 'over') {
    if (isOpen(item))
      remarks.push(
        caution('over-there', line, `${id} is closed there, but ${item.id} is not over here`, `mw show ${item.id}`),
      );
    return text;
  }
  if (item.state === 'landed') return setMembers(text, { status: 'closed', updated_at: now, closed_at: now });
  if (item.state === 'cancelled')
    return setMembers(text, {
      status: 'closed',
      updated_at: now,
      closed_at: now,
      close_reason: `${item.id} was cancelled`,
    });
  if (item.state === 'started' && status === 'open')
    return setMembers(text, { status: 'in_progress', updated_at: now });
  return text;
}

function writeNew(item: OwnWork, names: ReadonlyMap<string, string>, now: string): string {
  const { title, body, priority, state, after, key } = item;
  const id = ownId(item);
  // What is over holds nothing up.
  const blockers = after.flatMap((on) => names.get(on) ?? []);
  return JSON.stringify({
    id,
    title,
    ...(body === '' ? {} : { description: body }),
    status: state === 'started' ? 'in_progress' : 'open',
    priority: scaleBack(priority),
    issue_type: 'task',
    created_at: now,
    updated_at: now,
    ...(key === null ? {} : { external_ref: key }),
    ...(blockers.length === 0
      ? {}
      : {
          dependencies: blockers.map((on) => ({
            issue_id: id,
            depends_on_id: on,
            type: 'blocks',
            created_at: now,
          })),
        }),
  });
}

/** The nearest of P0 to P4. */
function scaleBack(priority: number): number {
  return Math.min(4, Math.max(0, Math.round((40 - priority) / 20)));
}
