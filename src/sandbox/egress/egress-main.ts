/**
 * The egress proxy of one session, a process of its own that lives as long as the session's wrapper.
 * Arguments: socket, log file, allow-list joined by commas, pid and start of the wrapper.
 * Prints `ready` and closes stdout once it listens; ends with 64 when an argument makes no sense.
 */
import { appendFileSync, chmodSync, closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { lookup } from 'node:dns/promises';
import { basename, dirname } from 'node:path';
import { parseRule } from './endpoint.ts';
import { createEgressProxy } from './proxy.ts';

const [socket = '', log = '', allow = '', pid = '', start = ''] = process.argv.slice(2);

function isWrapperAlive(): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] === start;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH') return false;
    throw error;
  }
}

async function resolveName(host: string): Promise<readonly string[]> {
  // A name without addresses and a resolver out of reach are the same to the caller: nothing to connect to.
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}

const rules = (allow === '' ? [] : allow.split(',')).map((line) => {
  const rule = parseRule(line);
  if (rule !== null) return rule;
  console.error(`not an endpoint: ${line}`);
  process.exit(64);
});

const server = createEgressProxy({
  rules,
  resolve: resolveName,
  now: () => new Date(),
  log: (entry) => appendFileSync(log, `${JSON.stringify(entry)}\n`, { mode: 0o600 }),
});
server.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
// The name of a unix socket holds about a hundred bytes; relative to its folder it always fits.
process.chdir(dirname(socket));
process.umask(0o177);
// A session that died with its machine has left its own.
rmSync(basename(socket), { force: true });
server.listen(basename(socket), () => {
  chmodSync(basename(socket), 0o600);
  writeSync(1, 'ready\n');
  // The wrapper reads until the end of stdout. Its number is taken again at once, so that no socket gets it.
  closeSync(1);
  openSync('/dev/null', 'w');
});
setInterval(() => {
  if (!isWrapperAlive()) process.exit(0);
}, 100);
