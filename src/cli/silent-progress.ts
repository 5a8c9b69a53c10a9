import type { Progress } from './progress.ts';

/** For programs, which read the result alone. */
export const silentProgress: Progress = {
  event: () => undefined,
  stands: () => undefined,
  schedule: () => undefined,
  trouble: () => undefined,
  summary: () => undefined,
  close: () => undefined,
};
