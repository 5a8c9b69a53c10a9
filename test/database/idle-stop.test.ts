import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { markUsed } from '../../src/store/postgres/layout.ts';
import { serverStatus } from '../../src/store/postgres/supervisor.ts';
import { idleStopperOf, isAlive, makeMigrations, planHome, readServerRecord, waitFor } from './homes.ts';

const migrations = await makeMigrations('create table note (text text not null)');
const idleStopMs = 900;

describe('a server that nobody uses', () => {
  test('stops by itself, but not while anybody is connected; the next use starts it', async () => {
    const home = await planHome();
    const database = await openDatabase({ home, migrations, idleStopMs });
    const alone = await database.connect();
    await database.pool.query(`insert into note values ('kept')`);
    await database.close();
    const stopper = await idleStopperOf(home);
    const { postmaster } = await readServerRecord(home);
    const { rows } = await alone.query<{ alive: boolean }>('select true as alive from pg_sleep($1)', [
      (idleStopMs * 1.7) / 1_000,
    ]);
    expect(rows).toEqual([{ alive: true }]);
    expect(await serverStatus(home)).toMatchObject({ type: 'running', pid: postmaster.pid });

    // Uses between two looks of the stopper leave a file.
    await alone.end();
    const until = performance.now() + idleStopMs * 1.5;
    await waitFor('time passes', idleStopMs * 3, async () => {
      await markUsed((await readServerRecord(home)).socketFolder);
      return performance.now() > until;
    });
    expect(await serverStatus(home)).toMatchObject({ type: 'running', pid: postmaster.pid });

    await waitFor('the server stops', 10_000, async () => (await serverStatus(home)).type === 'stopped');
    await waitFor('its stopper ends', 5_000, () => !isAlive(stopper));

    const again = await openDatabase({ home, migrations });
    expect((await again.pool.query('select text from note')).rows).toEqual([{ text: 'kept' }]);
    await again.close();
  });

  test('takes its stopper along when it is killed, even while somebody leaves signs of use', async () => {
    const home = await planHome();
    await (await openDatabase({ home, migrations, idleStopMs })).close();
    const stopper = await idleStopperOf(home);
    const { postmaster, socketFolder } = await readServerRecord(home);
    process.kill(postmaster.pid, 'SIGKILL');
    const ended = async () => {
      await markUsed(socketFolder);
      return isAlive(stopper);
    };
    await expect.poll(ended, { timeout: 5_000 }).toBe(false);
  });
});
