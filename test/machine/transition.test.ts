import { describe, expect, test } from 'vitest';
import { commitOf, pipelineHash } from './world.ts';
import { fail, pass, phase, pipelineOf, reviewer, tell } from './run.ts';

describe('a phase', () => {
  test('a failed check asks for another attempt with its output', () => {
    const story = tell(pipelineOf([phase('build', { checks: ['test'] })]));
    story.succeed(2);
    story.check({ test: 'failed' });
    const next = story.awaited('attempt');
    expect(next.number).toBe(2);
    expect(next.start).toBe(commitOf(2));
    expect(next.base).toBe(commitOf(1));
    expect(next.feedback[0]).toMatchObject({ source: 'check', from: 'test' });
    expect(next.feedback[0]?.text).toContain('output of test');
    expect(next.tried).toEqual([{ attempt: 'build#1', result: 'check test failed' }]);
  });

  test('a check that gave no result has not passed', () => {
    const story = tell(pipelineOf([phase('build', { checks: ['test', 'types'] })]));
    story.succeed(2);
    story.check({ types: 'passed' });
    expect(story.awaited('attempt').feedback.map(({ from }) => from)).toEqual(['test']);
  });

  test('the same failure three times in a row pauses the item with its reason', () => {
    const story = tell(pipelineOf([phase('build', { checks: ['test'], attempts: 9, loop: { to: 'build', max: 9 } })]));
    for (const commit of [2, 3]) {
      story.succeed(commit);
      expect(story.check({ test: 'failed' }).status).toBe('queued');
    }
    story.succeed(4);
    const state = story.check({ test: 'failed' });
    expect(state).toMatchObject({ status: 'paused', reason: { code: 'same-failure' } });
    expect(state.awaiting).toEqual({});
  });

  test('different failures use up the attempts and then pause', () => {
    const story = tell(pipelineOf([phase('build', { checks: ['test'], attempts: 2 })]));
    story.succeed(2);
    story.check({ test: 'failed' }, 'one');
    story.succeed(3);
    expect(story.check({ test: 'failed' }, 'two')).toMatchObject({
      status: 'paused',
      reason: { code: 'attempts-exhausted' },
    });
  });

  test('an agent that says done and changed nothing is told so', () => {
    const story = tell(pipelineOf([phase('build')]));
    story.attempt({ type: 'unchanged', summary: 'all done' });
    expect(story.awaited('attempt').feedback[0]?.text).toContain('no file had changed');
  });

  test('a result that does not fit gets one fresh session, then the item pauses', () => {
    const story = tell(pipelineOf([phase('build')]));
    story.attempt({ type: 'malformed', problems: ['/size is missing'] });
    expect(story.awaited('attempt').feedback[0]?.text).toContain('/size is missing');
    expect(story.attempt({ type: 'malformed', problems: ['prose'] })).toMatchObject({
      status: 'paused',
      reason: { code: 'malformed' },
    });
  });

  test('refused credentials pause at once: trying again would not help', () => {
    const story = tell(pipelineOf([phase('build')]));
    expect(story.attempt({ type: 'unauthorized', detail: '401' })).toMatchObject({
      status: 'paused',
      reason: { code: 'unauthorized' },
    });
  });

  test('a rate limit parks until the time that was stated and charges no attempt', () => {
    const story = tell(pipelineOf([phase('build', { attempts: 1 })]));
    const state = story.attempt({ type: 'rate-limited', detail: 'slow down', resetsAt: '2026-01-01T05:00:00.000Z' });
    expect(state).toMatchObject({ status: 'parked', reason: { code: 'rate-limited' } });
    const timer = story.awaited('timer');
    expect(timer.dueAt).toBe('2026-01-01T05:00:00.000Z');
    expect(story.append({ type: 'timer-fired', effect: timer.id }).status).toBe('queued');
    story.succeed(2);
    expect(story.awaited('land').commit).toBe(commitOf(2));
  });

  test('an outage is not waited out for ever', () => {
    const story = tell(pipelineOf([phase('build')]));
    for (let n = 0; n < 12; n += 1) {
      expect(story.attempt({ type: 'unreachable', detail: 'refused' }).status).toBe('parked');
      story.append({ type: 'timer-fired', effect: story.awaited('timer').id });
    }
    expect(story.attempt({ type: 'unreachable', detail: 'refused' })).toMatchObject({
      status: 'paused',
      reason: { code: 'unreachable' },
    });
  });

  test('a condition skips a phase by a structured result, and a missing value skips nothing', () => {
    const phases = [
      phase('triage', { maker: { ...phase('x').maker!, writes: false } }),
      phase('design', { when: { 'triage.size': ['large'] } }),
      phase('build'),
    ];
    const small = tell(pipelineOf(phases));
    small.attempt({
      type: 'succeeded',
      commit: commitOf(1),
      changed: false,
      result: null,
      facts: { size: 'small' },
      summary: '',
    });
    expect(small.awaited('attempt').phase).toBe('build');
    const silent = tell(pipelineOf(phases));
    silent.attempt({ type: 'succeeded', commit: commitOf(1), changed: false, result: null, facts: {}, summary: '' });
    expect(silent.awaited('attempt').phase).toBe('design');
  });
});

describe('reviews', () => {
  const reviewed = pipelineOf([
    phase('build', { checks: ['test'] }),
    phase('review', { maker: null, reviews: [reviewer('security'), reviewer('tests')], loop: { to: 'build', max: 2 } }),
  ]);

  test('all reviewers start together, and the fold waits for the last one', () => {
    const story = tell(reviewed);
    story.succeed(2);
    story.check({ test: 'passed' });
    expect(story.all('review')).toHaveLength(2);
    story.review('security', fail('leaks the token'));
    expect(story.all('attempt')).toHaveLength(0);
    story.review('tests', pass);
    const next = story.awaited('attempt');
    expect(next.phase).toBe('build');
    expect(next.feedback).toEqual([expect.objectContaining({ source: 'review', from: 'security' })]);
  });

  test('a pass with a blocker in it is not a pass', () => {
    const story = tell(reviewed);
    story.succeed(2);
    story.check({ test: 'passed' });
    story.review('security', {
      type: 'reviewed',
      review: {
        verdict: 'pass',
        findings: [{ severity: 'blocker', title: 't', file: null, line: null, evidence: 'e' }],
      },
    });
    story.review('tests', pass);
    expect(story.awaited('attempt').phase).toBe('build');
  });

  test('after rework checks and reviews are asked again on the new commit', () => {
    const story = tell(reviewed);
    story.succeed(2);
    story.check({ test: 'passed' });
    story.review('security', fail('leaks the token'));
    story.review('tests', pass);
    story.succeed(3);
    expect(story.awaited('checks').commit).toBe(commitOf(3));
    story.check({ test: 'passed' });
    expect(story.all('review').map((effect) => 'commit' in effect && effect.commit)).toEqual([
      commitOf(3),
      commitOf(3),
    ]);
  });

  test('a reviewer that gives no verdict twice pauses the item and is no pass', () => {
    const story = tell(reviewed);
    story.succeed(2);
    story.check({ test: 'passed' });
    story.review('tests', pass);
    expect(story.review('security', { type: 'crashed', exitCode: 1, detail: '' }).status).toBe('queued');
    expect(story.review('security', { type: 'malformed', problems: ['prose'] })).toMatchObject({
      status: 'paused',
      reason: { code: 'review-missing' },
    });
  });
});

describe('gates', () => {
  const gated = pipelineOf([phase('build', { checks: ['test'], approval: true })]);

  test('an open gate awaits nothing and holds no place', () => {
    const story = tell(gated);
    story.succeed(2);
    const state = story.check({ test: 'passed' });
    expect(state).toMatchObject({ status: 'waiting', awaiting: {}, gate: { type: 'approval', commit: commitOf(2) } });
  });

  test('a rejection is input to the next attempt, charges none, and the checks run before the gate asks again', () => {
    const story = tell(pipelineOf([phase('build', { checks: ['test'], approval: true, attempts: 1 })]));
    story.succeed(2);
    const { gate } = story.check({ test: 'passed' });
    story.append({ type: 'rejected', gate: gate!.id, by: 'ann', reason: 'use commas' });
    expect(story.awaited('attempt').feedback).toEqual([{ source: 'person', from: 'ann', text: 'use commas' }]);
    story.succeed(3);
    expect(story.awaited('checks').commit).toBe(commitOf(3));
    expect(story.check({ test: 'passed' }).gate?.commit).toBe(commitOf(3));
  });

  test('an approval of an earlier candidate opens nothing', () => {
    const story = tell(gated);
    story.succeed(2);
    const old = story.check({ test: 'passed' }).gate!;
    story.append({ type: 'rejected', gate: old.id, by: 'ann', reason: 'no' });
    story.succeed(3);
    story.check({ test: 'passed' });
    expect(story.append({ type: 'approved', gate: old.id, by: 'ann', note: null }).status).toBe('waiting');
  });

  test('no-change-needed is for a person to accept, and then nothing lands', () => {
    const story = tell(pipelineOf([phase('build', { checks: ['test'] })]));
    const { gate, status } = story.attempt({ type: 'no-change-needed', reason: 'it is there' });
    expect(status).toBe('waiting');
    expect(story.append({ type: 'approved', gate: gate!.id, by: 'ann', note: null })).toMatchObject({
      status: 'landed',
      landed: { commit: commitOf(1), delivery: null },
    });
  });

  test('a question is answered into the next attempt', () => {
    const story = tell(pipelineOf([phase('build')]));
    const { gate } = story.attempt({ type: 'question', question: 'comma or semicolon?', options: [] });
    story.append({ type: 'answered', gate: gate!.id, by: 'ann', answer: 'comma' });
    expect(story.awaited('attempt').feedback[0]?.text).toContain('comma');
  });
});

describe('landing', () => {
  test('a rebase that keeps the patch asks the checks again, not the reviewers', () => {
    const story = tell(pipelineOf([phase('build', { checks: ['test'], reviews: [reviewer('tests')] })]));
    story.succeed(2);
    story.check({ test: 'passed' });
    story.review('tests', pass);
    story.append({
      type: 'rebased',
      effect: story.awaited('land').id,
      commit: commitOf(4),
      base: commitOf(3),
      samePatch: true,
    });
    expect(story.awaited('checks').commit).toBe(commitOf(4));
    expect(story.check({ test: 'passed' }).awaiting).toHaveProperty(['MW-1:1/land/land-2']);
  });

  test('a rebase that changed the patch asks the reviewers again too', () => {
    const story = tell(pipelineOf([phase('build', { checks: ['test'], reviews: [reviewer('tests')] })]));
    story.succeed(2);
    story.check({ test: 'passed' });
    story.review('tests', pass);
    story.append({
      type: 'rebased',
      effect: story.awaited('land').id,
      commit: commitOf(4),
      base: commitOf(3),
      samePatch: false,
    });
    story.check({ test: 'passed' });
    expect(story.awaited('review').commit).toBe(commitOf(4));
  });

  test('a conflict goes to the last maker, on the new base, with the files that hold markers', () => {
    const story = tell(pipelineOf([phase('build')]));
    story.succeed(2);
    story.append({
      type: 'land-conflicted',
      effect: story.awaited('land').id,
      commit: commitOf(9),
      base: commitOf(8),
      files: ['a.ts'],
    });
    expect(story.awaited('attempt')).toMatchObject({
      phase: 'build',
      base: commitOf(8),
      start: commitOf(9),
      conflicts: ['a.ts'],
    });
    expect(story.state().landing).toBe(false);
  });

  test('a later phase that changes files makes an earlier phase’s checks run again before landing', () => {
    const story = tell(pipelineOf([phase('build', { checks: ['test'] }), phase('docs')]));
    story.succeed(2);
    story.check({ test: 'passed' });
    story.succeed(3);
    expect(story.all('land')).toHaveLength(0);
    expect(story.awaited('checks').commit).toBe(commitOf(3));
    story.check({ test: 'passed' });
    expect(story.awaited('land').commit).toBe(commitOf(3));
  });

  test('a run that changed nothing does not land', () => {
    const story = tell(pipelineOf([phase('build')]));
    expect(
      story.attempt({ type: 'succeeded', commit: commitOf(1), changed: false, result: null, facts: {}, summary: '' }),
    ).toMatchObject({
      status: 'paused',
      reason: { code: 'nothing-to-land' },
    });
  });
});

describe('the run as a whole', () => {
  test('a retry starts the next run, and results of the old one match nothing', () => {
    const story = tell(pipelineOf([phase('build')]));
    const old = story.awaited('attempt').id;
    story.append({ type: 'retry-requested', by: 'ann', phase: null, feedback: [] });
    const before = story.state();
    expect(
      story.append({
        type: 'attempt-finished',
        effect: old,
        outcome: { type: 'unchanged', summary: '' },
        usage: {
          inputTokens: null,
          outputTokens: null,
          cacheReadTokens: null,
          cacheWriteTokens: null,
          reasoningTokens: null,
          costMicroUsd: 5,
          model: null,
        },
        sessions: [],
      }),
    ).toEqual(before);
    expect(Object.keys(before.awaiting)).toEqual(['MW-1:2/run/prepare-1']);
  });

  test('a retry from a phase keeps what earlier phases produced', () => {
    const story = tell(pipelineOf([phase('spec'), phase('build')]));
    story.succeed(2);
    story.attempt({ type: 'unauthorized', detail: '' });
    story.append({ type: 'retry-requested', by: 'ann', phase: 'build', feedback: [] });
    story.append({
      type: 'prepared',
      effect: story.awaited('prepare').id,
      base: commitOf(7),
      pipeline: pipelineHash,
      grants: [],
    });
    expect(story.awaited('attempt')).toMatchObject({
      phase: 'build',
      start: commitOf(2),
      base: commitOf(1),
      number: 2,
    });
  });

  test('a lost worker means the same effect again, three times at most', () => {
    const story = tell(pipelineOf([phase('build')]));
    const { id } = story.awaited('attempt');
    for (const token of [1, 2, 3]) {
      story.append({ type: 'effect-started', effect: id, worker: 'w', token, reservedMicroUsd: 1_000_000 });
      story.append({ type: 'effect-lost', effect: id, token, why: 'silent' });
    }
    expect(story.state()).toMatchObject({ status: 'paused', reason: { code: 'worker-lost' } });
    // What the lost sessions had reserved may have been spent.
    expect(story.state().spending).toMatchObject({ unknownMicroUsd: 3_000_000, unknownSessions: 3, knownMicroUsd: 0 });
  });

  test('an event that the machine refuses pauses the item and names it', () => {
    const story = tell(pipelineOf([phase('build', { checks: ['test'] })]));
    story.succeed(2);
    const state = story.append({
      type: 'checks-finished',
      effect: story.awaited('checks').id,
      commit: commitOf(99),
      results: [],
    });
    expect(state).toMatchObject({ status: 'paused', reason: { code: 'machine-refused' } });
    expect(story.append({ type: 'retry-requested', by: 'ann', phase: null, feedback: [] }).status).toBe('queued');
  });

  test('a held item goes on to take results, and says that a person holds it', () => {
    const story = tell(pipelineOf([phase('build')]));
    story.append({ type: 'pause-requested', by: 'ann', reason: 'lunch' });
    expect(story.state()).toMatchObject({ status: 'paused', reason: { code: 'held', text: 'paused by ann: lunch' } });
    story.succeed(2);
    expect(story.append({ type: 'resume-requested', by: 'ann' }).status).toBe('queued');
    expect(story.awaited('land').commit).toBe(commitOf(2));
  });

  test('a cancelled item awaits nothing and nothing moves it', () => {
    const story = tell(pipelineOf([phase('build')]));
    const state = story.append({ type: 'cancel-requested', by: 'ann', reason: 'not now' });
    expect(state).toMatchObject({ status: 'cancelled', awaiting: {}, reason: { text: 'cancelled by ann: not now' } });
    expect(story.append({ type: 'retry-requested', by: 'ann', phase: null, feedback: [] }).status).toBe('cancelled');
  });
});
