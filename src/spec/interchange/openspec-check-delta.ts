/** Rules that a delta must keep by itself, whatever spec it is for. */
import { parseSpec } from '../parse-spec.ts';
import { isEmptyDelta, type Delta, type DeltaBlock, type Named } from './openspec-delta.ts';
import { foldName, readLines, readScenarioName } from './openspec-pieces.ts';
import { refusal, type Remark } from './remark.ts';

/** The delta's own remarks and every rule that it breaks, in the order of the file. */
export function checkDelta(delta: Delta): readonly Remark[] {
  const { added, modified, removed, renamed } = delta;
  if (isEmptyDelta(delta)) {
    return [
      ...delta.remarks,
      refusal('empty-delta', 1, 'it changes nothing', 'add ## ADDED, MODIFIED, REMOVED or RENAMED Requirements'),
    ];
  }
  return [
    ...delta.remarks,
    ...findTwice(added, 'ADDED'),
    ...findTwice(modified, 'MODIFIED'),
    ...findTwice(removed, 'REMOVED'),
    ...findTwice(
      renamed.map(({ from, line }) => ({ name: from, line })),
      'RENAMED as FROM',
    ),
    ...findTwice(
      renamed.map(({ to, line }) => ({ name: to, line })),
      'RENAMED as TO',
    ),
    ...findShared(modified, removed, 'MODIFIED', 'REMOVED'),
    ...findShared(modified, added, 'MODIFIED', 'ADDED'),
    ...findShared(added, removed, 'ADDED', 'REMOVED'),
    ...checkRenames(delta),
    ...[...added, ...modified].flatMap(checkBlock),
  ].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

function findTwice(named: readonly Named[], section: string): readonly Remark[] {
  const seen = new Map<string, number>();
  return named.flatMap(({ name, line }) => {
    const before = seen.get(name);
    if (before === undefined) seen.set(name, line);
    return before === undefined
      ? []
      : [refusal('twice', line, `"${name}" stands in ${section} already, on line ${before}`, 'keep one of them')];
  });
}

function findShared(some: readonly Named[], others: readonly Named[], a: string, b: string): readonly Remark[] {
  const lines = new Map(others.map(({ name, line }) => [name, line]));
  return some.flatMap(({ name, line }) => {
    const other = lines.get(name);
    if (other === undefined) return [];
    return [refusal('two-sections', line, `"${name}" stands in ${a} and, on line ${other}, in ${b}`, 'choose one')];
  });
}

function checkRenames({ added, modified, removed, renamed }: Delta): readonly Remark[] {
  const gone = new Set(removed.map(({ name }) => foldName(name)));
  const changed = new Set(modified.map(({ name }) => name));
  const fresh = new Set(added.map(({ name }) => name));
  return renamed.flatMap(({ from, to, line }) => [
    ...(gone.has(foldName(from))
      ? [refusal('two-sections', line, `"${from}" stands in RENAMED and in REMOVED`, 'choose one')]
      : []),
    ...(changed.has(from)
      ? [refusal('old-name', line, `MODIFIED calls it "${from}", which it is no longer called`, `write "${to}" there`)]
      : []),
    ...(fresh.has(to)
      ? [refusal('rename-onto', line, `"${to}" is ADDED too`, 'give one of the two another name')]
      : []),
  ]);
}

/** A requirement must say what it demands, and have a scenario that says something. */
function checkBlock({ name, line, text }: DeltaBlock): readonly Remark[] {
  const { requirements } = parseSpec('delta', `## Requirements\n${text}`);
  const says = requirements.some(({ statement, criteria }) => statement !== '' || criteria.length > 0);
  return [
    ...(says ? [] : [refusal('no-text', line, `"${name}" demands nothing`, 'write what the system SHALL do below it')]),
    ...(hasScenario(text)
      ? []
      : [refusal('no-scenario', line, `"${name}" has no scenario`, 'add "#### Scenario: NAME" with WHEN and THEN')]),
  ];
}

function hasScenario(text: string): boolean {
  let inside = false;
  for (const line of readLines(text)) {
    if (readScenarioName(line) !== null) inside = true;
    else if (inside && line.text.trim() !== '') return true;
  }
  return false;
}
