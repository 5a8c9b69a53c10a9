import { describe, expect, test } from 'vitest';
import { countVotes, minimum, seatPanel, standingOf, weighReviewer, type Trial, type Vote } from './panel.ts';

const names = ['a', 'b', 'c'];

/** `says` decides by the number of the trial. */
function trialsOf(count: number, isDefect: boolean, says: (reviewer: string, trial: number) => Vote): Trial[] {
  return Array.from({ length: count }, (_, trial) => ({
    isDefect,
    votes: new Map(names.map((name) => [name, says(name, trial)])),
  }));
}

const every =
  (n: number): ((reviewer: string, trial: number) => Vote) =>
  (_, trial) =>
    trial % n === 0 ? 'fail' : 'pass';

describe('one reviewer', () => {
  test('is measured by what it finds and what it raises for nothing', () => {
    const trials = [...trialsOf(40, true, every(2)), ...trialsOf(40, false, every(10))];
    const worth = weighReviewer('a', trials);
    expect(worth).toMatchObject({ hits: 20, defects: 40, falseAlarms: 4, sound: 40, alone: 0, isKnown: true });
    expect(worth.weights.fail).toBeGreaterThan(1);
    expect(worth.weights.pass).toBeLessThan(0);
  });

  test('is not known below a minimum, and then weighs as much as any other', () => {
    const few = trialsOf(minimum - 1, true, every(1));
    expect(weighReviewer('a', few)).toMatchObject({ isKnown: false, weights: weighReviewer('b', []).weights });
  });

  test('that fails everything weighs nothing', () => {
    const trials = [...trialsOf(60, true, every(1)), ...trialsOf(60, false, every(1))];
    expect(Math.abs(weighReviewer('a', trials).weights.fail)).toBeLessThan(0.01);
  });

  test('has what it alone has found', () => {
    const trials = trialsOf(30, true, (name, trial) => (name === 'a' && trial < 4 ? 'fail' : 'pass'));
    expect(weighReviewer('a', trials).alone).toBe(4);
    expect(weighReviewer('b', trials).alone).toBe(0);
  });
});

describe('a panel', () => {
  test('of reviewers that always agree is one vote', () => {
    expect(countVotes(names, trialsOf(60, true, every(2)))?.votes).toBeCloseTo(1);
  });

  test('of reviewers that miss each their own is as many votes', () => {
    const miss = (name: string, trial: number): Vote => (trial % 3 === names.indexOf(name) ? 'pass' : 'fail');
    expect(countVotes(names, trialsOf(60, true, miss))?.votes).toBeCloseTo(3);
  });

  test('of which too little is known has no number', () => {
    expect(countVotes(names, trialsOf(minimum - 1, true, every(2)))).toBeNull();
    expect(countVotes(['a'], trialsOf(60, true, every(2)))).toBeNull();
    // Sound changes say nothing of misses.
    expect(countVotes(names, trialsOf(60, false, every(2)))).toBeNull();
  });

  const trials = [...trialsOf(60, true, every(2)), ...trialsOf(60, false, every(20))];
  const panel = seatPanel(
    names.map((name) => weighReviewer(name, trials)),
    countVotes(names, trials),
  );

  test('is asked until nothing that the others may say changes its word', () => {
    expect(standingOf(panel, new Map()).settled).toBeNull();
    const all = new Map<string, Vote>(names.map((name) => [name, 'fail']));
    expect(standingOf(panel, all)).toMatchObject({ settled: 'fail' });
    expect(standingOf(panel, new Map(names.map((name) => [name, 'pass'])))).toMatchObject({ settled: 'pass' });
  });

  test('counts votes that go together as what they are', () => {
    const all = new Map<string, Vote>(names.map((name) => [name, 'fail']));
    const free = { ...panel, share: 1 };
    expect(standingOf(panel, all).percent).toBeLessThan(standingOf(free, all).percent);
  });
});
