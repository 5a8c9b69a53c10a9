import { readLines, readScenarioName } from './openspec-pieces.ts';

/** Names of scenarios that a requirement had and its new text has not; one that stood twice must stand twice again. */
export function findDroppedScenarios(before: string, after: string): readonly string[] {
  const left = new Map<string, number>();
  for (const name of readNames(after)) left.set(name, (left.get(name) ?? 0) + 1);
  return readNames(before).filter((name) => {
    const count = left.get(name) ?? 0;
    left.set(name, count - 1);
    return count <= 0;
  });
}

function readNames(block: string): readonly string[] {
  return readLines(block).flatMap((line) => readScenarioName(line) ?? []);
}
