/** One line of the table, and how each group of lines is measured. */
import { median } from './durations.ts';

export interface Row {
  readonly figure: string;
  readonly goal: string;
  /** Medians over the rounds, already in words. */
  readonly measured: string;
  readonly ratio: string;
  /** `null`: no goal was set, the line is there for comparison. */
  readonly reached: boolean | null;
}

export interface Figure {
  readonly name: string;
  /** Runs one round and keeps what it measured. Rounds of all figures are interleaved. */
  round(): Promise<void>;
  rows(): readonly Row[];
}

/** What several rounds measured, by name. */
export interface Samples {
  add(name: string, value: number): void;
  median(name: string): number;
  all(name: string): readonly number[];
}

export function createSamples(): Samples {
  const values = new Map<string, number[]>();
  const all = (name: string): readonly number[] => values.get(name) ?? [];
  return {
    add: (name, value) => void values.set(name, [...all(name), value]),
    median: (name) => median(all(name)),
    all,
  };
}

/** A value against a bound that it should not pass. */
export function bounded(figure: string, goal: string, value: number, most: number, measured: string, ratio = ''): Row {
  return { figure, goal, measured, ratio, reached: value <= most };
}

export function ms(value: number): string {
  return value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`;
}

export function times(value: number): string {
  return `${value.toFixed(2)} x`;
}
