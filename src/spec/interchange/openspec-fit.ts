/** What OpenSpec's strict validator would say against a spec of ours, said before somebody runs it. */
import type { Requirement, Spec } from '../spec.ts';
import { caution, type Remark } from './remark.ts';

const shortPurpose = 50;

/** `file`: the text of the spec. Lines are those of the spec. */
export function checkForOpenSpec({ purpose, purposeLine, requirements }: Spec, file: string): readonly Remark[] {
  const lines = file.split('\n');
  return [
    ...(purpose.length < shortPurpose
      ? [
          caution(
            'purpose',
            purposeLine,
            `OpenSpec wants a purpose of at least ${shortPurpose} characters`,
            'write who wants what, and why',
          ),
        ]
      : []),
    ...(requirements.length === 0
      ? [caution('no-requirements', null, 'OpenSpec wants at least one requirement', 'add "### Requirement: NAME"')]
      : []),
    ...requirements.flatMap((requirement) => checkRequirement(requirement, lines)),
  ];
}

function checkRequirement({ name, line, criteria }: Requirement, lines: readonly string[]): readonly Remark[] {
  const below = lines.slice(line, line + 1_000);
  const end = below.findIndex((text) => /^#{1,6}\s/.test(text));
  const body = end === -1 ? below : below.slice(0, end);
  return [
    ...(criteria.some(({ kind }) => kind === 'scenario')
      ? []
      : [
          caution(
            'no-scenario',
            line,
            `OpenSpec wants a scenario below "${name}"; a sentence is none`,
            'add "#### Scenario: NAME"',
          ),
        ]),
    ...(body.some((text) => /\b(?:SHALL|MUST)\b/.test(text))
      ? []
      : [
          caution(
            'no-shall',
            line,
            `OpenSpec wants SHALL or MUST, in capitals, below "${name}"`,
            'say what the system SHALL do',
          ),
        ]),
  ];
}
