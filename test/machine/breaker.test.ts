/** A breaker's rounds: what it broke goes back with its cases, what it did not is not looked at for ever. */
import { describe, expect, test } from 'vitest';
import type { BreakOutcome, CaseVerdict } from '../../src/model/breaker.ts';
import type { EffectOf } from '../../src/model/effect.ts';
import { unknownUsage } from '../../src/model/usage.ts';
import { pass, phase, pipelineOf, reviewer, tell, type Story } from './run.ts';
import { breaker, commitOf, item, pipelineHash } from './world.ts';

const build = (rounds = 2) =>
  pipelineOf([phase('build', { checks: ['test'], breaker: breaker(rounds), reviews: [reviewer('tests')] })]);

function finish(story: Story, outcome: BreakOutcome): void {
  const usage = { ...unknownUsage, costMicroUsd: 0 };
  story.append({ type: 'break-finished', effect: story.awaited('break').id, outcome, usage, sessions: [] });
}

function tried(verdicts: Record<string, CaseVerdict>, commit: number, asked = true): BreakOutcome {
  const cases = Object.entries(verdicts).map(([path, verdict]) => ({ path, criteria: ['a/AC-1'], verdict, says: '' }));
  return { type: 'tried', cases, tried: [], asked, commit: commitOf(commit), excerpt: 'expected 0' };
}

function begin(rounds?: number): Story {
  const story = tell(build(rounds), item.criteria);
  story.succeed(2);
  story.check({ test: 'passed' });
  return story;
}

describe('a phase with a breaker', () => {
  test('asks it after the checks and before the reviewers', () => {
    const story = begin();
    expect(story.awaited('break')).toMatchObject({ asks: true, known: null, commit: commitOf(2), agent: 'reviewer' });
    expect(story.all('review')).toEqual([]);
    finish(story, tried({ 'a.test': 'held' }, 3));
    expect(story.state().head).toBe(commitOf(3));
    expect(story.awaited('checks').commit).toBe(commitOf(3));
    story.check({ test: 'passed' });
    expect(story.all('break')).toEqual([]);
    expect(story.awaited('review').commit).toBe(commitOf(3));
    story.review('tests', pass);
    expect(story.awaited('land').commit).toBe(commitOf(3));
  });

  test('does not ask it about work without criteria', () => {
    const story = tell(build());
    story.succeed(2);
    story.check({ test: 'passed' });
    expect(story.all('break')).toEqual([]);
    expect(story.awaited('review')).toBeTruthy();
  });

  test('sends back what it broke, with its cases in the candidate, and asks it again', () => {
    const story = begin();
    finish(story, tried({ 'a.test': 'broke', 'b.test': 'held', 'c.test': 'trivial' }, 3));
    const attempt = story.awaited('attempt');
    expect(attempt.start).toBe(commitOf(3));
    expect(attempt.contributors).toContain('MW-1/build.breaker#1');
    expect(attempt.feedback).toMatchObject([{ source: 'check', from: 'breaker' }]);
    expect(attempt.feedback[0]?.text).toContain('- a.test (a/AC-1)');
    expect(attempt.feedback[0]?.text).not.toContain('b.test');
    story.succeed(4);
    story.check({ test: 'passed' });
    const known = { commit: commitOf(3), paths: ['a.test', 'b.test'] };
    expect(story.awaited('break')).toMatchObject({ asks: true, known, commit: commitOf(4) });
  });

  test('asks for new cases as often as it is told to, and then runs those that it has', () => {
    const story = begin(1);
    finish(story, tried({ 'a.test': 'broke' }, 3));
    story.succeed(4);
    story.check({ test: 'passed' });
    expect(story.awaited('break')).toMatchObject({ asks: false });
    finish(story, tried({ 'a.test': 'held' }, 4, false));
    expect(story.awaited('review').commit).toBe(commitOf(4));
  });

  test('does not pay for another round once it broke nothing, and runs its cases on what comes later', () => {
    const story = begin(3);
    finish(story, tried({ 'a.test': 'held' }, 2));
    story.review('tests', { type: 'reviewed', review: { verdict: 'fail', findings: [] } });
    story.succeed(5);
    story.check({ test: 'passed' });
    expect(story.awaited('break')).toMatchObject({ asks: false, commit: commitOf(5) });
  });

  test('pauses when the same case fails three times', () => {
    const story = begin();
    for (const commit of [3, 4, 5]) {
      finish(story, tried({ 'a.test': 'broke' }, commit, commit === 3));
      if (story.state().stopped === null) {
        story.succeed(commit + 10);
        story.check({ test: 'passed' });
      }
    }
    expect(story.state()).toMatchObject({ status: 'paused', stopped: { code: 'same-failure' } });
  });
});

describe('a breaker’s word', () => {
  const retry = (phase: string) => ({ type: 'retry-requested' as const, phase, feedback: [], by: 'pat' });

  test('does not outlive the rules under which it was given', () => {
    const story = begin();
    finish(story, tried({ 'a.test': 'held' }, 2));
    story.review('tests', pass);
    story.append({ type: 'land-refused', effect: story.awaited('land').id, detail: 'x', next: 'x' });
    story.append(retry('land'));
    const effect = story.awaited('prepare').id;
    story.append({ type: 'prepared', effect, base: commitOf(1), pipeline: '8'.repeat(64), grants: [] });
    story.check({ test: 'passed' });
    expect(story.awaited('break')).toMatchObject({ asks: true, known: null });
  });

  test('does not outlive the work of which it was', () => {
    const story = begin();
    finish(story, tried({ 'a.test': 'held' }, 2));
    story.append(retry('build'));
    const effect = story.awaited('prepare').id;
    story.append({ type: 'prepared', effect, base: commitOf(1), pipeline: pipelineHash, grants: [] });
    story.succeed(7);
    story.check({ test: 'passed' });
    expect(story.awaited('break')).toMatchObject({ asks: true, known: null });
  });

  test('does not let two phases undo each other’s cases for ever', () => {
    const both = ['one', 'two'].map((id) => phase(id, { checks: ['test'], breaker: breaker(2) }));
    const story = tell(pipelineOf(both), item.criteria);
    for (let commit = 10; story.state().stopped === null && commit < 200; commit += 2) {
      if (story.all('attempt').length > 0) story.succeed(commit);
      else if (story.all('checks').length > 0) story.check({ test: 'passed' });
      // Each puts its own cases in the place of the other's.
      else finish(story, tried({ 'a.test': 'held' }, commit, story.awaited('break').asks));
    }
    expect(story.state()).toMatchObject({ status: 'paused', stopped: { code: 'cases-taken-away' } });
  });
});

describe('a breaker that tries nothing', () => {
  test('is told why, asked once more, and then a person is needed', () => {
    const story = begin();
    const none: BreakOutcome = {
      type: 'no-case',
      tried: [],
      cases: [{ path: 'a.test', criteria: [], verdict: 'no-criterion', says: 'write the id' }],
    };
    finish(story, none);
    const again: EffectOf<'break'> = story.awaited('break');
    expect(again.feedback[0]?.text).toContain('- a.test: no-criterion. write the id');
    finish(story, none);
    expect(story.state()).toMatchObject({ status: 'paused', stopped: { code: 'breaker-missing' } });
  });

  test('has not passed the work by crashing', () => {
    const story = begin();
    for (const exitCode of [1, 2]) finish(story, { type: 'crashed', exitCode, detail: 'x' });
    expect(story.state().stopped).toMatchObject({ code: 'breaker-missing' });
  });

  test('waits out a rate limit and goes on', () => {
    const story = begin();
    finish(story, { type: 'rate-limited', detail: 'x', resetsAt: null });
    expect(story.state().status).toBe('parked');
    story.append({ type: 'timer-fired', effect: story.awaited('timer').id });
    expect(story.awaited('break')).toMatchObject({ number: 2 });
  });
});
