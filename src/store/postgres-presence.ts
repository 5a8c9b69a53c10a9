/**
 * A worker's standing connection. Its identity and the scheduler's place are session locks of PostgreSQL: a killed
 * process loses them with its connection, at once; a frozen one loses them when another worker fences it.
 */
import type { Client } from 'pg';
import type { Database } from './database.ts';
import { channel } from './postgres-store.ts';
import type { Presence, StoreSignal } from './store.ts';

const workerLocks = 0x4d57;
const schedulerLock = [0x4d58, 1] as const;
const maxWorkersPerHome = 64;
const retryLeadMs = 500;

interface JoinOptions {
  readonly homeId: string;
  readonly boot: string;
  readonly pid: number;
  /** Sessions and core work that it takes on at a time. */
  readonly sessions: number;
  readonly work: number;
}

/** Joins as the first free identity `HOME-1`, `HOME-2`, …: a restarted worker finds its own old effects under it. */
export async function joinPostgres(database: Database, options: JoinOptions): Promise<Presence> {
  const client = await database.connect();
  const listeners: ((signal: StoreSignal) => void)[] = [];
  const lossListeners: (() => void)[] = [];
  let alive = true;
  let leading = false;
  let triedAt = -Infinity;
  let leaving = false;
  const lose = () => {
    const wasAlive = alive;
    alive = false;
    leading = false;
    if (wasAlive && !leaving) for (const listener of lossListeners) listener();
  };
  client.on('error', lose);
  client.on('end', lose);
  client.on('notification', ({ payload, processId }) => {
    if (database.backends.has(processId) && payload !== 'factory') return;
    const signal = readSignal(payload ?? '');
    for (const listener of listeners) listener(signal);
  });
  const worker = await takeIdentity(client, options.homeId);
  await announceWorker(client, worker, options);

  return {
    worker,
    alive: () => alive,
    async leads() {
      if (leading || !alive) return leading;
      if (performance.now() - triedAt < retryLeadMs) return false;
      triedAt = performance.now();
      const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1, $2) as got', [
        ...schedulerLock,
      ]);
      leading = rows[0]?.got === true && alive;
      return leading;
    },
    async beat() {
      const { rowCount } = await client.query('update worker set beat_at = clock_timestamp() where id = $1', [worker]);
      // Another worker has taken this one for dead and given its effects away.
      if (rowCount === 0) lose();
    },
    async offer(sessions, work) {
      await client.query(
        `with offered as (update worker set sessions = $2, work = $3 where id = $1)
         select pg_notify('${channel}', 'factory')`,
        [worker, sessions, work],
      );
    },
    async fence(other) {
      await client.query(
        `with gone as (delete from worker where id = $1 returning backend)
         select pg_terminate_backend(backend) from gone where backend in (select pid from pg_stat_activity where datname = current_database())`,
        [other],
      );
    },
    onSignal(listener) {
      listeners.push(listener);
    },
    onLost(listener) {
      lossListeners.push(listener);
    },
    async leave() {
      leaving = true;
      // Without the row nothing waits for this worker's lease; a store that is gone has forgotten its locks anyway.
      if (alive) await client.query('delete from worker where id = $1', [worker]).catch(() => undefined);
      lose();
      await client.end();
    },
  };
}

async function announceWorker(
  client: Client,
  worker: string,
  { boot, pid, sessions, work }: JoinOptions,
): Promise<void> {
  await client.query(
    `insert into worker (id, boot, pid, backend, sessions, work, beat_at) values ($1, $2, $3, pg_backend_pid(), $4, $5, clock_timestamp())
     on conflict (id) do update set boot = excluded.boot, pid = excluded.pid, backend = excluded.backend,
       sessions = excluded.sessions, work = excluded.work, beat_at = excluded.beat_at`,
    [worker, boot, pid, sessions, work],
  );
  await client.query(`listen ${channel}`);
  await client.query(`select pg_notify('${channel}', 'factory')`);
}

/** Whether this worker works in this home, with its folders and sessions. */
export function isWorkerOf(homeId: string, worker: string): boolean {
  return worker.startsWith(`${homeId}-`);
}

async function takeIdentity(client: Client, homeId: string): Promise<string> {
  for (let n = 1; n <= maxWorkersPerHome; n += 1) {
    const id = `${homeId}-${n}`;
    const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1, hashtext($2)) as got', [
      workerLocks,
      id,
    ]);
    if (rows[0]?.got === true) return id;
  }
  throw new Error(`all ${maxWorkersPerHome} worker identities of this home are taken`);
}

function readSignal(payload: string): StoreSignal {
  if (payload.startsWith('MW-')) return { type: 'item', id: payload };
  return { type: payload === 'items' ? 'items' : 'factory' };
}
