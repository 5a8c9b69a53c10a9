/** Specs for a generated repository: as many criteria as asked for, each in several wordings. Pure. */
import { parseSpec } from '../../src/spec/parse-spec.ts';
import { digestCriterion } from '../../src/steps/criterion-digest.ts';

const perRequirement = 4;

const verbs = ['prints', 'stores', 'sends', 'counts', 'sorts', 'rejects', 'merges', 'exports'];
const things = ['invoices', 'orders', 'members', 'parcels', 'receipts', 'notes', 'entries', 'reports'];

export interface SpecState {
  readonly name: string;
  /** The wording of each criterion, by number less one; `null` for one that the spec does not have. */
  readonly wordings: (number | null)[];
}

export function specName(index: number): string {
  return `area-${index + 1}`;
}

export function criterionId(spec: string, index: number): string {
  return `${spec}/AC-${index + 1}`;
}

export function writeSpec({ name, wordings }: SpecState): string {
  const requirements = Array.from({ length: Math.ceil(wordings.length / perRequirement) }, (_, number) => {
    const from = number * perRequirement;
    const scenarios = wordings
      .slice(from, from + perRequirement)
      .flatMap((wording, index) => (wording === null ? [] : [writeScenario(name, from + index, wording)]));
    return `### Requirement: Part ${number + 1}
The program SHALL do part ${number + 1} of what ${name} is for.

${scenarios.join('\n')}`;
  });
  return `# ${name}
<!-- next: AC-${wordings.length + 1} -->

## Purpose
People who work with ${name} get every answer that they need for their month in one place.

## Requirements
${requirements.join('\n')}`;
}

function writeScenario(spec: string, index: number, wording: number): string {
  const verb = verbs[index % verbs.length];
  const thing = things[(index * 3) % things.length];
  return `#### Scenario: Case ${index + 1}
<!-- ${criterionId(spec, index)} -->
- **GIVEN** ${index + 2} ${thing} of ${spec}
- **WHEN** the program ${verb} them for the time number ${index + 1}
- **THEN** the answer has ${wording + 1} lines and the total of ${thing}
`;
}

/** What trailers say of each criterion of a spec, by id. */
export function digestsOf(state: SpecState): ReadonlyMap<string, string> {
  const { requirements } = parseSpec(state.name, writeSpec(state));
  return new Map(
    requirements.flatMap(({ criteria }) =>
      criteria.flatMap(({ id, meaning }) => (id === null ? [] : [[id, digestCriterion(meaning)] as const])),
    ),
  );
}
