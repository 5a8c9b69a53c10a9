/**
 * From what differs to work items: as the spec's work plan says, else one for each requirement, one after the other
 * within a spec; specs side by side.
 */
import type { CriterionTask } from '../model/criterion.ts';
import { compareIds, isToDo, type PlanRow } from './compare.ts';
import { leavesOf, predecessors, type WorkPart } from './work-plan.ts';

export interface PlannedItem {
  readonly title: string;
  readonly body: string;
  readonly criteria: readonly CriterionTask[];
  /** Places in the list of items that must have landed before: those of the same spec would meet in the same files. */
  readonly after: readonly number[];
  /** Open items that must have landed before: they build an older text of these criteria. */
  readonly afterItems: readonly string[];
}

/** What the planner knows beyond the rows. */
export interface PlanContext {
  /** What a criterion demanded when it was built; `null` when that cannot be found. */
  readonly before: ReadonlyMap<string, string>;
  /** Files that the commit of a criterion touched and that are still there. */
  readonly files: ReadonlyMap<string, readonly string[]>;
  /** Work plans without faults, by spec. */
  readonly plans: ReadonlyMap<string, readonly WorkPart[]>;
}

export function planItems(rows: readonly PlanRow[], context: PlanContext): readonly PlannedItem[] {
  const groups = groupRows(rows.filter(isToDo), context);
  return groups.map((group, index) => ({
    title: group.part?.title ?? titleOf(group.rows),
    body: bodyOf(group, context),
    criteria: group.rows.map((row) => toTask(row, context)),
    after: placesBefore(groups, index, context),
    afterItems: [...new Set(group.rows.flatMap(({ item }) => item ?? []))],
  }));
}

/** What one item can hold. */
const mostCriteria = 500;

interface Group {
  readonly spec: string;
  /** The item of the work plan; `null` for a requirement's criteria without one. */
  readonly part: WorkPart | null;
  readonly rows: readonly PlanRow[];
}

/** As the spec's work plan has it; without one, and for what it does not name, a group for each requirement. */
function groupRows(rows: readonly PlanRow[], { plans }: PlanContext): readonly Group[] {
  const groups = Map.groupBy(rows, ({ id, spec, requirement, action }) => {
    const part = action === 'remove' ? undefined : leafOf(plans.get(spec), id);
    return part === undefined ? `${spec}\n${requirement ?? ''}` : `${spec}\n\n${part.number}`;
  });
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const part = first.action === 'remove' ? null : (leafOf(plans.get(first.spec), first.id) ?? null);
    const count = Math.ceil(group.length / mostCriteria);
    return Array.from({ length: count }, (_, index) => ({
      spec: first.spec,
      part,
      rows: group.slice(index * mostCriteria, (index + 1) * mostCriteria),
    }));
  });
}

function leafOf(plan: readonly WorkPart[] | undefined, id: string): WorkPart | undefined {
  return leavesOf(plan ?? []).find(({ criteria }) => criteria.includes(id));
}

/** What the plan says; what no plan orders comes after everything of its spec before it. */
function placesBefore(groups: readonly Group[], index: number, { plans }: PlanContext): readonly number[] {
  const group = groups[index];
  if (group === undefined) return [];
  const { spec, part } = group;
  const earlier = groups.flatMap((each, place) => (place < index && each.spec === spec ? [place] : []));
  if (part === null) return earlier.slice(-1);
  const before = allBefore(plans.get(spec) ?? [], part);
  return groups.flatMap((each, place) =>
    each.spec === spec && each.part !== null && before.has(each.part.number) ? [place] : [],
  );
}

/** Also through parts that are built already. */
function allBefore(plan: readonly WorkPart[], part: WorkPart): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (leaf: WorkPart): void => {
    for (const number of predecessors(plan, leaf)) {
      const next = plan.find((each) => each.number === number);
      if (next === undefined || found.has(number)) continue;
      found.add(number);
      visit(next);
    }
  };
  visit(part);
  return found;
}

function titleOf(group: readonly PlanRow[]): string {
  const [first] = group;
  const ids = group.map(({ id }) => id).toSorted(compareIds);
  if (first?.requirement == null) return `Remove ${listIds(ids)}`.slice(0, 200);
  const verb = group.every(({ action }) => action === 'add') ? '' : 'Change: ';
  return `${verb}${first.requirement === '' ? listIds(ids) : first.requirement} (${first.spec})`.slice(0, 200);
}

/** `login/AC-1, AC-2 and 3 more`. */
function listIds(ids: readonly string[]): string {
  const [first = '', ...rest] = ids;
  const shown = rest.slice(0, 2).map((id) => id.slice(id.indexOf('/') + 1));
  const more = rest.length - shown.length;
  return [first, ...shown].join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function bodyOf({ rows, part }: Group, { files }: PlanContext): string {
  const [first] = rows;
  const known = [...new Set(rows.flatMap(({ id }) => files.get(id) ?? []))].slice(0, 40);
  return [
    first?.requirement == null
      ? `What specs/${first?.spec}/spec.md asked for is not asked for any more.`
      : `From specs/${first.spec}/spec.md, requirement "${first.requirement}".`,
    part?.body ?? '',
    part === null || part.files.length === 0 ? '' : `Probably in: ${part.files.join(', ')}`,
    known.length === 0 ? '' : `What is built of it was last changed together with: ${known.join(', ')}`,
  ]
    .filter((line) => line !== '')
    .join('\n');
}

function toTask({ id, action, hash, builtHash, text, evidence }: PlanRow, { before }: PlanContext): CriterionTask {
  return {
    id,
    action: action === 'remove' ? 'remove' : action === 'change' ? 'change' : 'implement',
    hash: hash ?? builtHash ?? '',
    text: (text ?? before.get(id) ?? '').slice(0, 20_000),
    before: action === 'change' ? (before.get(id)?.slice(0, 20_000) ?? null) : null,
    evidence: evidence ?? { type: 'test' },
  };
}
