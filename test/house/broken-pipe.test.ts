import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { launcher } from '../support/cli-desk.ts';

it('ends without a word when nobody reads its output any more, as in mw … | head', async () => {
  const child = spawn(process.execPath, [launcher, 'help', 'config'], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect({ code, said }).toEqual({ code: 0, said: '' });
});
