/** Reading items and their journals. */
import type { Pool } from 'pg';
import type { JournalEvent } from '../model/event.ts';
import type { ItemSnapshot, Store, StoredState } from './store.ts';

type ItemsPart<S extends StoredState> = Pick<
  Store<S>,
  'item' | 'snapshot' | 'items' | 'itemByKey' | 'events' | 'lastSeq'
>;

export function readItems<S extends StoredState>(pool: Pool): ItemsPart<S> {
  return {
    async item(id) {
      const { rows } = await pool.query<{ number: number; state: S }>('select number, state from item where id = $1', [
        id,
      ]);
      return rows[0] ?? null;
    },
    async snapshot(id) {
      // One statement sees one moment, whatever others commit while it runs.
      const { rows } = await pool.query<ItemSnapshot<S>>(
        `select version, state,
            (select coalesce(json_agg(json_build_object('seq', seq, 'item', event.item, 'n', n, 'id', event.id, 'body', body,
                             'machine', machine, 'decided', decided, 'at', at) order by seq), '[]')
               from event where event.item = item.id) as events,
            (select coalesce(json_agg(json_build_object('effect', effect.id, 'item', effect.item, 'token', token,
                             'worker', worker) order by effect.id), '[]')
               from effect where effect.item = item.id and effect.state = 'running') as running
           from item where id = $1`,
        [id],
      );
      const row = rows[0];
      if (row === undefined) return null;
      return { ...row, events: row.events.map((event) => ({ ...event, at: new Date(event.at).toISOString() })) };
    },
    async items({ ids, open, project }) {
      const { rows } = await pool.query<{ number: number; version: number; state: S }>(
        `select number, version, state from item
          where ($1::text[] is null or id = any($1))
            and (not $2::boolean or status not in ('landed', 'cancelled'))
            and ($3::text is null or project = $3)
          order by number`,
        [ids ?? null, open ?? false, project ?? null],
      );
      return rows;
    },
    async itemByKey(project, keys) {
      const { rows } = await pool.query<{ key: string; id: string }>(
        'select key, id from item where project = $1 and key = any($2)',
        [project, keys],
      );
      return new Map(rows.map(({ key, id }) => [key, id]));
    },
    async events({ item, afterSeq, limit }) {
      const { rows } = await pool.query<JournalEvent & { at: Date | string }>(
        `select seq, item, n, id, body, machine, decided, at from event
          where ($1::text is null or item = $1) and seq > $2 order by seq limit $3`,
        [item ?? null, afterSeq ?? 0, limit ?? null],
      );
      return rows.map((row) => ({ ...row, seq: Number(row.seq), at: new Date(row.at).toISOString() }));
    },
    async lastSeq() {
      const { rows } = await pool.query<{ seq: string | null }>('select max(seq) as seq from event');
      return Number(rows[0]?.seq ?? 0);
    },
  };
}
