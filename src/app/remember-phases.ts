import { treeOf } from '../git/history.ts';
import type { ItemState } from '../machine/state.ts';
import type { EventOf } from '../model/event.ts';
import { saveReusable } from '../steps/reuse.ts';
import type { Home } from '../store/home.ts';
import type { Store } from '../store/store.ts';

/** Keeps what the last good attempt of each phase answered, by everything that had gone into it. */
export async function rememberPhases(store: Store<ItemState>, home: Home, item: string): Promise<void> {
  const found = await store.item(item);
  if (found === null) return;
  const project = home.project(found.state.item.project);
  const last = new Map<string, EventOf<'attempt-finished'>>();
  for (const { body } of await store.events({ item })) {
    if (body.type !== 'attempt-finished') continue;
    const [, phase = ''] = body.effect.split('/');
    last.set(phase, body);
  }
  for (const { effect, outcome } of last.values()) {
    // One that was reused is remembered already.
    if (outcome.type !== 'succeeded' || outcome.inputs === undefined || outcome.reusedFrom !== undefined) continue;
    const { inputs, commit, changed, result, facts, summary } = outcome;
    const tree = await treeOf(project.trusted, commit);
    await saveReusable(project.reusable, inputs, { version: 1, from: effect, tree, changed, result, facts, summary });
  }
}
