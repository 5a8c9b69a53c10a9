/** The rounds of a matrix, for a person. */
import { kills, type RoundResult } from './lane.ts';

/** How many rounds of each kind, how long they took, and how soon the first agent ran after a kill. */
export function renderResults(results: readonly RoundResult[]): string {
  const lines = kills.map((kill) => {
    const mine = results.filter((result) => result.kill === kill);
    const agents = mine.flatMap(({ firstAgentMs, point }) =>
      firstAgentMs === null || !startsWithAgent(point) ? [] : [firstAgentMs],
    );
    const broken = mine.filter(({ violations }) => violations.length > 0).length;
    const first = agents.length === 0 ? '' : `  first agent p50 ${pad(median(agents))} ms of ${agents.length}`;
    const round = median(mine.map(({ tookMs }) => tookMs));
    return `${kill.padEnd(16)} ${pad(mine.length)} rounds  ${pad(broken)} broken  round p50 ${pad(round)} ms${first}`;
  });
  return lines.join('\n');
}

/** One line for each thing that does not hold; empty when everything does. */
export function renderViolations(results: readonly RoundResult[]): string {
  return results
    .flatMap(({ point, kill, rung, violations }) =>
      violations.map((text) => `${kill.padEnd(16)} ${point.padEnd(20)} ${rung.padEnd(10)} ${text}`),
    )
    .sort()
    .join('\n');
}

/** Points after which the next thing that a new worker does is to start an agent. */
function startsWithAgent(point: string): boolean {
  return point.startsWith('before-session');
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0);
}

function pad(value: number): string {
  return String(value).padStart(5);
}
