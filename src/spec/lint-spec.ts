/**
 * Whether work may start on a spec. Rules that code can decide; each finding says where, what, and what to write
 * instead. `error`: nobody could say when it is done, so work does not start. `warning`: it will probably be
 * misunderstood. Words are English ones; text in another language is judged by its structure alone.
 */
import { isCriterionId, isSpecName } from './criterion-id.ts';
import { maxLineChars } from './parse-spec.ts';
import type { Criterion, Requirement, Spec } from './spec.ts';
import { findSubjective, findVague, isAboutErrors } from './vague-words.ts';
import { parseEars } from './ears.ts';

export type SpecRule =
  | 'name'
  | 'title'
  | 'purpose'
  | 'no-requirements'
  | 'duplicate-requirement'
  | 'duplicate-scenario'
  | 'no-shall'
  | 'no-criterion'
  | 'no-when'
  | 'no-then'
  | 'no-id'
  | 'duplicate-id'
  | 'stray-id'
  | 'clarification'
  | 'vague'
  | 'two-behaviours'
  | 'subjective'
  | 'no-error-behaviour'
  | 'long-line';

export interface SpecFinding {
  readonly rule: SpecRule;
  readonly severity: 'error' | 'warning';
  /** From 1. */
  readonly line: number;
  /** The criterion it is about, where it is about one that has an id. */
  readonly criterion: string | null;
  /** Without a full stop. */
  readonly text: string;
  /** What to do. */
  readonly next: string;
}

const shortPurpose = 50;
const longStatement = 500;

/** All findings in the order of the file. `file`: its text, for what stands outside requirements. */
export function lintSpec(spec: Spec, file: string): readonly SpecFinding[] {
  return [
    ...lintFrame(spec),
    ...lintLines(file),
    ...lintIds(spec),
    ...findDuplicates(spec.requirements, 'duplicate-requirement', 'requirement'),
    ...spec.requirements.flatMap(lintRequirement),
    ...lintErrorBehaviour(spec),
  ].sort((a, b) => a.line - b.line);
}

/** Work may start when no finding is an error. */
export function isReady(findings: readonly SpecFinding[]): boolean {
  return findings.every(({ severity }) => severity !== 'error');
}

function lintFrame({ name, title, purpose, purposeLine, requirements }: Spec): readonly SpecFinding[] {
  const at = purposeLine ?? 1;
  return [
    ...(isSpecName(name)
      ? []
      : [
          error(
            'name',
            1,
            `the folder ${JSON.stringify(name)} cannot be part of an id`,
            'rename it to small letters, digits and hyphens',
          ),
        ]),
    ...(title === null
      ? [warning('title', 1, 'it has no title', 'begin the file with a line like "# Invoice download"')]
      : []),
    ...(purpose === ''
      ? [
          error(
            'purpose',
            at,
            'it does not say what it is for',
            'write a paragraph below "## Purpose": who wants what, and why',
          ),
        ]
      : purpose.length < shortPurpose
        ? [
            warning(
              'purpose',
              at,
              `its purpose has ${purpose.length} characters`,
              `write who wants what, and why, in at least ${shortPurpose}`,
            ),
          ]
        : []),
    ...(requirements.length === 0
      ? [
          error(
            'no-requirements',
            1,
            'it requires nothing',
            'add "## Requirements" and below it "### Requirement: NAME"',
          ),
        ]
      : []),
  ];
}

function lintLines(file: string): readonly SpecFinding[] {
  return file.split('\n').flatMap((text, index) => {
    const line = index + 1;
    if (text.length > maxLineChars)
      return [
        error(
          'long-line',
          line,
          `a line of ${text.length} characters is not read`,
          `break it into lines of at most ${maxLineChars}`,
        ),
      ];
    const open = /\[NEEDS CLARIFICATION:?\s*([^\]]*)\]/i.exec(text);
    if (open === null) return [];
    return [
      error(
        'clarification',
        line,
        `a question is open: ${open[1]?.trim() || 'it does not say which'}`,
        'write the answer in its place',
      ),
    ];
  });
}

function lintIds({ name, requirements, layout }: Spec): readonly SpecFinding[] {
  const criteria = requirements.flatMap((requirement) => requirement.criteria);
  const used = new Set(criteria.map(({ id }) => id));
  const first = new Map<string, number>();
  const findings: SpecFinding[] = [];
  for (const { id, line } of layout.ids) {
    const before = first.get(id);
    if (before !== undefined)
      findings.push(
        error(
          'duplicate-id',
          line,
          `${id} stands on line ${before} already`,
          'mw spec lint --fix gives the second one an id of its own',
        ),
      );
    else first.set(id, line);
    if (!used.has(id) && isCriterionId(id))
      findings.push(
        warning(
          'stray-id',
          line,
          `${id} belongs to no criterion`,
          'put it below a scenario’s heading, or remove the comment',
        ),
      );
  }
  const without = criteria.find(({ id }) => id === null);
  if (without !== undefined && isSpecName(name)) {
    const count = criteria.filter(({ id }) => id === null).length;
    findings.push(
      error(
        'no-id',
        without.line,
        `${count} ${count === 1 ? 'criterion has' : 'criteria have'} no id`,
        'mw spec lint --fix',
      ),
    );
  }
  return findings;
}

function lintRequirement(requirement: Requirement): readonly SpecFinding[] {
  const { name, statement, criteria, line } = requirement;
  const called = name === '' ? 'this requirement' : `"${name}"`;
  const scenarios = criteria.filter(({ kind }) => kind === 'scenario');
  return [
    ...(/\b(?:shall|must)\b/i.test(statement) || criteria.some(({ kind }) => kind === 'sentence')
      ? []
      : [error('no-shall', line, `${called} demands nothing`, 'say what the system SHALL do')]),
    ...(criteria.length === 0
      ? [
          error(
            'no-criterion',
            line,
            `${called} has no criterion that a test could decide`,
            'add "#### Scenario: NAME" with WHEN and THEN',
          ),
        ]
      : []),
    ...(statement.length > longStatement
      ? [
          warning(
            'two-behaviours',
            line,
            `${called} has ${statement.length} characters`,
            'make several requirements of it',
          ),
        ]
      : []),
    ...judgeSentence(statement, line, null),
    ...findDuplicates(scenarios, 'duplicate-scenario', 'scenario'),
    ...criteria.flatMap(lintCriterion),
  ];
}

function lintCriterion(criterion: Criterion): readonly SpecFinding[] {
  const { id, kind, steps, sentence, line, name } = criterion;
  if (kind === 'sentence') {
    const response = parseEars(sentence)?.response ?? '';
    return [...judgeSentence(sentence, line, id), ...judgeOutcome(response, line, id)];
  }
  const called = name === '' ? 'this scenario' : `"${name}"`;
  const has = (wanted: string) => steps.some((step) => step.kind === wanted);
  return [
    ...(has('when')
      ? []
      : [error('no-when', line, `${called} does not say what happens first`, 'add a step with WHEN', id)]),
    ...(has('then')
      ? []
      : [error('no-then', line, `${called} does not say what must come of it`, 'add a step with THEN', id)]),
    ...steps.flatMap((step) => judgeSentence(step.text, step.line, id)),
    ...outcomesOf(criterion).flatMap((step) => judgeOutcome(step.text, step.line, id)),
  ];
}

/** THEN, and each AND behind it. */
function outcomesOf({ steps }: Criterion) {
  const first = steps.findIndex(({ kind }) => kind === 'then');
  return first === -1 ? [] : steps.slice(first).filter(({ kind }) => kind === 'then' || kind === 'and');
}

function judgeSentence(text: string, line: number, criterion: string | null): readonly SpecFinding[] {
  const vague = findVague(text);
  const demands = text.match(/\b(?:shall|must)\b/gi)?.length ?? 0;
  const sentences = text.match(/[.!?](?:\s|$)/g)?.length ?? 1;
  return [
    ...(vague === null
      ? []
      : [
          warning(
            'vague',
            line,
            `"${vague}" can mean anything`,
            'write a number, a list, or the exact behaviour',
            criterion,
          ),
        ]),
    ...(demands > Math.max(1, sentences)
      ? [warning('two-behaviours', line, 'one sentence demands two things', 'make two criteria of it', criterion)]
      : []),
  ];
}

function judgeOutcome(text: string, line: number, criterion: string | null): readonly SpecFinding[] {
  const word = findSubjective(text);
  if (word === null) return [];
  return [
    error('subjective', line, `no test can decide "${word}"`, 'say what can be seen, counted or compared', criterion),
  ];
}

function lintErrorBehaviour({ requirements }: Spec): readonly SpecFinding[] {
  const criteria = requirements.flatMap((requirement) => requirement.criteria);
  if (criteria.length === 0 || criteria.some(isErrorCase)) return [];
  return [
    warning(
      'no-error-behaviour',
      requirements[0]?.line ?? 1,
      'nothing says what happens when something goes wrong',
      'add a criterion: IF …, THEN the system SHALL …',
    ),
  ];
}

function isErrorCase({ name, sentence, steps }: Criterion): boolean {
  if (parseEars(sentence)?.trigger?.kind === 'unwanted') return true;
  return [name, sentence, ...steps.map(({ text }) => text)].some(isAboutErrors);
}

function findDuplicates(
  named: readonly { readonly name: string; readonly line: number }[],
  rule: SpecRule,
  what: string,
): readonly SpecFinding[] {
  const first = new Map<string, number>();
  return named.flatMap(({ name, line }) => {
    const key = name.toLowerCase();
    const before = first.get(key);
    if (before === undefined) first.set(key, line);
    return before === undefined
      ? []
      : [error(rule, line, `the ${what} "${name}" stands on line ${before} already`, 'give one of them another name')];
  });
}

function error(rule: SpecRule, line: number, text: string, next: string, criterion: string | null = null): SpecFinding {
  return { rule, severity: 'error', line, criterion, text, next };
}

function warning(
  rule: SpecRule,
  line: number,
  text: string,
  next: string,
  criterion: string | null = null,
): SpecFinding {
  return { rule, severity: 'warning', line, criterion, text, next };
}
