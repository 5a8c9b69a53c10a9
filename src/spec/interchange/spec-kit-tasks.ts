/**
 * `tasks.md` of spec-kit as work. Order comes from what the file says: phases one after the other, stories beside one
 * another, within a phase from top to bottom; tasks marked [P] do not wait for one another.
 */
import { readHeading, type Line } from '../scan-lines.ts';
import { fitTitle, type NewWork, type WorkState } from './new-work.ts';
import { readLines } from './openspec-pieces.ts';
import { caution, note, refusal, type Remark } from './remark.ts';

export interface ReadTasks {
  readonly items: readonly NewWork[];
  readonly remarks: readonly Remark[];
}

interface Task {
  readonly id: string;
  readonly line: number;
  readonly done: boolean;
  readonly parallel: boolean;
  readonly story: number | null;
  readonly text: string;
}

interface Phase {
  readonly title: string;
  readonly story: boolean;
  readonly priority: number | null;
  readonly tasks: readonly Task[];
}

/** Two phases of parallel tasks wait for each other in every pair, so their number must have a bound. */
const maxTasks = 1_000;

/** `feature`: the folder, such as `001-photo-albums`; keys are `001-photo-albums/T012`. Tasks that are done are left out. */
export function readTasks(feature: string, file: string): ReadTasks {
  const lines = readLines(file);
  const phases = cutPhases(lines);
  const tasks = phases.flatMap((phase) => phase.tasks);
  const remarks = lines.flatMap(checkLine);
  if (tasks.length > maxTasks)
    return {
      items: [],
      remarks: [
        ...remarks,
        refusal(
          'too-many',
          null,
          `it has ${tasks.length} tasks`,
          `make several lists of it, each of at most ${maxTasks}`,
        ),
      ],
    };
  const known = new Map<string, Task>();
  for (const task of tasks) {
    if (known.has(task.id))
      remarks.push(
        refusal(
          'twice',
          task.line,
          `${task.id} stands on line ${known.get(task.id)?.line} already`,
          'give it a number of its own',
        ),
      );
    else known.set(task.id, task);
  }
  if (remarks.some(({ severity }) => severity === 'error')) return { items: [], remarks };
  const after = orderTasks(phases, known, remarks);
  const done = tasks.filter((task) => task.done);
  remarks.push(...done.map(({ id, line }) => note('done', line, `${id} is done already and left out`)));
  const priorities = givePriorities(phases);
  const items = phases.flatMap((phase, index) =>
    phase.tasks
      .filter((task) => !task.done)
      .map((task): NewWork => ({
        key: keyOf(feature, task.id),
        ...fitTitle(task.text === '' ? task.id : task.text, describe(feature, task, phase)),
        after: passDone(task.id, after, known).map((id) => keyOf(feature, id)),
        priority: priorities[index] ?? 0,
        line: task.line,
      })),
  );
  return { items, remarks };
}

export function keyOf(feature: string, id: string): string {
  return `${feature}/${id}`;
}

const taskLine = /^\s*[-*+]\s+\[([ xX])\]\s+(T\d{1,6}[a-z]?)\b[:.]?\s*/;

function readTask({ text, literal, number }: Line): Task | null {
  const found = literal ? null : taskLine.exec(text);
  if (found === null) return null;
  let rest = text.slice(found[0].length);
  let parallel = false;
  let story: number | null = null;
  for (let mark = /^\[(P|US(\d{1,6}))\]\s*/.exec(rest); mark !== null; mark = /^\[(P|US(\d{1,6}))\]\s*/.exec(rest)) {
    if (mark[1] === 'P') parallel = true;
    else story = Number(mark[2]);
    rest = rest.slice(mark[0].length);
  }
  return { id: found[2] ?? '', line: number, done: found[1] !== ' ', parallel, story, text: rest.trim() };
}

/** A box to tick that is no task: nobody may think that it will be done. */
function checkLine(line: Line): Remark[] {
  if (line.literal || !/^\s*[-*+]\s+\[[ xX]\]/.test(line.text) || readTask(line) !== null) return [];
  return [caution('no-id', line.number, 'an entry without a T number is left out', 'give it one, such as T042')];
}

function cutPhases(lines: readonly Line[]): readonly Phase[] {
  const phases: (Omit<Phase, 'tasks'> & { tasks: Task[] })[] = [];
  for (const line of lines) {
    const heading = readHeading(line);
    if (heading !== null && heading.depth <= 2) {
      const priority = /\(priority:\s*P(\d{1,3})\)/i.exec(heading.text)?.[1];
      phases.push({
        title: heading.text,
        story: /\buser story\b/i.test(heading.text),
        priority: priority === undefined ? null : Math.max(-100, 30 - 10 * Number(priority)),
        tasks: [],
      });
    }
    const task = readTask(line);
    if (task === null) continue;
    if (phases.length === 0) phases.push({ title: '', story: false, priority: null, tasks: [] });
    phases.at(-1)?.tasks.push(task);
  }
  return phases.filter(({ tasks }) => tasks.length > 0);
}

/** What each task waits for, by id. */
function orderTasks(phases: readonly Phase[], known: ReadonlyMap<string, Task>, remarks: Remark[]) {
  const after = new Map<string, readonly string[]>();
  let gate: readonly string[] = [];
  let stories: string[] = [];
  for (const phase of phases) {
    if (!phase.story && stories.length > 0) {
      gate = stories;
      stories = [];
    }
    let before = gate;
    let beside: string[] = [];
    for (const task of phase.tasks) {
      if (!task.parallel && beside.length > 0) {
        before = beside;
        beside = [];
      }
      after.set(task.id, [...before, ...readNamed(task, known, remarks)]);
      if (task.parallel) beside.push(task.id);
      else before = [task.id];
    }
    const ends = beside.length > 0 ? beside : before;
    if (phase.story) stories.push(...ends);
    else gate = ends;
  }
  return after;
}

/** `(depends on T012, T013)`. */
function readNamed({ id, line, text }: Task, known: ReadonlyMap<string, Task>, remarks: Remark[]): readonly string[] {
  const said = /\bdepends on ([^()]{1,300})/i.exec(text)?.[1] ?? '';
  const named = said.match(/\bT\d{1,6}[a-z]?\b/g) ?? [];
  const strange = named.filter((each) => !known.has(each) || each === id);
  remarks.push(
    ...strange.map((each) =>
      caution('unknown', line, `${id} depends on ${each}, which is no other task here`, 'correct it in the list'),
    ),
  );
  return named.filter((each) => known.has(each) && each !== id);
}

/** What is done is waited for by nobody; what it waited for still is. */
function passDone(
  id: string,
  after: ReadonlyMap<string, readonly string[]>,
  known: ReadonlyMap<string, Task>,
): readonly string[] {
  const seen = new Set<string>();
  const found = new Set<string>();
  const open = [...(after.get(id) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    if (known.get(next)?.done === true) open.push(...(after.get(next) ?? []));
    else if (next !== id) found.add(next);
  }
  return [...found].sort();
}

/** A story's own; what the stories wait for is as urgent as the first of them. */
function givePriorities(phases: readonly Phase[]): readonly number[] {
  const most = phases.reduce((high, { priority }) => Math.max(high, priority ?? 0), 0);
  const firstStory = phases.findIndex(({ story }) => story);
  return phases.map(({ priority }, index) => priority ?? (index < firstStory ? most : 0));
}

function describe(feature: string, { id, story, text }: Task, { title }: Phase): string {
  const files = [...new Set(text.match(/(?<![\w/.-])(?:[\w.-]+\/)+[\w.-]*\w/g) ?? [])];
  return [
    `Task ${id} of ${feature}${title === '' ? '' : `, ${title}`}.`,
    ...(story === null ? [] : [`It is for User Story ${story}.`]),
    ...(files.length === 0 ? [] : [`Files that it names: ${files.join(', ')}`]),
  ].join('\n');
}

/**
 * The list with what has landed ticked; no other byte changes. `stateOf`: of a key, `null` for what the backlog does not
 * know.
 */
export function writeTasks(
  feature: string,
  file: string,
  stateOf: (key: string) => WorkState | null,
): { readonly text: string; readonly remarks: readonly Remark[] } {
  const remarks: Remark[] = [];
  const parts = readLines(file).map((line) => {
    const { text, end, number } = line;
    const task = readTask(line);
    const state = task === null ? null : stateOf(keyOf(feature, task.id));
    if (task === null || task.done || state === null) return text + end;
    if (state === 'cancelled') remarks.push(note('cancelled', number, `${task.id} was cancelled; its box stays open`));
    return (state === 'landed' ? text.replace('[ ]', '[x]') : text) + end;
  });
  return { text: parts.join(''), remarks };
}
