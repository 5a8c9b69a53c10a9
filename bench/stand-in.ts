/**
 * The agent of every run: a shell script that waits as long as it is told, writes one file and notes when it began and
 * ended. The factory and the shell loop start the same one.
 */

/** bash, because it knows the time without starting a program for it. The note is one write, so that lines stay whole. */
export const standIn = `#!/bin/bash
began=$EPOCHREALTIME
read -r seconds <"$BENCH/seconds/$MW_ITEM"
[ "$seconds" = 0 ] || sleep "$seconds"
echo "$MW_ITEM $MW_PHASE $began" >"work/$MW_ITEM-$MW_PHASE"
echo "$MW_ITEM $MW_PHASE $began $EPOCHREALTIME" >>"$BENCH/agents.log"
`;

/** One run of the stand-in; times in milliseconds since 1970. */
export interface AgentRun {
  readonly item: string;
  readonly phase: string;
  readonly beganAt: number;
  readonly endedAt: number;
}

export function parseAgentLog(text: string): readonly AgentRun[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [item = '', phase = '', began, ended] = line.split(' ');
      return { item, phase, beganAt: Number(began) * 1_000, endedAt: Number(ended) * 1_000 };
    });
}

/** Milliseconds from the end of each agent to the beginning of the next one of the same item. */
export function gapsBetweenPhases(runs: readonly AgentRun[]): readonly number[] {
  const byItem = new Map<string, AgentRun[]>();
  for (const run of runs) byItem.set(run.item, [...(byItem.get(run.item) ?? []), run]);
  return [...byItem.values()].flatMap((own) => {
    const ordered = own.toSorted((a, b) => a.beganAt - b.beganAt);
    return ordered.slice(1).map((run, index) => run.beganAt - (ordered[index]?.endedAt ?? Number.NaN));
  });
}
