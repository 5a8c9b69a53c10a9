import { type Duration, durationMs } from '../model/config.ts';

const hourMs = 3_600_000;

/** Shorter, and an ordinary start of a process would be cut off; longer, and nobody would ever see the limit act. */
const saneHours = { idle: 24, session: 168, check: 24 } as const;
const leastMs = 100;

/** Why a duration cannot be meant as this limit, `null` when it can. */
export function findDurationFault(limit: keyof typeof saneHours, duration: Duration): string | null {
  const ms = durationMs(duration);
  if (ms >= leastMs && ms <= saneHours[limit] * hourMs) return null;
  return `${duration} is out of range: use ${leastMs}ms to ${saneHours[limit]}h`;
}
