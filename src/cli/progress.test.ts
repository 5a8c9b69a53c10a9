import { expect, test } from 'vitest';
import type { ItemRow } from '../insight/item-row.ts';
import { exitCode, type ExitCode } from '../model/user-error.ts';
import type { Output } from './output.ts';
import { createProgress } from './progress.ts';

const day = "Stopped at the project's budget of the day, limits.dayUsd.";
const session = 'Stopped at a bound of this session, --max-cost or --max-items.';

function row(reasonCode: string): ItemRow {
  const about = {
    id: 'MW-1',
    project: 'shop-0a1b2c3d',
    key: null,
    title: 'One',
    phase: null,
    next: '',
    branch: null,
    costMicroUsd: 0,
  };
  return { ...about, state: 'queued', reason: 'not yet', reasonCode };
}

/** What the summary says of limits, when items were left with these reasons. */
function limitsSaid(reasons: readonly string[], code: ExitCode = exitCode.budget): readonly string[] {
  const said: string[] = [];
  const nothing = (): void => undefined;
  const output: Output = {
    columns: null,
    rows: null,
    line: (text) => void said.push(text),
    json: nothing,
    jsonLine: nothing,
    talk: nothing,
    tone: (_, text) => text,
    block: nothing,
  };
  createProgress(output, { quiet: true }).summary(reasons.map(row), code);
  return said.filter((line) => line.startsWith('Stopped'));
}

test.each([
  ['the budget of the day, and what comes after it', ['day-budget', 'dependency'], [day]],
  ['a bound of the session, without which a factory would go on', ['no-worker', 'dependency'], [session]],
  ['both, for items of two projects', ['day-budget', 'no-worker'], [day, session]],
])('names what the session stopped at: %s', (_, reasons, lines) => {
  expect(limitsSaid(reasons)).toEqual(lines);
});

test('names no limit when none was reached', () => {
  expect(limitsSaid(['day-budget', 'no-worker'], exitCode.notAccepted)).toEqual([]);
});
