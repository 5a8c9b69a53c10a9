/** The store on PostgreSQL. One statement where one will do: a phase's overhead is counted in round trips. */
import type { PoolClient } from 'pg';
import { PinnedPipeline } from '../model/pipeline.ts';
import type { Database } from './database.ts';
import { effectRowChange } from './effect-rows.ts';
import { readFactory } from './postgres-factory.ts';
import { readItems } from './postgres-items.ts';
import type { LockedItem, NewEvent, Spend, Store, StoredState, StoreTransaction } from './store.ts';

export const channel = 'millwright';

/** A store on an open database. It does not close the database. */
export function createPostgresStore<S extends StoredState>(database: Database): Store<S> {
  const { pool } = database;
  const pipelines = new Map<string, PinnedPipeline>();

  async function pipeline(hash: string, client: Pick<PoolClient, 'query'> = pool): Promise<PinnedPipeline | null> {
    const known = pipelines.get(hash);
    if (known !== undefined) return known;
    const { rows } = await client.query<{ body: unknown }>('select body from pipeline where hash = $1', [hash]);
    if (rows[0] === undefined) return null;
    const pinned = PinnedPipeline.parse(rows[0].body);
    pipelines.set(hash, pinned);
    return pinned;
  }

  async function transact<T>(work: (tx: StoreTransaction<S>) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    const hints: (() => void)[] = [];
    let broken: Error | undefined;
    try {
      await client.query('begin');
      const result = await work(createTransaction(client, (hash) => pipeline(hash, client), hints));
      await client.query('commit');
      for (const hint of hints) hint();
      return result;
    } catch (error) {
      broken = await rollBack(client, error);
      throw error;
    } finally {
      client.release(broken);
    }
  }

  return {
    transact,
    pipeline,
    ...readFactory(pool),
    async addItems(count, project, build) {
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        await client.query('begin');
        const { rows } = await client.query<{ number: string; now: Date }>(
          `select nextval(pg_get_serial_sequence('item', 'number')) as number, now() as now from generate_series(1, $1)`,
          [count],
        );
        const built = build(
          rows.map(({ number }) => Number(number)).sort((a, b) => a - b),
          rows[0]?.now.toISOString() ?? '',
        );
        await insertItems(client, project, built);
        await client.query('commit');
      } catch (error) {
        broken = await rollBack(client, error);
        throw error;
      } finally {
        client.release(broken);
      }
    },
    async savePipeline(hash, pinned) {
      if (pipelines.has(hash)) return;
      await pool.query('insert into pipeline (hash, body) values ($1, $2) on conflict (hash) do nothing', [
        hash,
        JSON.stringify(pinned),
      ]);
    },
    ...readItems<S>(pool),
    async close() {},
  };
}

/** Undoes; a connection on which even that fails is thrown away by the pool. */
async function rollBack(client: PoolClient, cause: unknown): Promise<Error | undefined> {
  try {
    await client.query('rollback');
    return undefined;
  } catch (error) {
    return new Error('the connection is broken', { cause: error ?? cause });
  }
}

function createTransaction<S extends StoredState>(
  client: PoolClient,
  pipeline: (hash: string) => Promise<PinnedPipeline | null>,
  hints: (() => void)[],
): StoreTransaction<S> {
  let now = '';
  return {
    get now() {
      return now;
    },
    async lockItem(id) {
      const { rows } = await client.query<LockedItem<S> & { now: Date }>(
        'select version, state, now() as now from item where id = $1 for update',
        [id],
      );
      const row = rows[0];
      if (row === undefined) return null;
      now = row.now.toISOString();
      return { version: row.version, state: row.state };
    },
    pipeline,
    async insertEvent(event) {
      const { rowCount } = await client.query(
        `insert into event (item, n, id, type, body, machine, decided, at) values ($1, $2, $3, $4, $5, $6, $7, now()) on conflict (id) do nothing`,
        [event.item, event.n, event.id, event.body.type, JSON.stringify(event.body), event.machine, event.decided],
      );
      return rowCount === 1;
    },
    saveItem: (before, after, version, spend) => saveItem(client, before, after, version, spend),
    afterCommit(hint) {
      hints.push(hint);
    },
  };
}

async function saveItem(
  client: PoolClient,
  before: StoredState | null,
  after: StoredState,
  version: number,
  spend: Spend | null,
): Promise<void> {
  const { put, remove } = effectRowChange(before, after);
  const starts = put.filter(({ state, effect }) => state === 'running' && 'agent' in effect);
  await client.query(
    `with
       saved as (update item set status = $2, title = $3, version = $4, state = $5, updated_at = now() where id = $1),
       gone as (delete from effect where id = any($6)),
       rows as (
         insert into effect (id, item, type, state, worker, token, reserved, started_at)
         select e.id, $1, e.type, e.state, e.worker, e.token, e.reserved, case when e.state = 'running' then now() end
           from jsonb_to_recordset($7) as e (id text, type text, state text, worker text, token integer, reserved bigint)
         on conflict (id) do update set state = excluded.state, worker = excluded.worker, token = excluded.token,
           reserved = excluded.reserved, started_at = excluded.started_at),
       spent as (
         insert into spend (event, item, project, agent, at, micro_usd, known)
         select s.event, $1, $8, s.agent, now(), s.micro_usd, s.known
           from jsonb_to_recordset($9) as s (event text, agent text, micro_usd bigint, known boolean)),
       begun as (
         insert into session_start (effect, project, agent, at)
         select s.effect, $8, s.agent, now() from jsonb_to_recordset($10) as s (effect text, agent text)),
       -- Rates look back one minute. A start takes old rows along, a few, and none that another one is taking.
       old as (
         delete from session_start where ctid in (
           select ctid from session_start where $10::jsonb <> '[]' and at < now() - interval '1 hour'
            limit 20 for update skip locked))
     select pg_notify('${channel}', $1)`,
    [
      after.item.id,
      after.status,
      after.item.title,
      version,
      JSON.stringify(after),
      remove,
      JSON.stringify(
        put.map(({ effect, state, worker, token, reservedMicroUsd }) => ({
          id: effect.id,
          type: effect.type,
          state,
          worker,
          token,
          reserved: reservedMicroUsd,
        })),
      ),
      after.item.project,
      JSON.stringify(
        spend === null
          ? []
          : [{ event: spend.event, agent: spend.agent, micro_usd: spend.microUsd, known: spend.known }],
      ),
      JSON.stringify(
        starts.map(({ effect }) => ({ effect: effect.id, agent: (effect as { agent?: string }).agent ?? '' })),
      ),
    ],
  );
}

async function insertItems<S extends StoredState>(
  client: PoolClient,
  project: string,
  built: readonly { state: S; event: NewEvent }[],
): Promise<void> {
  await client.query(
    `insert into item (number, id, project, key, title, status, version, state) overriding system value
     select r.number, r.id, $1, r.key, r.title, r.status, 1, r.state
       from jsonb_to_recordset($2) as r (number integer, id text, key text, title text, status text, state jsonb)`,
    [
      project,
      JSON.stringify(
        built.map(({ state }) => ({
          number: Number(state.item.id.slice(3)),
          id: state.item.id,
          key: state.item.key,
          title: state.item.title,
          status: state.status,
          state,
        })),
      ),
    ],
  );
  await client.query(
    `insert into event (item, n, id, type, body, machine, decided, at)
     select r.item, r.n, r.id, r.type, r.body, r.machine, array(select jsonb_array_elements_text(r.decided)), now()
       from jsonb_to_recordset($1) as r (item text, n integer, id text, type text, body jsonb, machine integer, decided jsonb)`,
    [JSON.stringify(built.map(({ event }) => ({ ...event, type: event.body.type })))],
  );
  await client.query(
    `insert into effect (id, item, type, state)
     select r.id, r.item, r.type, 'wanted' from jsonb_to_recordset($1) as r (id text, item text, type text)`,
    [
      JSON.stringify(
        built.flatMap(({ state }) =>
          Object.values(state.awaiting).map(({ effect }) => ({ id: effect.id, item: effect.item, type: effect.type })),
        ),
      ),
    ],
  );
  await client.query(`select pg_notify('${channel}', 'items')`);
}
