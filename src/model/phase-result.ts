/**
 * What each shipped phase must answer. The descriptions reach the model through the JSON Schema, so they are written
 * for it. Top-level scalars are the facts that a pipeline’s conditions can look at. Every field is required: some
 * providers accept no other schema, and an empty list is a clearer answer than a missing one.
 */
import { z } from 'zod';
import { BreakReport, CaseJudgements } from './breaker.ts';
import { Finding, Review, Severity } from './outcome.ts';

const summary = z
  .string()
  .min(1)
  .max(2_000)
  .describe('What a person reads instead of everything else: two to six plain sentences, the result first.');
const line = (about: string) => z.string().min(1).max(500).describe(about);
const lines = (about: string, most = 40) => z.array(z.string().min(1).max(1_000)).max(most).describe(about);
const markdown = (about: string) => z.string().min(1).max(60_000).describe(about);
const openQuestions = lines('What stayed unclear and which assumption was taken instead. Empty when nothing did.', 20);

const Triage = z.strictObject({
  summary,
  kind: z
    .enum(['feature', 'fix', 'refactoring', 'performance', 'security', 'documentation', 'maintenance'])
    .describe('What the item mainly is. fix: it worked or was meant to work and does not.'),
  size: z
    .enum(['small', 'medium', 'large'])
    .describe(
      'small: one place, no decision about design. medium: several files or one decision. large: several parts, a new concept, or a change of stored data or public interface.',
    ),
  risk: z
    .enum(['low', 'medium', 'high'])
    .describe('Damage if it lands wrong. high: data loss, security, money, a public contract, or hard to take back.'),
  affected: lines('Files or folders that will probably change, as paths from the root, most certain first.', 30),
  criteria: lines('What must be true afterwards, each testable by itself, as the item says or clearly implies.', 20),
  openQuestions,
});

const Research = z.strictObject({
  summary,
  findings: z
    .array(
      z.strictObject({
        fact: line('One fact about the problem, the users or the present behaviour.'),
        source: line('Where it was seen: path:line, a command and its output, or a named document.'),
        confidence: z
          .enum(['observed', 'inferred'])
          .describe('observed: read or run here. inferred: concluded from something observed.'),
      }),
    )
    .max(40)
    .describe('What is known, strongest first. No fact without a source.'),
  report: markdown('Markdown: the problem today, who meets it and how, what was tried before, what must not change.'),
  openQuestions,
});

const Prd = z.strictObject({
  summary,
  document: markdown('Markdown: problem, people, use cases, scope, out of scope, how success is seen. No design.'),
  requirements: z
    .array(
      z.strictObject({
        id: z
          .string()
          .regex(/^R[1-9][0-9]?$/)
          .describe('R1, R2, …'),
        text: line('One testable statement: when <situation>, the <system> <does what can be observed>.'),
        priority: z.enum(['must', 'should', 'could']).describe('must: without it the item is not done.'),
      }),
    )
    .min(1)
    .max(40)
    .describe('Everything that must hold afterwards, one statement each.'),
  outOfScope: lines('What a reader could expect and will not get.', 20),
  openQuestions,
});

const TechResearch = z.strictObject({
  summary,
  options: z
    .array(
      z.strictObject({
        name: line('Short name of the option.'),
        evidence: line('What was read or run to judge it, with paths, versions or output.'),
        verdict: z.enum(['chosen', 'possible', 'rejected']).describe('Exactly one option is chosen.'),
        reason: line('The one consequence that decided.'),
      }),
    )
    .min(1)
    .max(12)
    .describe('Ways to do it, the chosen one first. Doing it with what is there already is always an option.'),
  constraints: lines('What the code base dictates: versions, conventions, interfaces, limits; each with its path.', 30),
  report: markdown('Markdown: how the affected code works today, and what each option would change in it.'),
  openQuestions,
});

const Design = z.strictObject({
  summary,
  document: markdown(
    'Markdown: the approach, what changes where, interfaces and data as they will be written, order of work, how it fails, how it is taken back.',
  ),
  changesPublicInterface: z.boolean().describe('Whether anything that others call, configure or read changes.'),
  changesStoredData: z.boolean().describe('Whether data that exists already must be read or migrated.'),
  risk: z.enum(['low', 'medium', 'high']).describe('Damage if the design is wrong, judged now that it is known.'),
  decisions: lines('One decision each, with the alternative it beat and why.', 20),
  openQuestions,
});

const Spec = z.strictObject({
  summary,
  document: markdown('Markdown: the behaviour to be built, exact enough that two people would build the same.'),
  criteria: z
    .array(
      z.strictObject({
        id: z
          .string()
          .regex(/^AC-[1-9][0-9]?$/)
          .describe('AC-1, AC-2, …'),
        text: line('One observable behaviour: given …, when …, then …. Include errors and limits.'),
        proof: line('How it will be proven: the test to write, or the command to run and what it must print.'),
      }),
    )
    .min(1)
    .max(40)
    .describe('Acceptance criteria; together they are the whole of the item, and nothing more.'),
  steps: lines('Order of work, each step leaving the code working.', 30),
  openQuestions,
});

const Build = z.strictObject({
  summary,
  tests: z
    .array(
      z.strictObject({
        name: line('The test as its runner prints it, or path and name.'),
        proves: line('The criterion it proves, by id or in words.'),
      }),
    )
    .max(60)
    .describe('Tests added or changed. Empty only when the change cannot be tested, and then notes say why.'),
  checksRun: lines('Commands run before finishing, each with its real result. Empty when none could be run.', 20),
  notes: lines(
    'What a reviewer must know: decisions, assumptions, anything left undone. Empty when there is nothing.',
    20,
  ),
  breaksCompatibility: z
    .boolean()
    .describe('Whether anything that worked for a user before must now be done differently.'),
});

const DescribedFinding = Finding.extend({
  severity: Severity.describe(
    'By consequence. blocker: wrong result, data loss, security hole or broken build. major: a requirement is not met, or it fails in a case that will happen. minor: real, small damage. note: worth knowing, nothing to do.',
  ),
  title: Finding.shape.title.describe('What goes wrong, for whom, when; not what to type.'),
  file: Finding.shape.file.describe('Path from the root, null when no single file is at fault.'),
  line: Finding.shape.line.describe('Line in the changed version, null when there is none.'),
  evidence: Finding.shape.evidence.describe(
    'Why it is true: input, execution path and wrong outcome, or a command and what it printed. A finding without evidence is not reported.',
  ),
});

const DescribedReview = Review.extend({
  verdict: Review.shape.verdict.describe('fail exactly when there is at least one blocker or major finding.'),
  findings: z
    .array(DescribedFinding)
    .max(100)
    .describe('Gravest first. Empty when nothing was found: that is a good answer.'),
});

const Outline = z.strictObject({
  summary,
  audience: line('Who reads the document, and what they know already.'),
  purpose: line('What the reader can do or decide afterwards.'),
  path: line('Where the document goes, as a path from the root.'),
  size: z.enum(['short', 'medium', 'long']).describe('short: up to a page. medium: up to five. long: more.'),
  sections: z
    .array(
      z.strictObject({
        heading: line('The heading as it will stand.'),
        says: line('What the section says, in one or two sentences.'),
        sources: lines('Where its facts come from: paths, commands, documents.', 10),
      }),
    )
    .min(1)
    .max(30)
    .describe('In the order of reading.'),
  openQuestions,
});

/** The result schema of each shipped output name. */
const Diagnosis = z.strictObject({
  summary,
  route: z
    .enum(['patch', 'bad-spec', 'bad-instruction', 'defer'])
    .describe(
      'The input at fault. patch: none, the model slipped. bad-spec: the spec. bad-instruction: how agents are told to work. defer: real, but other work.',
    ),
  criterion: z.string().max(80).describe('The id of the criterion it is about, such as login/AC-3; empty without one.'),
  reproduced: z.boolean().describe('Whether you have seen it happen here.'),
  evidence: markdown('The sentence at fault with its place, or the command and what it printed.'),
  keep: lines('What is right and must stay as it is when this is built again. Empty when that is everything else.', 20),
});

export const phaseResults = {
  triage: Triage,
  research: Research,
  prd: Prd,
  'tech-research': TechResearch,
  design: Design,
  spec: Spec,
  build: Build,
  review: DescribedReview,
  outline: Outline,
  diagnosis: Diagnosis,
  break: BreakReport,
  'case-judgements': CaseJudgements,
} as const satisfies Readonly<Record<string, z.ZodObject>>;

/** A name that `output:` of a phase can give without naming a file. */
export type PhaseResultName = keyof typeof phaseResults;

/** The shipped output names, in the order of the engineering pipeline. */
export const phaseResultNames = Object.keys(phaseResults) as readonly PhaseResultName[];
