/** Whether each `when` of a pipeline can hold: it names an earlier phase, a field of its result, and a value it can have. */
import type { Condition } from '../model/pipeline.ts';
import type { Path } from './expected-shape.ts';
import { nearestWord } from './nearest-word.ts';
import type { ProblemAt } from './parse-yaml.ts';
import type { PipelineUnderCheck } from './pipeline-under-check.ts';
import type { Problem } from './problem.ts';
import { canBe, type Fact, readFact, type Scalar } from './read-fact.ts';

type Wanted = Condition[string];

/** Conditions that can never hold, which would leave their phase out for ever without a word. */
export function checkConditions(input: PipelineUnderCheck): readonly Problem[] {
  return input.pipeline.phases.flatMap((phase, index) =>
    Object.entries(phase.when ?? {}).flatMap(([address, wanted]) => checkLine(address, wanted, index, input)),
  );
}

function checkLine(address: string, wanted: Wanted, index: number, input: PipelineUnderCheck): readonly Problem[] {
  const { pipeline, outputs, problemAt } = input;
  const path = ['phases', index, 'when', address];
  const onKey = (message: string, suggestion: string | null = null) => [
    problemAt(path, message, { on: 'key', suggestion }),
  ];
  const [phaseId = '', field = ''] = address.split('.');
  const source = pipeline.phases.findIndex(({ id }) => id === phaseId);

  if (source === -1) {
    const near = nearestWord(
      phaseId,
      pipeline.phases.slice(0, index).map(({ id }) => id),
    );
    return onKey(`no phase is called "${phaseId}"`, near === null ? null : `${near}.${field}`);
  }
  if (source >= index) return onKey(`"${phaseId}" has not run when this is asked: name an earlier phase`);
  const output = outputs[source];
  if (pipeline.phases[source]?.instructions === undefined || output?.type === 'text') {
    return onKey(`phase "${phaseId}" has no structured result to look at`);
  }
  if (output === null || output === undefined) return [];

  const fact = readFact(output.schema, field);
  if (fact.type === 'absent') {
    const near = nearestWord(field, fact.known);
    return onKey(
      `the result of "${phaseId}" (${output.name}) has no field "${field}"`,
      near === null ? null : `${phaseId}.${near}`,
    );
  }
  if (fact.type === 'not-scalar')
    return onKey(`"${address}" is a list or an object: conditions look at text, numbers and true or false`);
  return checkValues(address, wanted, fact, path, problemAt);
}

function checkValues(
  address: string,
  wanted: Wanted,
  fact: Fact,
  path: Path,
  problemAt: ProblemAt,
): readonly Problem[] {
  const isExclusion = typeof wanted === 'object' && !Array.isArray(wanted);
  const listed = isExclusion ? wanted.not : wanted;
  const listPath = isExclusion ? [...path, 'not'] : path;
  const values = Array.isArray(listed) ? listed : [listed];

  const impossible = values.flatMap((value, number) => {
    if (canBe(fact, value)) return [];
    const valuePath = Array.isArray(listed) ? [...listPath, number] : listPath;
    return [
      problemAt(valuePath, `"${address}" is never ${JSON.stringify(value)}${describeFact(fact)}`, {
        suggestion: nearestValue(fact, value),
      }),
    ];
  });
  if (impossible.length > 0 || !isExclusion || fact.type !== 'one-of') return impossible;
  if (!fact.values.every((value) => values.includes(value))) return [];
  return [problemAt(listPath, `this leaves out every value that "${address}" can have, so the phase would never run`)];
}

const typeWords = { string: 'text', number: 'a number', integer: 'a whole number', boolean: 'true or false' } as const;

function describeFact(fact: Fact): string {
  if (fact.type === 'one-of') return `, only ${fact.values.map(String).join(', ')}`;
  if (fact.type === 'of-type') return `, only ${fact.types.map((type) => typeWords[type]).join(' or ')}`;
  return '';
}

function nearestValue(fact: Fact, value: Scalar): string | null {
  if (fact.type !== 'one-of' || typeof value !== 'string') return null;
  return nearestWord(
    value,
    fact.values.filter((each) => typeof each === 'string'),
  );
}
