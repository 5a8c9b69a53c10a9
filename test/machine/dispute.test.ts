/** A maker and its reviewers who do not agree: a person sees both sides. */
import { describe, expect, test } from 'vitest';
import { fail, pass, phase, pipelineOf, reviewer, tell, type Story } from './run.ts';
import { commitOf } from './world.ts';

const pipeline = pipelineOf([
  phase('build', { checks: ['test'] }),
  phase('review', { maker: null, reviews: [reviewer('security'), reviewer('tests')], loop: { to: 'build', max: 2 } }),
]);

function round(story: Story, commit: number): void {
  story.succeed(commit);
  story.check({ test: 'passed' });
  story.review('tests', pass);
  story.review('security', fail(`finding ${commit}`));
}

function decide(story: Story, type: 'approved' | 'rejected'): void {
  const gate = story.state().gate?.id ?? '';
  if (type === 'approved') story.append({ type, gate, by: 'pat', note: null });
  else story.append({ type, gate, by: 'pat', reason: 'check the length first' });
}

describe('a finding that the maker does not accept', () => {
  function insist(): Story {
    const story = tell(pipeline);
    round(story, 2);
    story.attempt({ type: 'no-change-needed', reason: 'the length is checked by the caller' });
    return story;
  }

  test('comes to a person with both sides', () => {
    const { gate, reason } = insist().state();
    expect(gate).toMatchObject({ type: 'dispute', phase: 'review', commit: commitOf(2), disputed: ['security'] });
    expect(gate?.text).toContain('security: major: finding 2');
    expect(gate?.text).toContain('The maker: the length is checked by the caller');
    expect(reason).toMatchObject({ code: 'dispute', next: 'mw approve MW-1, or mw reject MW-1 --reason "…"' });
  });

  test('lands as it is when the person lets it, and says whose word that was', () => {
    const story = insist();
    decide(story, 'approved');
    expect(story.awaited('land').commit).toBe(commitOf(2));
    expect(story.state().phases['review']?.reviews['security']).toMatchObject({ passed: true, overruledBy: 'pat' });
  });

  test('goes back with the person’s reason, and is judged anew', () => {
    const story = insist();
    decide(story, 'rejected');
    expect(story.awaited('attempt').feedback).toMatchObject([{ source: 'person', text: 'check the length first' }]);
    story.succeed(3);
    story.check({ test: 'passed' });
    expect(story.all('review')).toHaveLength(2);
  });

  test('is no dispute about another commit than the one that was judged', () => {
    const story = tell(pipeline);
    round(story, 2);
    story.succeed(3);
    story.check({ test: 'failed' });
    story.attempt({ type: 'no-change-needed', reason: 'it is there' });
    expect(story.state().gate?.type).toBe('no-change');
  });
});

describe('reviewers who are not content after as many rounds as there may be', () => {
  function exhaust(): Story {
    const story = tell(pipeline);
    for (const commit of [2, 3, 4]) round(story, commit);
    return story;
  }

  test('stop nothing for ever: a person decides', () => {
    const { gate, status } = exhaust().state();
    expect(status).toBe('waiting');
    expect(gate).toMatchObject({ type: 'dispute', phase: 'review', disputed: ['security'] });
    expect(gate?.text).toContain('as often as it may');
  });

  test('are asked again, with as many rounds as before, when the person wants it mended', () => {
    const story = exhaust();
    decide(story, 'rejected');
    for (const commit of [5, 6]) {
      round(story, commit);
      expect(story.state().gate).toBeNull();
    }
  });

  test('do not stop it when the person lets it pass', () => {
    const story = exhaust();
    decide(story, 'approved');
    expect(story.awaited('land').commit).toBe(commitOf(4));
  });
});
