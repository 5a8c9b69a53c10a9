/** What an agent printed is kept byte for byte, and shown escaped. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launcher, openDesk, type Desk } from '../support/cli-desk.ts';
import { addItems, projectFiles } from '../support/cli-project.ts';

const maker = `echo done > "$MW_ITEM.txt"; printf 'caf\\351 \\377\\000\\033[31m end\\n'`;

let desk: Desk;
beforeAll(() => {
  desk = openDesk(projectFiles({ maker }));
});
afterAll(() => desk.close());

it('gives back the bytes of a stream that is no UTF-8', async () => {
  const [id = ''] = await addItems(desk, [{ title: 'Bytes', body: 'act: good' }]);
  expect(await desk.mw(['run', id])).toMatchObject({ code: 0 });
  const raw = execFileSync(process.execPath, [launcher, 'logs', id, '--raw'], { cwd: desk.repository, env: desk.env });
  expect(raw.toString('latin1')).toBe('caf\u00e9 \u00ff\0\u001b[31m end\n');
  const shown = await desk.mw(['logs', id]);
  expect(shown.stdout).not.toContain('\u001b');
});
