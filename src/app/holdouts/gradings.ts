/** Where hold-outs are run outside any work item: a folder for each run, named after its process. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { killSessions } from '../../steps/workplace.ts';
import type { Home } from '../../store/home.ts';
import { namesIn } from './place.ts';

/** What gradings left whose process is gone: their sessions are ended first. */
export async function sweepGradings(home: Home): Promise<void> {
  for (const name of await namesIn(gradings(home))) {
    const pid = Number.parseInt(name, 10);
    if (!isAlive(pid)) await endGrading(join(gradings(home), name));
  }
}

export async function endGrading(scratch: string): Promise<void> {
  await killSessions(join(scratch, 'sessions'));
  await rm(scratch, { recursive: true, force: true });
}

export function gradings({ root }: Home): string {
  return join(root, 'grading');
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
