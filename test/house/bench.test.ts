import { describe, expect, it } from 'vitest';
import { createRandom, drawLogNormal, listSchedule, median, percentile } from '../../bench/durations.ts';
import { gapsBetweenPhases, parseAgentLog } from '../../bench/stand-in.ts';

describe('the list schedule', () => {
  it('gives each agent in turn to the slot that is free first', () => {
    expect(listSchedule([3, 1, 1, 1], 2)).toBe(3);
    expect(listSchedule([1, 1, 1, 3], 2)).toBe(4);
    expect(listSchedule([2, 2, 2], 4)).toBe(2);
  });

  it('is the sum with one slot', () => {
    expect(listSchedule([1, 2, 3], 1)).toBe(6);
  });
});

describe('durations', () => {
  it('are the same for the same seed, others for another', () => {
    expect(drawLogNormal(20, 1, 0.6, 1)).toEqual(drawLogNormal(20, 1, 0.6, 1));
    expect(drawLogNormal(20, 1, 0.6, 1)).not.toEqual(drawLogNormal(20, 1, 0.6, 2));
  });

  it('have the median that was asked for, and a long tail', () => {
    const many = drawLogNormal(20_000, 1, 0.6, 7);
    expect(median(many)).toBeCloseTo(1, 1);
    expect(percentile(many, 95)).toBeGreaterThan(2.4);
    expect(Math.min(...many)).toBeGreaterThan(0);
  });

  it('come from numbers that stay between 0 and 1', () => {
    const random = createRandom(3);
    const drawn = Array.from({ length: 10_000 }, random);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn)).toBeLessThan(1);
  });
});

describe('percentiles', () => {
  it('are values that occurred, by nearest rank', () => {
    expect(percentile([5, 1, 3], 50)).toBe(3);
    expect(percentile([1, 2, 3, 4], 50)).toBe(2);
    expect(percentile([1, 2, 3, 4], 99)).toBe(4);
    expect(() => median([])).toThrow('no values');
  });
});

describe('the agents’ own notes', () => {
  it('tell the pauses between the phases of one item, in the order of time', () => {
    const runs = parseAgentLog('MW-1 b 12.500 13.000\nMW-2 a 10.000 20.000\nMW-1 a 10.000 12.000\n');
    expect(gapsBetweenPhases(runs)).toEqual([500]);
  });
});
