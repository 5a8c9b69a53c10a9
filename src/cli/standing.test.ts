import { expect, test } from 'vitest';
import type { FactoryView } from '../machine/factory-view.ts';
import { createIdleTeller } from './standing.ts';

const busy = { items: [{}] } as unknown as FactoryView;
const idle = { items: [] as const } as unknown as FactoryView;

/** What is said at these looks, where the terminal has so many rows. */
function said(rows: number | null, looks: readonly FactoryView[]): readonly string[] {
  const lines: string[] = [];
  const tell = createIdleTeller({ rows, talk: (text) => void lines.push(text) });
  for (const look of looks) tell(look);
  return lines;
}

test('says once that there is no work, when there is none', () => {
  const line = 'Waiting for work; mw add in another terminal, Ctrl-C ends.';
  expect(said(24, [busy])).toEqual([]);
  expect(said(24, [idle, idle, busy, idle])).toEqual([line]);
});

test('says nothing of it where nobody sits at a terminal', () => {
  expect(said(null, [idle])).toEqual([]);
});
