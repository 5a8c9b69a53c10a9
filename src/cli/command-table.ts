import type { CommandModule } from './command.ts';

/** Headings of `mw help`, in this order. */
type Group = 'Begin' | 'Specs' | 'Work' | 'Decide' | 'Factory';

interface Entry {
  readonly group: Group;
  readonly summary: string;
  readonly load: () => Promise<CommandModule>;
}

/** Every command with its one line; a body is loaded when it is asked for. */
export const commandTable = {
  init: {
    group: 'Begin',
    summary: 'set up this repository: millwright.yaml, checks, agent',
    load: () => import('./commands/init.ts'),
  },
  make: {
    group: 'Begin',
    summary: 'from a use case to working software, in a new folder',
    load: () => import('./commands/make.ts'),
  },
  demo: {
    group: 'Begin',
    summary: 'build a small program with a scripted agent: no account, no key',
    load: () => import('./commands/demo.ts'),
  },
  doctor: {
    group: 'Begin',
    summary: 'prove what this machine can do: git, database, sandbox, agents',
    load: () => import('./commands/doctor.ts'),
  },
  spec: {
    group: 'Specs',
    summary: 'new, show, lint, review, split, trace: what the software must do',
    load: () => import('./commands/spec.ts'),
  },
  plan: {
    group: 'Specs',
    summary: 'how the specs differ from what is built',
    load: () => import('./commands/plan.ts'),
  },
  holdout: {
    group: 'Specs',
    summary: 'scenarios that no maker sees: new, write, list, run, rotate, use',
    load: () => import('./commands/holdout.ts'),
  },
  apply: { group: 'Specs', summary: 'do what the plan shows', load: () => import('./commands/apply.ts') },
  drift: {
    group: 'Specs',
    summary: 'what was changed by hand in generated code',
    load: () => import('./commands/drift.ts'),
  },
  why: {
    group: 'Specs',
    summary: 'why a line, a commit or a criterion is there',
    load: () => import('./commands/why.ts'),
  },
  fix: {
    group: 'Specs',
    summary: 'find the input behind a defect, and mend it there',
    load: () => import('./commands/fix.ts'),
  },
  provenance: {
    group: 'Specs',
    summary: 'verify and export where commits come from',
    load: () => import('./commands/provenance.ts'),
  },
  import: {
    group: 'Specs',
    summary: 'take specs and work from OpenSpec, spec-kit, beads, GitHub',
    load: () => import('./commands/import.ts'),
  },
  export: {
    group: 'Specs',
    summary: 'write specs and work for OpenSpec, spec-kit, beads',
    load: () => import('./commands/export.ts'),
  },
  add: {
    group: 'Work',
    summary: 'add work: from words, stdin, or many as JSON lines',
    load: () => import('./commands/add.ts'),
  },
  list: { group: 'Work', summary: 'list work items', load: () => import('./commands/list.ts') },
  show: { group: 'Work', summary: 'everything about one item', load: () => import('./commands/show.ts') },
  edit: { group: 'Work', summary: 'change an item', load: () => import('./commands/edit.ts') },
  run: { group: 'Work', summary: 'do one item now and follow it', load: () => import('./commands/run.ts') },
  watch: { group: 'Work', summary: 'follow what happens', load: () => import('./commands/watch.ts') },
  logs: { group: 'Work', summary: 'what an agent or a check said', load: () => import('./commands/logs.ts') },
  diff: { group: 'Work', summary: 'what an item changes', load: () => import('./commands/diff.ts') },
  review: {
    group: 'Work',
    summary: 'have any change reviewed, outside the factory too',
    load: () => import('./commands/review.ts'),
  },
  reviewers: {
    group: 'Factory',
    summary: 'how good they are, one by one and together',
    load: () => import('./commands/reviewers.ts'),
  },
  retry: {
    group: 'Work',
    summary: 'try an item again, from where it stopped or from a phase',
    load: () => import('./commands/retry.ts'),
  },
  cancel: { group: 'Work', summary: 'give up an item; its work is kept', load: () => import('./commands/cancel.ts') },
  inbox: { group: 'Decide', summary: 'what waits for you', load: () => import('./commands/inbox.ts') },
  pack: {
    group: 'Decide',
    summary: 'what an item is to be accepted or rejected by, as a page',
    load: () => import('./commands/pack.ts'),
  },
  approve: { group: 'Decide', summary: 'let an item through its gate', load: () => import('./commands/approve.ts') },
  reject: { group: 'Decide', summary: 'send an item back with a reason', load: () => import('./commands/reject.ts') },
  answer: { group: 'Decide', summary: 'answer an agent’s question', load: () => import('./commands/answer.ts') },
  pause: { group: 'Decide', summary: 'hold an item, or the whole factory', load: () => import('./commands/pause.ts') },
  resume: { group: 'Decide', summary: 'go on with what was paused', load: () => import('./commands/resume.ts') },
  up: { group: 'Factory', summary: 'run the factory', load: () => import('./commands/up.ts') },
  down: {
    group: 'Factory',
    summary: 'finish what runs, then stop the factory and its database',
    load: () => import('./commands/down.ts'),
  },
  status: {
    group: 'Factory',
    summary: 'one screen: what needs you, what runs, what waits',
    load: () => import('./commands/status.ts'),
  },
  events: { group: 'Factory', summary: 'the journal, as lines of JSON', load: () => import('./commands/events.ts') },
  pipeline: {
    group: 'Factory',
    summary: 'list, show, check and draw pipelines',
    load: () => import('./commands/pipeline.ts'),
  },
  config: { group: 'Factory', summary: 'check and show the configuration', load: () => import('./commands/config.ts') },
  db: { group: 'Factory', summary: 'back up, restore and check the database', load: () => import('./commands/db.ts') },
  gc: { group: 'Factory', summary: 'free what is not needed any more', load: () => import('./commands/gc.ts') },
  version: {
    group: 'Factory',
    summary: 'versions of Millwright, Node, git and the database',
    load: () => import('./commands/version.ts'),
  },
  completion: { group: 'Factory', summary: 'shell completion', load: () => import('./commands/completion.ts') },
  help: { group: 'Factory', summary: 'help on a command or topic', load: () => import('./commands/help.ts') },
} as const satisfies Readonly<Record<string, Entry>>;

export type CommandName = keyof typeof commandTable;
