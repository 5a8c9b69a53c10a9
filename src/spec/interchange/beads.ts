/** beads’ `issues.jsonl` as work: the issues that are open, each behind what blocks it. */
import { readBeadsLine, type BeadsIssue } from './beads-issue.ts';
import { fitTitle, type NewWork } from './new-work.ts';
import { caution, isRefused, note, refusal, type Remark } from './remark.ts';

/** More waiting than this is no order that anybody could follow. */
const maxEdges = 100_000;
/** A family tree of issues is not followed further up. */
const maxLevels = 50;

/** Work in the order of the file. With an error among the remarks nothing should be added. Never throws. */
export function readBeads(file: string): { readonly items: readonly NewWork[]; readonly remarks: readonly Remark[] } {
  const remarks: Remark[] = [];
  const issues = new Map<string, BeadsIssue>();
  for (const [index, text] of file.split('\n').entries()) {
    const read = readBeadsLine(text, index + 1);
    if (read === null) continue;
    if (read.type === 'other') remarks.push(read.remark);
    else if (issues.has(read.issue.id))
      remarks.push(
        refusal(
          'twice',
          index + 1,
          `${read.issue.id} stands on line ${issues.get(read.issue.id)?.line} already`,
          'keep one of them',
        ),
      );
    else issues.set(read.issue.id, read.issue);
  }
  const children = Map.groupBy(
    [...issues.values()].flatMap(({ id, parents }) => parents.map((parent) => ({ id, parent }))),
    ({ parent }) => parent,
  );
  const isWork = ({ id, standing, type }: BeadsIssue) => standing === 'open' && !(type === 'epic' && children.has(id));
  const work = [...issues.values()].filter(isWork);
  const waits = new Map<string, Waits>();
  let edges = 0;
  for (const issue of work) {
    const found = findWaits(issue, issues, children, isWork);
    edges += found.after.length;
    if (edges > maxEdges) break;
    waits.set(issue.id, found);
  }
  if (edges > maxEdges)
    remarks.push(
      refusal('too-many', null, `issues wait for each other more than ${maxEdges} times`, 'import a part of them'),
    );
  remarks.push(
    ...[...issues.values()].flatMap((issue) => explain(issue, children.has(issue.id))),
    ...countFields(work),
  );
  const held = holdBack(work, waits, remarks);
  if (isRefused(remarks)) return { items: [], remarks };
  const items = work.filter(({ id }) => !held.has(id)).map((issue) => toWork(issue, waits.get(issue.id)?.after ?? []));
  return { items, remarks };
}

interface Waits {
  /** Work that is taken too. */
  readonly after: readonly string[];
  /** What is not closed and not taken: nothing may begin behind it. */
  readonly stuck: string | null;
}

type Children = ReadonlyMap<string, readonly { readonly id: string }[]>;

/** Its own blockers and those of what it is a part of; an epic stands for its parts. */
function findWaits(
  issue: BeadsIssue,
  issues: ReadonlyMap<string, BeadsIssue>,
  children: Children,
  isWork: (issue: BeadsIssue) => boolean,
): Waits {
  const after = new Set<string>();
  const seen = new Set<string>();
  const open = [...issue.blockers, ...inherit(issue, issues)];
  let stuck: string | null = null;
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const blocker = issues.get(id);
    if (blocker === undefined || blocker.standing === 'aside') stuck = id;
    else if (isWork(blocker)) after.add(id);
    else if (blocker.standing === 'open') open.push(...(children.get(id) ?? []).map((child) => child.id));
  }
  // A part that waits for its own whole waits for its neighbours, not for itself.
  after.delete(issue.id);
  return { after: [...after].sort(), stuck };
}

function inherit(issue: BeadsIssue, issues: ReadonlyMap<string, BeadsIssue>): readonly string[] {
  const found: string[] = [];
  const seen = new Set<string>([issue.id]);
  let level = issue.parents;
  for (let count = 0; level.length > 0 && count < maxLevels; count += 1) {
    const above = level.filter((id) => !seen.has(id)).flatMap((id) => issues.get(id) ?? []);
    for (const { id, blockers, standing } of above) {
      seen.add(id);
      if (standing !== 'over') found.push(...blockers);
    }
    level = above.flatMap(({ parents }) => parents);
  }
  return found;
}

/** Ids of work that would begin too early if it were taken: what it waits for is not among the work. */
function holdBack(
  work: readonly BeadsIssue[],
  waits: ReadonlyMap<string, Waits>,
  remarks: Remark[],
): ReadonlySet<string> {
  const held = new Map<string, string>();
  const behind = Map.groupBy(
    work.flatMap(({ id }) => (waits.get(id)?.after ?? []).map((on) => ({ id, on }))),
    ({ on }) => on,
  );
  const open = work.flatMap(({ id }) => {
    const stuck = waits.get(id)?.stuck ?? null;
    return stuck === null ? [] : [{ id, on: stuck }];
  });
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (held.has(next.id)) continue;
    held.set(next.id, next.on);
    open.push(...(behind.get(next.id) ?? []));
  }
  for (const { id, line } of work) {
    const on = held.get(id);
    if (on === undefined) continue;
    remarks.push(
      caution(
        'held-back',
        line,
        `${id} is left out: it waits for ${on}, which is not taken`,
        `close ${on}, or take the dependency away, and import again`,
      ),
    );
  }
  return new Set(held.keys());
}

function explain(
  { id, line, status, standing, type, priority, remarks }: BeadsIssue,
  hasChildren: boolean,
): readonly Remark[] {
  if (standing === 'over')
    return [note('over', line, `${id} is ${status === 'tombstone' ? 'deleted' : status} and left out`)];
  if (standing === 'aside') return [note('aside', line, `${id} is left out: ${noWorkReason(status, type)}`)];
  if (type === 'epic' && hasChildren) return [note('epic', line, `${id} is left out: its parts are the work`)];
  return [
    ...remarks,
    ...(status === 'in_progress'
      ? [
          caution(
            'in-progress',
            line,
            `${id} is in progress: somebody may be working on it`,
            `mw cancel what is not wanted twice`,
          ),
        ]
      : []),
    ...(priority === null ? [note('priority', line, `${id} has no priority from 0 to 4: it is taken as usual`)] : []),
  ];
}

function noWorkReason(status: string, type: string): string {
  return status === 'open' || status === 'in_progress' || status === 'blocked'
    ? `its kind is ${JSON.stringify(type)}`
    : `its status is ${JSON.stringify(status)}`;
}

function countFields(work: readonly BeadsIssue[]): readonly Remark[] {
  const counts = new Map<string, number>();
  for (const { keptFields } of work) for (const field of keptFields) counts.set(field, (counts.get(field) ?? 0) + 1);
  return [...counts].map(([field, count]) =>
    note('field', null, `${JSON.stringify(field)} of ${count} ${count === 1 ? 'issue' : 'issues'} stays in the file`),
  );
}

/** P0 is 40, P1 20, P2 0, P3 -20, P4 -40. */
function priorityOf(beads: number | null): number {
  return beads === null ? 0 : 40 - 20 * beads;
}

function toWork({ id, title, texts, priority, line }: BeadsIssue, after: readonly string[]): NewWork {
  const body = texts.map(({ heading, text }) => (heading === '' ? text : `## ${heading}\n\n${text}`)).join('\n\n');
  return { key: id, ...fitTitle(title, body), after, priority: priorityOf(priority), line };
}
