/** What the store knows of the factory as a whole: projects, workers, money over time. */
import type { Pool } from 'pg';
import type { Store, StoredLimits } from './store.ts';

type FactoryPart = Pick<
  Store,
  | 'project'
  | 'projects'
  | 'saveProject'
  | 'spentSince'
  | 'startsLastMinute'
  | 'workers'
  | 'running'
  | 'factory'
  | 'saveFactory'
  | 'now'
>;

export function readFactory(pool: Pool): FactoryPart {
  return {
    async project(id) {
      const { rows } = await pool.query<{
        id: string;
        path: string;
        target: string | null;
        limits: StoredLimits | null;
      }>('select id, path, target, limits from project where id = $1', [id]);
      return rows[0] ?? null;
    },
    async projects() {
      const { rows } = await pool.query<{
        id: string;
        path: string;
        target: string | null;
        limits: StoredLimits | null;
      }>('select id, path, target, limits from project order by id');
      return rows;
    },
    async saveProject({ id, path, target, limits }) {
      await pool.query(
        `with saved as (
           insert into project (id, path, target, limits) values ($1, $2, $3, $4)
           on conflict (id) do update set path = excluded.path, target = coalesce(excluded.target, project.target),
             limits = coalesce(excluded.limits, project.limits))
         select pg_notify('millwright', 'factory')`,
        [id, path, target, limits === null ? null : JSON.stringify(limits)],
      );
    },
    ...readMoney(pool),
    async workers() {
      const { rows } = await pool.query<{
        id: string;
        boot: string;
        pid: number;
        sessions: number;
        work: number;
        silent: string;
      }>(
        `select id, boot, pid, sessions, work, extract(epoch from clock_timestamp() - beat_at) * 1000 as silent from worker order by id`,
      );
      return rows.map(({ silent, ...row }) => ({ ...row, silentMs: Number(silent) }));
    },
    async running(worker) {
      const { rows } = await pool.query<{ effect: string; item: string; token: number; worker: string }>(
        `select id as effect, item, token, worker from effect where state = 'running' and ($1::text is null or worker = $1) order by id`,
        [worker ?? null],
      );
      return rows;
    },
    async factory() {
      const { rows } = await pool.query<{ paused_by: string | null; drain_asked: Date | null }>(
        'select paused_by, drain_asked from factory',
      );
      return { pausedBy: rows[0]?.paused_by ?? null, drainAskedAt: rows[0]?.drain_asked?.toISOString() ?? null };
    },
    async saveFactory({ pausedBy, drain }) {
      await pool.query(
        `with saved as (
           update factory set paused_by = case when $1 then $2 else paused_by end,
                              drain_asked = case when $3 then now() else drain_asked end)
         select pg_notify('millwright', 'factory')`,
        [pausedBy !== undefined, pausedBy ?? null, drain === true],
      );
    },
    async now() {
      const { rows } = await pool.query<{ now: Date }>('select now() as now');
      return (rows[0]?.now ?? new Date(0)).toISOString();
    },
  };
}

/** What was spent and started lately: what budgets and rates count. */
function readMoney(pool: Pool): Pick<Store, 'spentSince' | 'startsLastMinute'> {
  return {
    async spentSince(since) {
      const { rows } = await pool.query<{ project: string; sum: string }>(
        'select project, sum(micro_usd) as sum from spend where at >= $1 group by project',
        [since],
      );
      return new Map(rows.map(({ project, sum }) => [project, Number(sum)]));
    },
    async startsLastMinute() {
      const { rows } = await pool.query<{ key: string; count: string }>(
        `select project || '/' || agent as key, count(*) as count from session_start where at > now() - interval '1 minute' group by 1`,
      );
      return new Map(rows.map(({ key, count }) => [key, Number(count)]));
    },
  };
}
