/** A worker process for the tests that kill one: runs one session on the clone rung and prints how it ended. */
import { runSession } from '../../src/sandbox/session.ts';

const [directory = '', cwd = '', script = '', wallMs = ''] = process.argv.slice(2);
const end = await runSession({
  directory,
  enclosed: { argv: ['/bin/sh', '-c', script], env: { PATH: '/usr/bin:/bin' }, cwd },
  stdin: '',
  egress: null,
  wallMs: Number(wallMs),
  idleMs: null,
  watch: null,
  signal: new AbortController().signal,
});
console.log(JSON.stringify(end));
