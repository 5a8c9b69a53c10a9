/** One line of beads’ `issues.jsonl`, as far as work is concerned. */
import { listOf, numberOf, objectOf, parseObject, textOf, type JsonObject } from './json-value.ts';
import { caution, note, refusal, type Remark } from './remark.ts';

/** `open`: work · `over`: closed or deleted · `aside`: nobody is to begin it now, or it is no work. */
export type Standing = 'open' | 'over' | 'aside';

export interface BeadsIssue {
  readonly id: string;
  readonly line: number;
  readonly title: string;
  readonly status: string;
  readonly standing: Standing;
  /** `null` when the line has none, or none that we know. */
  readonly priority: number | null;
  readonly type: string;
  readonly texts: readonly { readonly heading: string; readonly text: string }[];
  /** Ids that must be closed before it may begin. */
  readonly blockers: readonly string[];
  readonly parents: readonly string[];
  readonly remarks: readonly Remark[];
  /** Names of what only the file keeps. */
  readonly keptFields: readonly string[];
}

export type BeadsLine =
  | { readonly type: 'issue'; readonly issue: BeadsIssue }
  | { readonly type: 'other'; readonly remark: Remark };

const taken: ReadonlySet<string> = new Set([
  'id',
  'title',
  'description',
  'design',
  'acceptance_criteria',
  'notes',
  'status',
  'priority',
  'issue_type',
  'dependencies',
  '_type',
  'schema_version',
]);
const openStatus: ReadonlySet<string> = new Set(['open', 'in_progress', 'blocked']);
const overStatus: ReadonlySet<string> = new Set(['closed', 'tombstone']);
/** Records that beads keeps beside work. */
const noWork: ReadonlySet<string> = new Set([
  'agent',
  'convoy',
  'event',
  'gate',
  'merge-request',
  'message',
  'rig',
  'role',
  'slot',
]);
/** `blocks` says just what `after` says; the others say more, and are taken as that. */
const blocking: ReadonlySet<string> = new Set(['blocks', 'conditional-blocks', 'waits-for']);
const maxKeyChars = 200;

/** `null` for a blank line. Never throws. */
export function readBeadsLine(text: string, line: number): BeadsLine | null {
  if (text.trim() === '') return null;
  const json = parseObject(text);
  if (json === null)
    return {
      type: 'other',
      remark: refusal('not-json', line, 'the line is no JSON object', 'mend it, or export again'),
    };
  const kind = textOf(json['_type']);
  const id = textOf(json['id']);
  if (kind !== null && kind !== 'issue')
    return {
      type: 'other',
      remark: note('no-issue', line, `a record of kind ${JSON.stringify(kind)} stays in the file`),
    };
  if (id === null || id === '' || id.length > maxKeyChars)
    return { type: 'other', remark: refusal('no-id', line, 'the issue has no id that could be a key', 'give it one') };
  return { type: 'issue', issue: readIssue(json, id, line) };
}

function readIssue(json: JsonObject, id: string, line: number): BeadsIssue {
  const status = textOf(json['status']) ?? 'open';
  const type = textOf(json['issue_type']) ?? 'task';
  const standing = overStatus.has(status) ? 'over' : openStatus.has(status) && !noWork.has(type) ? 'open' : 'aside';
  const dependencies = listOf(json['dependencies']).flatMap(readDependency);
  const priority = numberOf(json['priority']);
  const texts = [
    { heading: '', text: textOf(json['description']) ?? '' },
    { heading: 'Design', text: textOf(json['design']) ?? '' },
    { heading: 'Acceptance criteria', text: textOf(json['acceptance_criteria']) ?? '' },
    { heading: 'Notes', text: textOf(json['notes']) ?? '' },
  ].filter(({ text }) => text.trim() !== '');
  return {
    id,
    line,
    title: textOf(json['title'])?.trim() || id,
    status,
    standing,
    priority: priority !== null && [0, 1, 2, 3, 4].includes(priority) ? priority : null,
    type,
    texts,
    blockers: dependencies.filter((each) => blocking.has(each.type)).map(({ on }) => on),
    parents: dependencies.filter((each) => each.type === 'parent-child').map(({ on }) => on),
    remarks: standing === 'open' ? dependencies.flatMap((each) => checkDependency(id, line, each)) : [],
    keptFields: Object.keys(json).filter((key) => !taken.has(key)),
  };
}

interface Dependency {
  readonly on: string;
  readonly type: string;
}

function readDependency(value: unknown): readonly Dependency[] {
  const json = objectOf(value);
  const on = textOf(json?.['depends_on_id']) ?? textOf(json?.['id']);
  return on === null ? [] : [{ on, type: textOf(json?.['type']) ?? 'blocks' }];
}

function checkDependency(id: string, line: number, { on, type }: Dependency): readonly Remark[] {
  if (type === 'blocks' || type === 'parent-child') return [];
  if (!blocking.has(type))
    return [note('dependency', line, `${id}: "${type}" ${on} stays in the file; it holds nothing up`)];
  return [
    caution(
      'dependency',
      line,
      `${id}: "${type}" ${on} is taken as: ${on} must have landed`,
      'mw edit it where that is too strict',
    ),
  ];
}
