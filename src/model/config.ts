import { z } from 'zod';
import { Check } from './check.ts';
import { ConcernFamily } from './concern.ts';
import { Name } from './id.ts';
import { SandboxRung } from './sandbox-rung.ts';

/** `90s`, `10m`, `1h`, `500ms`; the loader turns it into milliseconds. */
export const Duration = z
  .string()
  .regex(/^[1-9][0-9]*(ms|s|m|h)$/, 'write a duration as 500ms, 90s, 10m or 1h')
  .describe('A duration: 500ms, 90s, 10m, 1h.');
export type Duration = z.infer<typeof Duration>;

/** Milliseconds of a duration that the schema has accepted. */
export function durationMs(duration: Duration): number {
  const unit = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
  const match = /^([0-9]+)(ms|s|m|h)$/.exec(duration);
  if (match === null) throw new Error(`not a duration: ${duration}`);
  return Number(match[1]) * unit[match[2] as keyof typeof unit];
}

/** `host:port`, exactly; no wildcards below the registrable name except a leading `*.`. */
const Endpoint = z
  .string()
  .regex(/^(\*\.)?[a-z0-9.-]+:[0-9]{1,5}$/i, 'write an endpoint as host:port, for example api.example.com:443');

const VariableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a variable is written with letters, digits and _');

const Usd = z.number().nonnegative().max(1_000_000);

export const AdapterName = z.enum(['claude-code', 'codex', 'command', 'scripted']);
export type AdapterName = z.infer<typeof AdapterName>;

/** One agent that phases can be routed to. */
export const AgentConfig = z.strictObject({
  adapter: AdapterName.describe('Which program drives the model.'),
  command: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe(
      'command: the shell command or argument list to run. Others: the program, when it is not on PATH. scripted: the script file.',
    ),
  model: z.string().min(1).optional().describe('The model, as the program calls it. Default: the program’s own.'),
  family: z
    .string()
    .regex(/^[a-z][a-z0-9.-]{0,39}$/, 'use lower-case letters, digits, dots and hyphens')
    .optional()
    .describe(
      'Whose model it is, such as claude, gpt or qwen. Default: told by the model’s name, else by the program.',
    ),
  endpoint: z.url().optional().describe('Base URL of the model API, when it is not the provider’s own.'),
  network: z
    .array(Endpoint)
    .optional()
    .describe('host:port that this agent may reach; everything else is refused and logged.'),
  env: z
    .record(VariableName, z.string())
    .optional()
    .describe('Environment for the agent. Values are stored in the repository: never a secret.'),
  passEnv: z
    .array(VariableName)
    .optional()
    .describe(
      'Variables of the factory’s own environment given to the agent, for example an API key. Named in every run.',
    ),
  login: z
    .boolean()
    .optional()
    .describe('Give the agent CLI’s own login of this user, read-only. Named in every run and by mw doctor.'),
  free: z
    .boolean()
    .optional()
    .describe('Sessions cost nothing (a local model or program): cost is 0 instead of unknown.'),
  sessionUsd: z
    .number()
    .positive()
    .max(1_000_000)
    .optional()
    .describe('Reserved before each session, and its cap where the agent has one. Default 5.'),
  slots: z.number().int().positive().optional().describe('At most this many sessions of this agent at a time.'),
  perMinute: z.number().int().positive().optional().describe('At most this many session starts a minute.'),
  maxTurns: z.number().int().positive().optional().describe('Turns of one session, where the agent can count them.'),
});
export type AgentConfig = z.infer<typeof AgentConfig>;

export const LandMode = z.enum(['fast-forward', 'branch']);
export type LandMode = z.infer<typeof LandMode>;

/** What the built-in check `guard` looks at beside the usual places. */
export const Guard = z.strictObject({
  tests: z.array(z.string().min(1)).default([]).describe('Globs of further files that tests are made of.'),
  judges: z
    .array(z.string().min(1))
    .default([])
    .describe('Globs of further files that decide what checks prove, such as a configuration of your own.'),
  allow: z.array(ConcernFamily).default([]).describe('What agents may do here without a person being asked.'),
});
export type Guard = z.infer<typeof Guard>;

/** `millwright.yaml`, read from the accepted commit of the target branch. */
export const ProjectConfig = z.strictObject({
  version: z.literal(1).describe('The version of this format.'),
  target: z.string().min(1).default('main').describe('The branch that work lands on.'),
  agents: z.record(Name, AgentConfig).describe('The agents that routes can name.'),
  routes: z
    .record(z.string().regex(/^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)?$/, 'write default, PHASE or PHASE.REVIEWER'), Name)
    .describe('Which agent does which phase: default, PHASE, or PHASE.REVIEWER.'),
  pipeline: Name.default('engineering').describe(
    'What an item goes through unless it says otherwise: shipped, or .millwright/pipelines/NAME.yaml.',
  ),
  setup: z.string().min(1).optional().describe('Runs once per lockfile in its own sandbox, for example npm ci.'),
  checks: z
    .record(Name, Check)
    .default({})
    .describe('Commands that prove a change, run on a clean checkout of exactly its commit.'),
  sandbox: z
    .strictObject({
      rung: SandboxRung.default('bubblewrap').describe('The weakest walls that work may run in.'),
      setupNetwork: z.array(Endpoint).default([]).describe('host:port that the setup command may reach.'),
      checkNetwork: z.array(Endpoint).default([]).describe('host:port that checks may reach.'),
      readOnly: z
        .array(z.string().startsWith('/'))
        .default([])
        .describe('Further folders of this machine, readable inside.'),
    })
    .prefault({})
    .describe('Where work may run, and what it may reach.'),
  limits: z
    .strictObject({
      slots: z.number().int().positive().max(1_000).default(2).describe('Sessions at a time in this project.'),
      attempts: z.number().int().positive().max(100).default(4).describe('Attempts at one phase before it pauses.'),
      itemUsd: Usd.optional().describe('What one item may cost before it stops.'),
      dayUsd: Usd.optional().describe('What this project may cost a day before it waits.'),
      idle: Duration.default('10m').describe('A session silent for this long is ended.'),
      session: Duration.default('1h').describe('Wall-clock limit of one session.'),
      check: Duration.default('10m').describe('Wall-clock limit of one check.'),
      copyMb: z.number().int().positive().default(4096).describe('A working copy that grows past this is ended.'),
    })
    .prefault({})
    .describe('How much may be used before work waits, pauses or ends.'),
  land: z
    .strictObject({
      mode: LandMode.default('fast-forward').describe(
        'fast-forward: deliver to the target branch when the checkout is clean. branch: deliver to millwright/TARGET only.',
      ),
    })
    .prefault({})
    .describe('How finished work reaches your branch.'),
  protect: z.array(z.string().min(1)).default([]).describe('Globs of paths that agents may not change.'),
  guard: Guard.prefault({}).describe('What keeps a change from passing its own checks by changing them.'),
});
export type ProjectConfig = z.infer<typeof ProjectConfig>;
