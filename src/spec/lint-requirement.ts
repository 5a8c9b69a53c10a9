/** Rules about one requirement and its criteria. */
import { parseEars } from './ears.ts';
import { parseEvidence } from './evidence-mark.ts';
import { maxTextChars } from './parse-spec.ts';
import { findDuplicates } from './find-duplicates.ts';
import type { Criterion, Requirement } from './spec.ts';
import { error, warning, type SpecFinding } from './spec-finding.ts';
import { findSubjective, findVague } from './vague-words.ts';

const longStatement = 500;
/** What a work item takes with it. */
const maxMeaningChars = 20_000;

export function lintRequirement(requirement: Requirement): readonly SpecFinding[] {
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
    ...lintLength(statement, line, null),
    ...(statement.length > longStatement && statement.length <= maxTextChars
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
    ...criteria.flatMap(lintEvidence),
  ];
}

function lintEvidence({ id, evidence, line }: Criterion): readonly SpecFinding[] {
  if (evidence === null || parseEvidence(evidence) !== null) return [];
  const next =
    'write <!-- evidence: test -->, <!-- evidence: command CHECK -->, <!-- evidence: hold-out --> or <!-- evidence: person -->';
  return [error('evidence', line, `"${evidence}" is no kind of evidence`, next, id)];
}

function lintCriterion(criterion: Criterion): readonly SpecFinding[] {
  const { id, kind, steps, sentence, line, name, meaning } = criterion;
  if (kind === 'sentence') {
    const response = parseEars(sentence)?.response ?? '';
    return [...judgeSentence(sentence, line, id), ...judgeOutcome(response, line, id)];
  }
  const called = name === '' ? 'this scenario' : `"${name}"`;
  const has = (wanted: string) => steps.some((step) => step.kind === wanted);
  return [
    ...(meaning.length <= maxMeaningChars
      ? []
      : [error('long-text', line, `${called} has more than ${maxMeaningChars} characters`, 'make several of it', id)]),
    ...(has('when')
      ? []
      : [error('no-when', line, `${called} does not say what happens first`, 'add a step with WHEN', id)]),
    ...(has('then')
      ? []
      : [error('no-then', line, `${called} does not say what must come of it`, 'add a step with THEN', id)]),
    ...steps.flatMap((step) => [...lintLength(step.text, step.line, id), ...judgeSentence(step.text, step.line, id)]),
    ...outcomesOf(criterion).flatMap((step) => judgeOutcome(step.text, step.line, id)),
  ];
}

function lintLength(text: string, line: number, criterion: string | null): readonly SpecFinding[] {
  if (text.length <= maxTextChars) return [];
  const what = `a text of more than ${maxTextChars} characters is not read to its end`;
  return [error('long-text', line, what, 'make several requirements or criteria of it', criterion)];
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
