/** The acceptance pack of one item: for each criterion what shows that it holds, for a person to accept or reject. */
import type { CriterionTask } from '../model/criterion.ts';
import type { CriterionVerdict, Finding } from '../model/outcome.ts';

export interface AcceptancePack {
  readonly id: string;
  readonly title: string;
  readonly request: string;
  /** As people read it: `waiting: phase review asks for your approval`. */
  readonly state: string;
  /** What to type, where somebody is asked. */
  readonly next: string;
  readonly commit: string | null;
  readonly criteria: readonly AcceptedCriterion[];
  readonly checks: readonly {
    readonly name: string;
    readonly status: string;
    readonly says: string;
    /** Beside the pack; `null` where nothing was kept. */
    readonly log: string | null;
  }[];
  readonly reviews: readonly { readonly claim: string; readonly level: string; readonly proof: string }[];
  readonly findings: readonly (Finding & { readonly reviewer: string })[];
  /** `git diff --stat`. */
  readonly changes: string;
}

export interface AcceptedCriterion {
  readonly task: CriterionTask;
  /** How well it is known, and by what. */
  readonly level: string;
  readonly proof: string;
  readonly tests: CriterionVerdict['tests'];
  /** Not its text: it stays hidden. */
  readonly holdout: 'passed' | 'failed' | null;
  readonly cases: readonly { readonly path: string; readonly verdict: string }[];
}

/** One block after the other; how they look is for a writer to say. */
export type Block =
  | { readonly type: 'title' | 'heading' | 'subheading' | 'text' | 'quote' | 'code'; readonly text: string }
  | { readonly type: 'list'; readonly lines: readonly string[] }
  | { readonly type: 'link'; readonly text: string; readonly path: string };

export function layOutPack(pack: AcceptancePack): readonly Block[] {
  const { id, title, request, state, next, commit } = pack;
  return [
    { type: 'title', text: `${id}: ${title}` },
    ...(request === '' ? [] : [{ type: 'quote' as const, text: request }]),
    {
      type: 'list',
      lines: [`State: ${state}`, ...(next === '' ? [] : [`Next: ${next}`]), `Commit: ${commit ?? 'none yet'}`],
    },
    { type: 'heading', text: 'Criteria' },
    ...(pack.criteria.length === 0
      ? [{ type: 'text' as const, text: 'This item has none: what follows is all there is to judge by.' }]
      : pack.criteria.flatMap(layOutCriterion)),
    { type: 'heading', text: 'Checks' },
    ...pack.checks.flatMap(({ name, status, says, log }): Block[] => [
      { type: 'list', lines: [`${name}: ${status}${says === '' ? '' : `, ${says}`}`] },
      ...(log === null ? [] : [{ type: 'link' as const, text: `what ${name} said`, path: log }]),
    ]),
    { type: 'heading', text: 'Judgements' },
    listOf(pack.reviews.map(({ claim, level, proof }) => `${claim}: ${level}, ${proof}`)),
    ...(pack.findings.length === 0 ? [] : [{ type: 'subheading' as const, text: 'Findings' }]),
    ...(pack.findings.length === 0
      ? []
      : [
          listOf(
            pack.findings.map(
              ({ reviewer, severity, title: said, file, line, evidence }) =>
                `${reviewer}: ${severity}: ${said}${file === null ? '' : ` (${file}${line === null ? '' : `:${line}`})`}${evidence === '' ? '' : `. ${evidence}`}`,
            ),
          ),
        ]),
    { type: 'heading', text: 'Changes' },
    { type: 'code', text: pack.changes === '' ? 'nothing' : pack.changes },
  ];
}

function layOutCriterion({ task, level, proof, tests, holdout, cases }: AcceptedCriterion): readonly Block[] {
  const { id, action, text, before } = task;
  return [
    { type: 'subheading', text: `${id}: ${level}` },
    ...(before === null ? [] : [{ type: 'quote' as const, text: `Before: ${before}` }]),
    { type: 'quote', text: `${action === 'remove' ? 'Not wanted any more: ' : ''}${text}` },
    listOf([
      `shown by: ${proof}`,
      ...tests.map(({ name, file, status }) => `test ${status}: ${name}${file === null ? '' : ` (${file})`}`),
      ...(holdout === null ? [] : [`its hold-out: ${holdout}`]),
      ...cases.map(({ path, verdict }) => `a breaker's case: ${path}: ${verdict}`),
    ]),
  ];
}

function listOf(lines: readonly string[]): Block {
  return lines.length === 0 ? { type: 'text', text: 'None.' } : { type: 'list', lines };
}
