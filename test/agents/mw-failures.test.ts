/** What becomes of an item when the model, its endpoint or the session fails, with the real CLIs under a running `mw up`. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fileAt, git, sessionProcesses, waitFor } from '../support/cli-desk.ts';
import { dialects } from './cli-dialects.ts';
import { canEnclose } from './enclose.ts';
import { whyNotInstalled } from './installed.ts';
import { openFailing, outcomes, workingWord, type CaseName, type FailingFactory } from './mw-failing.ts';
import type { AgentItem } from './mw-item.ts';
import { findLeftOver } from './wait-for.ts';

const everywhere: readonly CaseName[] = [
  'unauthorized',
  'rate-limited',
  'provider-failed',
  'overflow',
  'prose',
  'prose-once',
  'prose-session',
  'sneak',
  'honest',
  'conflict',
  'cancel',
  'down',
];

describe.each(dialects)('$name, failing under mw', (dialect) => {
  const missing = whyNotInstalled(dialect.name);
  /** Codex, inside our walls, refuses no tool: the walls do. */
  const refusesTools = dialect.name === 'claude-code';

  describe.skipIf(missing !== null || !canEnclose())(`in bubblewrap (${missing ?? 'installed'})`, () => {
    let factory: FailingFactory;
    let limited: AgentItem;
    let failed: AgentItem;
    beforeAll(async () => {
      factory = await openFailing(dialect, 'bubblewrap', refusesTools ? [...everywhere, 'denied'] : everywhere);
      const parked = async (name: CaseName) => {
        const item = await factory.until(name, 'parked');
        factory.mend(name);
        return item;
      };
      [limited, failed] = await Promise.all([parked('rate-limited'), parked('provider-failed')]);
    });
    afterAll(() => factory?.close());

    test('a refused key (401) pauses the item at once, without another attempt', async () => {
      const item = await factory.until('unauthorized', 'paused');
      expect(item.reasonCode).toBe('unauthorized');
      expect(item.reason).toContain('the model endpoint refused the credentials');
      expect(item.next).toContain(`mw retry ${item.id}`);
      expect(outcomes(item)).toEqual(['triage#1 unauthorized 1']);
    });

    test('a rate limit (429) parks the item until the time that the CLI states, else until one of ours', async () => {
      expect(limited.reasonCode).toBe('rate-limited');
      const dueAt = Date.parse(/^rate limit: .*; goes on at (\S+)$/s.exec(limited.reason)?.[1] ?? '');
      if (dialect.statesReset) expect(factory.statedResets()).toContain(dueAt);
      else expect(await factory.desk.mw(['retry', limited.id])).toMatchObject({ code: 0 });
      const landed = await factory.until('rate-limited', 'landed');
      expect(outcomes(landed).slice(0, 2)).toEqual(['triage#1 rate-limited 1', 'triage#2 succeeded 1']);
      const resumedAt = Date.parse(landed.attempts[1]?.at ?? '');
      expect(resumedAt >= dueAt).toBe(dialect.statesReset);
    });

    test('a failing provider (500) parks the item, and the timer takes it on to the landing', async () => {
      expect(failed.reasonCode).toBe('provider-failed');
      const dueAt = Date.parse(/^the model provider failed: .*; goes on at (\S+)$/s.exec(failed.reason)?.[1] ?? '');
      const landed = await factory.until('provider-failed', 'landed');
      expect(outcomes(landed).slice(0, 2)).toEqual(['triage#1 provider-failed 1', 'triage#2 succeeded 1']);
      expect(Date.parse(landed.attempts[1]?.at ?? '')).toBeGreaterThanOrEqual(dueAt);
    });

    test('an overflowing context is tried again within bounds, then pauses the item', async () => {
      const item = await factory.until('overflow', 'paused');
      expect(item.reasonCode).toBe('same-failure');
      expect(item.reason).toContain('the context window overflowed');
      expect(outcomes(item)).toEqual([1, 2, 3].map((attempt) => `triage#${attempt} context-overflow 1`));
    });

    test('prose instead of the schema is fed back in the same session', async () => {
      const item = await factory.until('prose-once', 'landed');
      expect(outcomes(item)[0]).toBe('triage#1 succeeded 2');
      const { stdout } = await factory.desk.mw(['logs', `${item.id}/triage#1`, '--prompt']);
      expect(stdout).toContain('Your result does not fit the required schema:\n- there is no JSON result');
    });

    test('prose again begins a fresh session, which is told', async () => {
      const item = await factory.until('prose-session', 'landed');
      expect(outcomes(item).slice(0, 2)).toEqual(['triage#1 malformed 2', 'triage#2 succeeded 1']);
    });

    test('prose in two fresh sessions pauses the item as malformed', async () => {
      const item = await factory.until('prose', 'paused');
      expect(item.reasonCode).toBe('malformed');
      expect(outcomes(item)).toEqual(['triage#1 malformed 2', 'triage#2 malformed 2']);
    });

    test('a phase that only reads changes nothing, whatever its session tries', async () => {
      const item = await factory.until('sneak', 'landed');
      expect(outcomes(item)[0]).toBe('triage#1 succeeded 1');
      const commit = item.landed?.commit ?? '';
      expect(git(factory.desk.repository, 'ls-tree', '-r', '--name-only', commit)).not.toContain('sneaked.txt');
      expect(fileAt(factory.desk.repository, commit, 'greeting-sneak.txt').toString()).toBe('hello\n');
    });

    test.skipIf(!refusesTools)('a refused tool without which there is no result is named', async () => {
      const item = await factory.until('denied', 'paused');
      expect(item.reasonCode).toBe('same-failure');
      expect(item.reason).toContain('a tool was refused: Write');
      expect(outcomes(item)).toEqual([1, 2, 3].map((attempt) => `triage#${attempt} denied 2`));
    });

    test('an honest "no change is needed" waits for a person', async () => {
      const item = await factory.until('honest', 'waiting');
      expect(item.reason).toContain('it says hello already');
      expect(outcomes(item).at(-1)).toBe('build#1 no-change-needed 1');
    });

    test('an honest "the request contradicts itself" is heard where the CLI holds its model to a schema', async () => {
      const item = await factory.until('conflict', 'paused');
      expect(item.reasonCode).toBe('spec-conflict');
      expect(item.reason).toContain('the licence forbids greetings');
      expect(outcomes(item)).toEqual(['triage#1 spec-conflict 1']);
    });

    test('an endpoint that nobody serves parks the item as unreachable', async () => {
      const item = await factory.until('down', 'parked');
      expect(item.reasonCode).toBe('unreachable');
      expect(outcomes(item)[0]).toBe('build#1 unreachable 1');
    });

    test('a cancelled item leaves no process of its session', async () => {
      const { desk, ids } = factory;
      // The red control of "none is left": its tool is seen while it runs.
      await waitFor('the agent works', 60_000, async () => (await findLeftOver(workingWord)).length > 0);
      expect(await desk.mw(['cancel', ids['cancel'] ?? ''])).toMatchObject({ code: 0 });
      await factory.until('cancel', 'cancelled');
      await waitFor('the session has gone', 10_000, async () => (await findLeftOver(workingWord)).length === 0);
    });

    test('a factory that is stopped leaves no process of any session', async () => {
      expect(await factory.desk.mw(['down', '--now'])).toMatchObject({ code: 0 });
      expect(sessionProcesses(factory.desk.home)).toEqual([]);
    });
  });

  describe.skipIf(missing !== null || !canEnclose())('in the clone rung', () => {
    let factory: FailingFactory;
    beforeAll(async () => {
      factory = await openFailing(dialect, 'clone', ['down']);
    });
    afterAll(() => factory?.close());

    test('an endpoint that nobody serves parks the item as unreachable, even if the CLI would wait for ever', async () => {
      const item = await factory.until('down', 'parked');
      expect(item.reasonCode).toBe('unreachable');
      expect(outcomes(item)[0]).toBe('build#1 unreachable 1');
      expect(item.attempts[0]?.sessions).toMatchObject([{ end: dialect.name === 'codex' ? 'timed-out' : 'exited' }]);
    });
  });
});
