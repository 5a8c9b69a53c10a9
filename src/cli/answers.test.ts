import { describe, expect, test } from 'vitest';
import type { Gate } from '../machine/state.ts';
import { composeAnswer } from './answers.ts';

const one: Gate = { id: 'g', type: 'question', phase: 'p', commit: null, text: 'Which?', options: ['red', 'blue'] };
const round: Gate = {
  ...one,
  options: [],
  round: [
    { question: 'Language?', options: ['English', 'German'], proposed: 'English' },
    { question: 'Limit?', options: [], proposed: '' },
  ],
};

describe('an answer', () => {
  test('is the words, or the option of that number', () => {
    expect(composeAnswer(one, ['green'], false)).toBe('green');
    expect(composeAnswer(one, ['2'], false)).toBe('blue');
    expect(() => composeAnswer(one, ['3'], false)).toThrow(/options 1 to 2, not 3/);
    expect(composeAnswer({ ...one, options: [] }, ['3'], false)).toBe('3');
  });

  test('of a round stands beside its question', () => {
    expect(composeAnswer(round, ['2', 'ten'], false)).toBe('1. Language?\n   German\n2. Limit?\n   ten');
  });

  test('may be left to the agent, who is to write it down', () => {
    const left = composeAnswer(round, ['1'], true);
    expect(left).toContain('1. Language?\n   English\n2. Limit?\n   Decide this yourself');
    expect(left).toContain('## Assumptions');
    expect(composeAnswer(round, ['-', '5'], false)).toContain('You proposed: English.');
  });

  test('that is missing, or one too many, is refused', () => {
    expect(() => composeAnswer(round, ['1'], false)).toThrow(/2 questions were asked, and 1 answered/);
    expect(() => composeAnswer(one, ['a', 'b'], false)).toThrow(/2 answers to one question/);
  });
});
