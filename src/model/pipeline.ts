import { z } from 'zod';
import { PinnedCheck } from './check.ts';
import { AgentConfig, Duration, Guard, LandMode } from './config.ts';
import { ContentHash, Name } from './id.ts';
import { SandboxRung } from './sandbox-rung.ts';

const Scalar = z.union([z.string(), z.number(), z.boolean()]);

/**
 * Runs the phase when every line holds: `triage.size: [medium, large]` or `triage.risk: { not: low }`. It looks at
 * structured results only. A value that is not there counts as "run the phase".
 */
export const Condition = z.record(
  z.string().regex(/^[a-z][a-z0-9-]*\.[A-Za-z][A-Za-z0-9_]*$/, 'write PHASE.FIELD'),
  z.union([
    Scalar,
    z.array(Scalar).min(1),
    z.strictObject({
      not: z.union([Scalar, z.array(Scalar).min(1)]).describe('Holds when the field is none of these.'),
    }),
  ]),
);
export type Condition = z.infer<typeof Condition>;

const Instructions = z
  .string()
  .min(1)
  .describe(
    'A SKILL.md: a path from the repository’s root, or a name: .millwright/instructions/NAME/SKILL.md, else a shipped one.',
  );

/** What a reviewer judges by: evidence of different kinds errs in different ways. */
export const Sight = z.enum(['all', 'change', 'behaviour']);
export type Sight = z.infer<typeof Sight>;

export const ReviewerFile = z.strictObject({
  id: Name.describe('Unique in its phase.'),
  instructions: Instructions,
  agent: Name.optional().describe('Overrides the route.'),
  sees: Sight.optional().describe(
    'all: request, plan, change and files. change: the change alone. behaviour: what was asked, what the work declares and what its tests do; no code. Default: all.',
  ),
});

/** Another agent that tries to break the work before reviewers see it, with tests drawn from the item's criteria. */
export const BreakerFile = z.strictObject({
  instructions: Instructions.optional().describe('What the breaker follows. Default: break.'),
  judge: Instructions.optional().describe('What another session follows that judges its cases. Default: judge-cases.'),
  rounds: z.number().int().positive().max(10).optional().describe('Sessions of the breaker, at most. Default: 2.'),
});

export type BreakerFile = z.infer<typeof BreakerFile>;

/** What its two sessions follow. */
export function breakerInstructions({ instructions, judge }: BreakerFile): { breaker: string; judge: string } {
  return { breaker: instructions ?? 'break', judge: judge ?? 'judge-cases' };
}

/** One phase as written in `.millwright/pipelines/NAME.yaml`. */
export const PhaseFile = z.strictObject({
  id: Name.describe('Unique in the pipeline.'),
  instructions: Instructions.optional(),
  agent: Name.optional().describe('Overrides the route.'),
  output: z
    .string()
    .min(1)
    .optional()
    .describe('A shipped schema’s name, the path of a JSON Schema file, or text: the change itself is the result.'),
  writes: z
    .union([z.boolean(), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe('false: the phase changes nothing. A list of globs: it may change these files alone. Default true.'),
  checks: z
    .array(Name)
    .optional()
    .describe('Checks of millwright.yaml that must pass; all takes every one; specs: changed specs must be ready.'),
  breaker: BreakerFile.optional().describe(
    'Another agent tries to break the work with tests of its own; what it breaks goes back. Agents: routes PHASE.breaker and PHASE.judge.',
  ),
  reviews: z.array(ReviewerFile).min(1).optional().describe('Reviewers, each a fresh session; all must pass.'),
  approval: z.boolean().optional().describe('A person must approve before the phase ends.'),
  loop: z
    .strictObject({
      to: Name.optional().describe('The phase that findings go back to; itself when it has instructions.'),
      max: z.number().int().positive().max(100).describe('How often, before the item pauses.'),
    })
    .optional()
    .describe('Where findings go back to. Default: to itself, as often as limits.attempts of millwright.yaml.'),
  when: Condition.optional().describe(
    'Runs the phase only when every line holds. PHASE.FIELD: value, list of values, or { not: … }.',
  ),
  limits: z
    .strictObject({
      idle: Duration.optional(),
      session: Duration.optional(),
    })
    .optional()
    .describe('Overrides limits of millwright.yaml for this phase.'),
});
export type PhaseFile = z.infer<typeof PhaseFile>;

export const PipelineFile = z.strictObject({
  name: Name.describe('The same as the file’s name.'),
  description: z.string().optional().describe('One line for mw pipeline list.'),
  phases: z.array(PhaseFile).min(1).describe('In the order of work, at most 50.'),
});
export type PipelineFile = z.infer<typeof PipelineFile>;

/** Instructions as pinned: the text is an artifact. */
export const PinnedInstructions = z.strictObject({ name: z.string(), hash: ContentHash });
export type PinnedInstructions = z.infer<typeof PinnedInstructions>;

export const PinnedOutput = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('schema'), name: z.string(), schema: z.record(z.string(), z.json()) }),
]);
export type PinnedOutput = z.infer<typeof PinnedOutput>;

export const PinnedReviewer = z.strictObject({
  id: Name,
  instructions: PinnedInstructions,
  agent: Name,
  sees: Sight.optional(),
});
export type PinnedReviewer = z.infer<typeof PinnedReviewer>;

export const PinnedBreaker = z.strictObject({
  instructions: PinnedInstructions,
  agent: Name,
  judge: z.strictObject({ instructions: PinnedInstructions, agent: Name }),
  rounds: z.number().int().positive(),
});
export type PinnedBreaker = z.infer<typeof PinnedBreaker>;

export const PinnedPhase = z.strictObject({
  id: Name,
  /** Absent when the phase only judges what earlier phases made. */
  maker: z
    .strictObject({
      instructions: PinnedInstructions,
      agent: Name,
      output: PinnedOutput,
      writes: z.boolean(),
      /** Globs of the only files it may change; absent: any that is not protected. */
      paths: z.array(z.string()).optional(),
    })
    .nullable(),
  checks: z.array(Name),
  breaker: PinnedBreaker.optional(),
  /** What the file asks for and this project cannot have, with the reason. */
  leftOut: z.array(z.string()).optional(),
  reviews: z.array(PinnedReviewer),
  approval: z.boolean(),
  /** Findings go back to phase `to`, at most `max` times. */
  loop: z.strictObject({ to: Name, max: z.number().int().positive() }),
  /** Attempts of the maker in one visit of the phase. */
  attempts: z.number().int().positive(),
  when: Condition.nullable(),
  limits: z.strictObject({ idleMs: z.number().int().positive(), sessionMs: z.number().int().positive() }),
});
export type PinnedPhase = z.infer<typeof PinnedPhase>;

/**
 * Everything with authority over one run, resolved from the accepted commit and pinned by the hash of its canonical
 * JSON: phases, instructions, agents, checks, limits. Nothing that an agent writes can change it.
 */
export const PinnedPipeline = z.strictObject({
  name: Name,
  phases: z.array(PinnedPhase).min(1),
  agents: z.record(Name, AgentConfig),
  checks: z.record(Name, PinnedCheck),
  setup: z.string().nullable(),
  target: z.string(),
  rung: SandboxRung,
  network: z.strictObject({ setup: z.array(z.string()), checks: z.array(z.string()) }),
  readOnly: z.array(z.string()),
  limits: z.strictObject({
    slots: z.number().int().positive(),
    itemMicroUsd: z.number().int().nonnegative().nullable(),
    dayMicroUsd: z.number().int().nonnegative().nullable(),
    checkMs: z.number().int().positive(),
    copyBytes: z.number().int().positive(),
  }),
  land: LandMode,
  protect: z.array(z.string()),
  guard: Guard.prefault({}),
});
export type PinnedPipeline = z.infer<typeof PinnedPipeline>;
