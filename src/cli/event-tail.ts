import type { JournalEvent } from '../model/event.ts';
import type { ItemState } from '../machine/state.ts';
import type { Store } from '../store/store.ts';

export interface EventTail {
  /** Reads on soon. */
  wake(): void;
  /** Reads to the end and stops. */
  close(): Promise<void>;
}

/** Hands on the journal's events in order, from now on. A reading that fails is told, and made up for by the next. */
export async function createEventTail(
  store: Store<ItemState>,
  onEvent: (event: JournalEvent) => void,
  onTrouble: (error: unknown) => void,
): Promise<EventTail> {
  let after = await store.lastSeq();
  let turn: Promise<void> = Promise.resolve();
  let waiting = false;
  const read = async () => {
    waiting = false;
    for (;;) {
      const events = await store.events({ afterSeq: after, limit: 500 });
      for (const event of events) onEvent(event);
      after = events.at(-1)?.seq ?? after;
      if (events.length < 500) return;
    }
  };
  return {
    wake() {
      if (waiting) return;
      waiting = true;
      turn = turn
        .then(() => new Promise<void>((resolve) => setTimeout(resolve, 20)))
        .then(read)
        .catch(onTrouble);
    },
    async close() {
      await turn;
      await read();
    },
  };
}
