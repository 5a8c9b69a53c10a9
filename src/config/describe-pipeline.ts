/** A pinned pipeline as a person reads it: text for `mw pipeline show`, Mermaid for `mw pipeline graph`. */
import { levelOfGate } from '../model/evidence-level.ts';
import type { Condition, PinnedPhase, PinnedPipeline } from '../model/pipeline.ts';

const builtInText = {
  specs: 'every spec that the change touches is ready',
  guard: 'nothing in the change lets the other checks say more than is true',
  criteria: 'each criterion of the item has its evidence',
} as const;

/** Every phase with its maker, gates and loops, two to five lines each; ends with a line break. */
export function describePipeline(pipeline: PinnedPipeline): string {
  const width = Math.max(...pipeline.phases.map(({ id }) => id.length));
  const phases = pipeline.phases.map((phase, index) => {
    const [first = '', ...others] = describePhase(phase);
    const number = String(index + 1).padStart(2);
    const indent = ' '.repeat(width + 5);
    return [`${number}  ${phase.id.padEnd(width)} ${first}`, ...others.map((line) => `${indent}${line}`)].join('\n');
  });
  const checks = Object.entries(pipeline.checks).map(([name, check]) =>
    'run' in check ? `    ${name} (${check.kind}): ${check.run}` : `    ${name}: ${builtInText[check.kind]}`,
  );
  return [
    `${pipeline.name}, lands on ${pipeline.target}, walls: ${pipeline.rung}`,
    '',
    ...phases,
    ...(checks.length === 0 ? [] : ['', 'Checks', ...checks, ...tellMutation(pipeline)]),
    '',
  ].join('\n');
}

/** What nobody measures is said, so that nobody takes it for measured. */
function tellMutation({ checks }: PinnedPipeline): readonly string[] {
  const isMeasured = Object.values(checks).some(({ kind }) => kind === 'mutation');
  return isMeasured ? [] : ['    mutants: not measured; no check of kind mutation'];
}

function describePhase(phase: PinnedPhase): readonly string[] {
  const { maker, loop } = phase;
  const lines: string[] = [];
  if (maker === null) lines.push('judges only');
  else {
    const result = maker.output.type === 'text' ? 'the change itself' : maker.output.name;
    lines.push(
      `${maker.agent} follows ${maker.instructions.name}, ${maker.writes ? 'changes files' : 'reads only'}, result: ${result}`,
    );
  }
  if (phase.when !== null) lines.push(`only when ${describeCondition(phase.when)}`);
  if (phase.checks.length > 0) lines.push(`checks (${levelOfGate.checks}): ${phase.checks.join(', ')}`);
  for (const what of phase.leftOut ?? []) lines.push(`left out: ${what}`);
  if (phase.breaker !== undefined) {
    const { agent, judge, rounds } = phase.breaker;
    lines.push(
      `breaker (${levelOfGate.breaker}): ${agent}, its cases judged by ${judge.agent}, at most ${rounds === 1 ? 'one round' : `${rounds} rounds`}`,
    );
  }
  if (phase.reviews.length > 0)
    lines.push(
      `reviews (${levelOfGate.reviews}): ${phase.reviews.map(({ id, agent }) => `${id} (${agent})`).join(', ')}`,
    );
  if (phase.approval) lines.push(`a person approves (${levelOfGate.approval})`);
  if (loop.to !== phase.id) lines.push(`findings go back to ${loop.to}, at most ${times(loop.max)}`);
  else if (maker !== null) lines.push(`at most ${phase.attempts === 1 ? 'one attempt' : `${phase.attempts} attempts`}`);
  return lines;
}

/** A condition in words: `triage.size is medium or large and triage.risk is not low`. */
export function describeCondition(condition: Condition): string {
  return Object.entries(condition)
    .map(([address, wanted]) => {
      const isExclusion = typeof wanted === 'object' && !Array.isArray(wanted);
      const listed = isExclusion ? wanted.not : wanted;
      const values = (Array.isArray(listed) ? listed : [listed]).map(String);
      return `${address} ${isExclusion ? 'is not' : 'is'} ${values.join(' or ')}`;
    })
    .join(' and ');
}

/** The same pipeline as a Mermaid flow chart; ends with a line break. Ids and texts are escaped for Mermaid. */
export function drawPipeline(pipeline: PinnedPipeline): string {
  const { phases } = pipeline;
  const nodes = phases.map((phase, index) => `  ${nodeId(index)}["${escapeLabel(labelOf(phase))}"]`);
  const forward = phases.map(
    (_, index) => `  ${nodeId(index)} --> ${index + 1 < phases.length ? nodeId(index + 1) : 'landed'}`,
  );
  const skips = phases.flatMap((phase, index) => {
    if (phase.when === null) return [];
    const before = index === 0 ? 'start' : nodeId(index - 1);
    const after = index + 1 < phases.length ? nodeId(index + 1) : 'landed';
    return [`  ${before} -. "unless ${escapeLabel(describeCondition(phase.when))}" .-> ${after}`];
  });
  const loops = phases.flatMap((phase, index) => {
    const target = phases.findIndex(({ id }) => id === phase.loop.to);
    if (target === -1 || !hasGate(phase)) return [];
    return [`  ${nodeId(index)} -- "findings, at most ${times(phase.loop.max)}" --> ${nodeId(target)}`];
  });
  const ends = ['  start(["work item"]) --> p0', `  landed(["lands on ${escapeLabel(pipeline.target)}"])`];
  return [`flowchart TD`, ...ends, ...nodes, ...forward, ...skips, ...loops, ''].join('\n');
}

function hasGate({ checks, breaker, reviews, approval }: PinnedPhase): boolean {
  return checks.length > 0 || breaker !== undefined || reviews.length > 0 || approval;
}

/** Never the phase’s own id: `end` and others are words of Mermaid. */
function nodeId(index: number): string {
  return `p${index}`;
}

function labelOf(phase: PinnedPhase): string {
  const gates = [
    ...(phase.checks.length === 0 ? [] : [`checks: ${phase.checks.join(', ')}`]),
    ...(phase.breaker === undefined ? [] : ['breaker']),
    ...(phase.reviews.length === 0
      ? []
      : [phase.reviews.length === 1 ? '1 reviewer' : `${phase.reviews.length} reviewers`]),
    ...(phase.approval ? ['approval'] : []),
  ];
  return [phase.id, ...gates].join('\n');
}

function escapeLabel(text: string): string {
  return text
    .replaceAll('#', '#35;')
    .replaceAll('"', '#quot;')
    .replaceAll('<', '#lt;')
    .replaceAll('>', '#gt;')
    .replaceAll('\n', '<br/>');
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
