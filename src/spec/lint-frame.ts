/** Rules about a spec as a whole: what it is for, its lines, its ids, and whether it thinks of errors. */
import { isCriterionId, isSpecName } from './criterion-id.ts';
import { parseEars } from './ears.ts';
import { maxLineChars } from './parse-spec.ts';
import type { Criterion, Spec } from './spec.ts';
import { error, warning, type SpecFinding } from './spec-finding.ts';
import { isAboutErrors } from './vague-words.ts';

const shortPurpose = 50;

export function lintFrame({ name, title, purpose, purposeLine, requirements }: Spec): readonly SpecFinding[] {
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

export function lintLines(file: string): readonly SpecFinding[] {
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

export function lintIds({ name, requirements, layout }: Spec): readonly SpecFinding[] {
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

export function lintErrorBehaviour({ requirements }: Spec): readonly SpecFinding[] {
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
