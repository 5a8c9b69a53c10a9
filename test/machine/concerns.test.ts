/** A change that may have bent its own checks: the maker first, then a person, and what a person's word holds for. */
import { describe, expect, test } from 'vitest';
import type { Concern } from '../../src/model/concern.ts';
import type { CheckResult, CriterionVerdict } from '../../src/model/outcome.ts';
import { commitOf } from './world.ts';
import { phase, pipelineOf, tell, type Story } from './run.ts';

const pipeline = pipelineOf([phase('build', { checks: ['test', 'guard'], attempts: 4 })], {
  checks: { test: { run: 'x', kind: 'test' }, guard: { kind: 'guard' } },
});

function concern(key: string, change: Partial<Concern> = {}): Concern {
  return { family: 'types-silenced', key: key.padEnd(16, '0'), path: 'a.ts', line: 3, says: 'the type any', ...change };
}

function judge(story: Story, concerns: readonly Concern[], test: CheckResult['status'] = 'passed') {
  const { id, commit } = story.awaited('checks');
  const result = (name: string, status: CheckResult['status']): CheckResult => ({
    name,
    kind: name === 'test' ? 'test' : 'guard',
    status,
    exitCode: null,
    tests: null,
    excerpt: `output of ${name}`,
    signature: `${name} ${concerns.map(({ path }) => path).join()}`,
    log: null,
    durationMs: 1,
    ...(name === 'guard' && concerns.length > 0 ? { concerns: [...concerns] } : {}),
  });
  const results = [result('test', test), result('guard', concerns.length === 0 ? 'passed' : 'failed')];
  return story.append({ type: 'checks-finished', effect: id, commit, results });
}

const approve = (story: Story) =>
  story.append({ type: 'approved', gate: story.state().gate?.id ?? '', by: 'Pat', note: null });

describe('a concern', () => {
  test('goes to the maker first, and to a person when the maker leaves it and all else passes', () => {
    const story = tell(pipeline);
    story.succeed(2);
    expect(judge(story, [concern('a')])).toMatchObject({ status: 'queued', gate: null });
    expect(story.awaited('attempt').feedback[0]).toMatchObject({ source: 'check', from: 'guard' });
    story.succeed(3);
    expect(judge(story, [concern('b')])).toMatchObject({
      status: 'waiting',
      gate: { type: 'concerns', commit: commitOf(3) },
      reason: { code: 'concerns', text: expect.stringContaining('a.ts:3: the type any (types-silenced)') as string },
    });
  });

  test('is insisted on, too, by a maker who changes nothing or says that nothing has to be', () => {
    for (const outcome of [
      { type: 'unchanged', summary: '' },
      { type: 'no-change-needed', reason: 'it is right' },
    ] as const) {
      const story = tell(pipeline);
      story.succeed(2);
      judge(story, [concern('a')]);
      expect(story.attempt(outcome)).toMatchObject({
        status: 'waiting',
        gate: { type: 'concerns', commit: commitOf(2) },
      });
    }
  });

  test('in another place is told to the maker before anybody is asked', () => {
    const story = tell(pipeline);
    story.succeed(2);
    judge(story, [concern('a')]);
    story.succeed(3);
    expect(judge(story, [concern('b', { path: 'b.ts' })])).toMatchObject({ status: 'queued', gate: null });
  });

  test('asks nobody while something else is wrong with the work', () => {
    const story = tell(pipeline);
    for (const commit of [2, 3]) {
      story.succeed(commit);
      expect(judge(story, [concern('a')], 'failed')).toMatchObject({ gate: null });
    }
  });
});

describe('a person’s word on concerns', () => {
  function asked(): Story {
    const story = tell(pipeline);
    for (const commit of [2, 3]) {
      story.succeed(commit);
      judge(story, [concern('a')]);
    }
    return story;
  }

  test('has the checks run again, with what was agreed to and nothing else', () => {
    const story = asked();
    approve(story);
    expect(story.awaited('checks')).toMatchObject({ commit: commitOf(3), allowed: [concern('a').key] });
    // The guard is asked again; what it finds beyond that is asked about anew.
    expect(judge(story, [concern('c', { path: 'c.ts' })])).toMatchObject({ status: 'queued', gate: null });
  });

  test('lands the work when nothing else is found', () => {
    const story = asked();
    approve(story);
    judge(story, []);
    expect(story.awaited('land')).toMatchObject({ commit: commitOf(3) });
  });

  test('sends it back when it is no, and uses up no attempt', () => {
    const story = asked();
    const before = story.state().phases['build']?.charged;
    story.append({ type: 'rejected', gate: story.state().gate?.id ?? '', by: 'Pat', reason: 'write the type' });
    expect(story.awaited('attempt').feedback).toEqual([{ source: 'person', from: 'Pat', text: 'write the type' }]);
    expect(story.state().phases['build']?.charged).toBe(before);
  });
});

describe('what is wanted against what a test asks', () => {
  test('is named as that, with both, when a test that passed was changed', () => {
    const story = tell(pipeline);
    for (const commit of [2, 3]) {
      story.succeed(commit);
      judge(story, [concern('a', { family: 'test-changed', path: 'a.test.ts', says: '"adds": passed before' })]);
    }
    const { reason } = story.state();
    expect(reason).toMatchObject({ code: 'spec-vs-test' });
    expect(reason?.text).toMatch(/^conflict: spec vs test\. Wanted: ".+"\..*\n.*a\.test\.ts.*"adds": passed before/s);
  });

  test('is named as that, with both, when the maker says so', () => {
    const story = tell(pipeline);
    const conflict = {
      type: 'spec-conflict',
      criterion: 'R1',
      test: 'a.test.ts "adds"',
      evidence: 'it wants 4',
    } as const;
    const { reason } = story.attempt(conflict);
    expect(reason).toMatchObject({ code: 'spec-vs-test' });
    expect(reason?.text).toBe('conflict: spec vs test. The spec: R1\nThe test: a.test.ts "adds"\nit wants 4');
    expect(tell(pipeline).attempt({ ...conflict, test: '' }).reason?.code).toBe('spec-conflict');
  });

  test('is what remains when tests of a criterion pass and its hold-out fails, attempt after attempt', () => {
    const story = tell(
      pipelineOf([phase('build', { checks: ['criteria'], attempts: 9, loop: { to: 'build', max: 9 } })], {
        checks: { criteria: { kind: 'criteria' } },
      }),
      [
        {
          id: 'sum/AC-1',
          action: 'implement',
          hash: '0'.repeat(16),
          text: 'Sums are right.',
          before: null,
          evidence: { type: 'test' },
        },
      ],
    );
    const verdict: CriterionVerdict = {
      id: 'sum/AC-1',
      type: 'passed',
      holdout: 'failed',
      tests: [{ name: 'sum/AC-1 adds', file: null, status: 'passed' }],
    };
    for (const commit of [2, 3, 4]) {
      story.succeed(commit);
      const { id } = story.awaited('checks');
      const result: CheckResult = {
        name: 'criteria',
        kind: 'criteria',
        status: 'failed',
        exitCode: null,
        tests: null,
        excerpt: 'a scenario that you cannot see failed',
        signature: 's',
        log: null,
        criteria: [verdict],
        durationMs: 0,
      };
      story.append({ type: 'checks-finished', effect: id, commit: commitOf(commit), results: [result] });
    }
    const { status, reason } = story.state();
    expect(status).toBe('paused');
    expect(reason?.code).toBe('spec-vs-test');
    expect(reason?.text).toContain('sum/AC-1: the tests that name it pass ("sum/AC-1 adds"), and the hold-out');
    expect(reason?.text).toContain('sum/AC-1: "Sums are right."');
  });
});

test('a new run tells its maker again before a person is asked', () => {
  const story = tell(pipeline);
  story.succeed(2);
  judge(story, [concern('a')]);
  story.append({ type: 'retry-requested', by: 'Pat', phase: null, feedback: [] });
  story.append({
    type: 'prepared',
    effect: story.awaited('prepare').id,
    base: commitOf(1),
    pipeline: story.state().pipeline ?? '',
    grants: [],
  });
  story.succeed(5);
  expect(judge(story, [concern('a')])).toMatchObject({ status: 'queued', gate: null });
});
