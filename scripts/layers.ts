/**
 * Who may import whom inside src/. The one table: it generates the lint rules, ARCHITECTURE.md prints it, a test
 * compares them. `folder` allows a whole folder, `folder/file.ts` one file of it.
 */
export interface Layer {
  readonly allow: readonly string[];
  /** Whether `node:` modules and packages with effects may be used. */
  readonly node: boolean;
  readonly why: string;
}

export const layers: Readonly<Record<string, Layer>> = {
  model: { allow: [], node: false, why: 'the nouns: one zod schema and type each' },
  git: { allow: ['model'], node: true, why: 'the only folder that spawns git' },
  sandbox: { allow: ['model'], node: true, why: 'where a process may run, and how it survives its worker' },
  store: { allow: ['model'], node: true, why: 'remembers: journal, artifacts, database' },
  engine: {
    allow: ['model', 'store/store.ts'],
    node: true,
    why: 'who performs an effect: the executor port and its adapters',
  },
  agents: { allow: ['model'], node: true, why: 'talks to one agent program' },
  machine: { allow: ['model'], node: false, why: 'decides: transition and schedule, pure' },
  spec: { allow: ['model'], node: false, why: 'specs: parse, lint, ids, pure' },
  verify: { allow: ['model'], node: false, why: 'evidence: what a check’s output proves, pure' },
  guard: {
    allow: ['model', 'verify'],
    node: false,
    why: 'whether a change talks round what judges it: two versions of texts, and what tests did, pure',
  },
  report: { allow: ['model'], node: false, why: 'what was found, as other programs read it: SARIF, CTRF, JUnit; pure' },
  config: { allow: ['model'], node: true, why: 'files to model types, with positions in errors' },
  steps: {
    allow: [
      'model',
      'git',
      'sandbox/sandbox.ts',
      'sandbox/session.ts',
      'agents/agent.ts',
      'store/artifacts.ts',
      'store/home.ts',
      'verify',
      'guard',
      'spec',
      'config',
    ],
    node: true,
    why: 'does: one durable act a file',
  },
  insight: {
    allow: ['model', 'machine', 'spec', 'store', 'git', 'agents/agent.ts'],
    node: true,
    why: 'answers from the journal and from history; only reads',
  },
  orchestrator: {
    allow: ['model', 'machine', 'engine/engine.ts', 'store/store.ts', 'steps'],
    node: true,
    why: 'append (the one door), dispatch, perform',
  },
  app: {
    allow: [
      'model',
      'machine',
      'spec',
      'verify',
      'report',
      'config',
      'git',
      'sandbox',
      'store',
      'engine',
      'agents',
      'steps',
      'insight',
      'orchestrator',
    ],
    node: true,
    why: 'compose: the only room that names concrete adapters and reads the environment',
  },
  cli: {
    allow: ['model', 'app', 'insight', 'report', 'config', 'machine', 'spec', 'store', 'verify'],
    node: true,
    why: 'one file a command; prints, sets exit codes',
  },
};
