import type { CommandModule } from './command.ts';

interface Entry {
  readonly summary: string;
  readonly load: () => Promise<CommandModule>;
}

/** Every command with its one line; a body is loaded when it is asked for. */
export const commandTable = {
  init: { summary: 'set up this repository: millwright.yaml, checks, agent', load: () => import('./commands/init.ts') },
  make: { summary: 'from a use case to working software, in a new folder', load: () => import('./commands/make.ts') },
  demo: {
    summary: 'build a small program with a scripted agent: no account, no key',
    load: () => import('./commands/demo.ts'),
  },
  doctor: {
    summary: 'prove what this machine can do: git, database, sandbox, agents',
    load: () => import('./commands/doctor.ts'),
  },
  up: { summary: 'run the factory', load: () => import('./commands/up.ts') },
  down: {
    summary: 'finish what runs, then stop the factory and its database',
    load: () => import('./commands/down.ts'),
  },
  status: { summary: 'one screen: what needs you, what runs, what waits', load: () => import('./commands/status.ts') },
  add: { summary: 'add work: from words, stdin, or many as JSON lines', load: () => import('./commands/add.ts') },
  list: { summary: 'list work items', load: () => import('./commands/list.ts') },
  show: { summary: 'everything about one item', load: () => import('./commands/show.ts') },
  edit: { summary: 'change an item', load: () => import('./commands/edit.ts') },
  run: { summary: 'do one item now and follow it', load: () => import('./commands/run.ts') },
  watch: { summary: 'follow what happens', load: () => import('./commands/watch.ts') },
  logs: { summary: 'what an agent or a check said', load: () => import('./commands/logs.ts') },
  inbox: { summary: 'what waits for you', load: () => import('./commands/inbox.ts') },
  approve: { summary: 'let an item through its gate', load: () => import('./commands/approve.ts') },
  reject: { summary: 'send an item back with a reason', load: () => import('./commands/reject.ts') },
  answer: { summary: 'answer an agent’s question', load: () => import('./commands/answer.ts') },
  pause: { summary: 'hold an item, or the whole factory', load: () => import('./commands/pause.ts') },
  resume: { summary: 'go on with what was paused', load: () => import('./commands/resume.ts') },
  cancel: { summary: 'give up an item; its work is kept', load: () => import('./commands/cancel.ts') },
  retry: {
    summary: 'try an item again, from where it stopped or from a phase',
    load: () => import('./commands/retry.ts'),
  },
  diff: { summary: 'what an item changes', load: () => import('./commands/diff.ts') },
  events: { summary: 'the journal, as lines of JSON', load: () => import('./commands/events.ts') },
  spec: { summary: 'list, show and judge specs; give criteria their ids', load: () => import('./commands/spec.ts') },
  plan: { summary: 'how the specs differ from what is built', load: () => import('./commands/plan.ts') },
  apply: { summary: 'do what the plan shows', load: () => import('./commands/apply.ts') },
  why: { summary: 'why a line, a commit or a criterion is there', load: () => import('./commands/why.ts') },
  provenance: { summary: 'verify and export where commits come from', load: () => import('./commands/provenance.ts') },
  drift: { summary: 'what was changed by hand in generated code', load: () => import('./commands/drift.ts') },
  fix: { summary: 'find the input behind a defect, and mend it there', load: () => import('./commands/fix.ts') },
  import: {
    summary: 'take specs and work from OpenSpec, spec-kit, beads, GitHub',
    load: () => import('./commands/import.ts'),
  },
  export: {
    summary: 'write specs and work for OpenSpec, spec-kit, beads',
    load: () => import('./commands/export.ts'),
  },
  pipeline: { summary: 'list, show, check and draw pipelines', load: () => import('./commands/pipeline.ts') },
  config: { summary: 'check and show the configuration', load: () => import('./commands/config.ts') },
  db: { summary: 'back up, restore and check the database', load: () => import('./commands/db.ts') },
  gc: { summary: 'free what is not needed any more', load: () => import('./commands/gc.ts') },
  version: {
    summary: 'versions of Millwright, Node, git and the database',
    load: () => import('./commands/version.ts'),
  },
  completion: { summary: 'shell completion', load: () => import('./commands/completion.ts') },
  help: { summary: 'help on a command or topic', load: () => import('./commands/help.ts') },
} as const satisfies Readonly<Record<string, Entry>>;

export type CommandName = keyof typeof commandTable;
