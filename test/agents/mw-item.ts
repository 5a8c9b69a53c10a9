/** An item as `mw show --json` prints it, with what sessions used and kept. */
import type { Usage } from '../../src/model/usage.ts';
import type { SessionRecord } from '../../src/model/session-record.ts';
import type { Desk } from '../support/cli-desk.ts';
import { mwJson, type ShownItem } from '../support/cli-project.ts';

export interface AgentAttempt {
  readonly address: string;
  readonly outcome: string;
  readonly text: string;
  /** When it ended. */
  readonly at: string;
  readonly costMicroUsd: number | null;
  readonly usage: Usage;
  readonly sessions: readonly SessionRecord[];
}

export interface AgentItem extends Omit<ShownItem, 'attempts'> {
  readonly attempts: readonly AgentAttempt[];
  readonly usage: Usage;
}

export function showAgentItem(desk: Desk, id: string): Promise<AgentItem> {
  return mwJson<AgentItem>(desk, ['show', id]);
}
