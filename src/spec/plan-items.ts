/** From what differs to work items: one for each requirement, one after the other within a spec, specs side by side. */
import type { CriterionTask } from '../model/criterion.ts';
import { compareIds, isToDo, type PlanRow } from './compare.ts';

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
}

export function planItems(rows: readonly PlanRow[], context: PlanContext): readonly PlannedItem[] {
  const todo = rows.filter(isToDo);
  const groups = Map.groupBy(todo, ({ spec, requirement }) => `${spec}\n${requirement ?? ''}`);
  const last = new Map<string, number>();
  return [...groups.values()].map((group, index) => {
    const [{ spec } = { spec: '' }] = group;
    const before = last.get(spec);
    last.set(spec, index);
    return {
      title: titleOf(group),
      body: bodyOf(group, context),
      criteria: group.map((row) => toTask(row, context)),
      after: before === undefined ? [] : [before],
      afterItems: [...new Set(group.flatMap(({ item }) => item ?? []))],
    };
  });
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

function bodyOf(group: readonly PlanRow[], { files }: PlanContext): string {
  const [first] = group;
  const known = [...new Set(group.flatMap(({ id }) => files.get(id) ?? []))].slice(0, 40);
  return [
    first?.requirement == null
      ? `What specs/${first?.spec}/spec.md asked for is not asked for any more.`
      : `From specs/${first.spec}/spec.md, requirement "${first.requirement}".`,
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
