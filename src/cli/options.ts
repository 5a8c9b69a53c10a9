/** Options that several commands read in the same way. */
import { InvalidArgumentError } from 'commander';
import { durationMs, Duration } from '../model/config.ts';

export function parseCount(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('give a whole number from 1.');
  return value;
}

/** A share from 0 to 100. */
export function parsePercent(text: string): number {
  const value = Number(text.replace(/%$/, ''));
  if (text.trim() === '' || !Number.isFinite(value) || value < 0 || value > 100)
    throw new InvalidArgumentError('give a number from 0 to 100.');
  return value;
}

export function parseInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError('give a whole number.');
  return value;
}

/** US dollars to micro-USD. */
export function parseUsd(text: string): number {
  const value = Number(text.replace(/^\$/, ''));
  if (!Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('give an amount in US dollars, for example 2.50.');
  return Math.round(value * 1_000_000);
}

/** `8h`, `90s`, to milliseconds. */
export function parseDuration(text: string): number {
  const duration = Duration.safeParse(text);
  if (!duration.success) throw new InvalidArgumentError('write it as 90s, 10m or 8h.');
  return durationMs(duration.data);
}

/** `07:00`, to when it is that time next, in milliseconds since 1970. */
export function parseTimeOfDay(text: string): number {
  const match = /^([01]?[0-9]|2[0-3]):([0-5][0-9])$/.exec(text);
  if (match === null) throw new InvalidArgumentError('write it as 07:00.');
  const now = new Date();
  const then = new Date(now);
  then.setHours(Number(match[1]), Number(match[2]), 0, 0);
  if (then <= now) then.setDate(then.getDate() + 1);
  return then.getTime();
}

export function collect(value: string, previous: readonly string[] | undefined): string[] {
  return [
    ...(previous ?? []),
    ...value
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== ''),
  ];
}
