/** Refolds every item's journal and holds it against what is stored: states, effect rows, decisions. */
import { isDeepStrictEqual } from 'node:util';
import { refold } from '../machine/fold.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import type { Factory } from './open-factory.ts';

export interface JournalCheck {
  readonly items: number;
  readonly events: number;
  /** Each names an item and what differs. */
  readonly problems: readonly string[];
}

/** All items, or those with these ids. */
export async function checkJournal({ store }: Factory, ids?: readonly string[]): Promise<JournalCheck> {
  const problems: string[] = [];
  const pipelines = new Map<string, PinnedPipeline | null>();
  const items = await store.items(ids === undefined ? {} : { ids });
  let events = 0;
  for (const { state: listed } of items) {
    const { id } = listed.item;
    // Workers may be writing: each item is judged as of one moment, which is later than the list.
    const snapshot = await store.snapshot(id);
    if (snapshot === null) throw new Error(`${id} is gone, and items never go`);
    const { state: stored, events: journal } = snapshot;
    const running = new Set(snapshot.running.map(({ effect, token }) => `${effect}#${token}`));
    events += journal.length;
    for (const { body } of journal) {
      if (body.type === 'prepared' && !pipelines.has(body.pipeline))
        pipelines.set(body.pipeline, await store.pipeline(body.pipeline));
    }
    const gap = journal.findIndex(({ n }, index) => n !== index + 1);
    if (gap >= 0) problems.push(`${id}: event ${gap + 1} is missing from its journal`);
    const { state, disagreements } = refold(journal, (hash) => pipelines.get(hash) ?? null);
    problems.push(...disagreements.map((each) => `${id}: ${each}`));
    if (!isDeepStrictEqual(JSON.parse(JSON.stringify(state)), JSON.parse(JSON.stringify(stored))))
      problems.push(`${id}: its journal folds to another state than the stored one`);
    for (const { effect, state: place, token } of Object.values(stored.awaiting)) {
      if (place === 'running' && !running.has(`${effect.id}#${token}`))
        problems.push(`${id}: ${effect.id} runs by its state, but has no such row`);
    }
  }
  return { items: items.length, events, problems };
}
