/** What reviewers said of changes whose truth is known, kept for each project. */
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { PinnedPipeline, PinnedReviewer } from '../../model/pipeline.ts';
import type { Trial } from '../../verify/panel.ts';

const SavedTrial = z.strictObject({
  at: z.iso.datetime(),
  /** The commit whose change was shown. */
  commit: z.string(),
  /** What was planted; `null`: nothing was. */
  fault: z.strictObject({ kind: z.string(), path: z.string(), line: z.number().int() }).nullable(),
  votes: z.record(z.string(), z.enum(['fail', 'pass'])),
});
export type SavedTrial = z.infer<typeof SavedTrial>;

/** A reviewer that follows other instructions, or asks another model, is another one. */
export function keyOf({ id, instructions, agent, sees }: PinnedReviewer, { agents }: PinnedPipeline): string {
  return [id, instructions.hash.slice(0, 12), agent, agents[agent]?.model ?? '', sees ?? 'all'].join(' ');
}

/** What was shown, by its name; shown again, each reviewer's first word counts: the same change is no new evidence. */
export async function readTrials(file: string): Promise<ReadonlyMap<string, Trial>> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const trials = new Map<string, Trial>();
  for (const line of text.split('\n')) {
    // The last line may be half a one, after a kill.
    const saved = SavedTrial.safeParse(parse(line));
    if (!saved.success) continue;
    const name = nameTrial(saved.data.commit, saved.data.fault);
    const votes = new Map([...Object.entries(saved.data.votes), ...(trials.get(name)?.votes ?? [])]);
    trials.set(name, { isDefect: saved.data.fault !== null, votes });
  }
  return trials;
}

export function nameTrial(commit: string, fault: SavedTrial['fault']): string {
  return fault === null ? commit : `${commit} ${fault.kind} ${fault.path}:${fault.line}`;
}

export async function saveTrial(file: string, trial: SavedTrial): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  // On a line of its own, whatever a kill has left before it.
  await appendFile(file, `\n${JSON.stringify(trial)}\n`, { mode: 0o600 });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
