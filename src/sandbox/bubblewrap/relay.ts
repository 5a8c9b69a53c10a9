/**
 * Runs inside the walls, where there is no network: gives the program a proxy on 127.0.0.1 and the listed loopback
 * endpoints, each piped into the unix socket of the session's egress proxy. Then it is the program's parent, passes
 * signals on and ends as the program ends. It stands alone: no import but Node's own modules.
 * Arguments: a JSON object, then the command.
 */
import { spawn } from 'node:child_process';
import { closeSync, writeSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { constants } from 'node:os';

interface LoopbackEndpoint {
  readonly host: string;
  readonly port: number;
  readonly target: string;
  readonly optional: boolean;
}

interface Settings {
  readonly socket: string;
  readonly proxyPort: number;
  /** `target` is asked of the proxy; an optional one may fail to be listened on. */
  readonly loopback: readonly LoopbackEndpoint[];
}

const [settingsText = '', command = '', ...args] = process.argv.slice(2);
const settings = JSON.parse(settingsText) as Settings;

function join(one: Socket, other: Socket): void {
  one.pipe(other);
  other.pipe(one);
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  }
}

function openUpstream(client: Socket): Socket {
  const upstream = connect({ path: settings.socket, allowHalfOpen: true });
  upstream.on('error', () => client.destroy());
  client.on('error', () => upstream.destroy());
  return upstream;
}

/** Asks for a tunnel, and joins the two once it stands; a refusal closes the connection. */
function openTunnel(client: Socket, target: string): void {
  const upstream = openUpstream(client);
  let head = Buffer.alloc(0);
  const read = (chunk: Buffer) => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0 && head.length < 16_384) return;
    upstream.off('data', read);
    if (end < 0 || !head.subarray(0, end).toString('latin1').startsWith('HTTP/1.1 200 ')) {
      client.destroy();
      upstream.destroy();
      return;
    }
    upstream.pause();
    client.write(head.subarray(end + 4));
    join(client, upstream);
  };
  upstream.on('data', read);
  upstream.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
}

function listen(host: string, port: number, serve: (client: Socket) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, serve);
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
}

function signalNumber(signal: NodeJS.Signals): number {
  return constants.signals[signal];
}

await Promise.all([
  listen('127.0.0.1', settings.proxyPort, (client) => join(client, openUpstream(client))),
  ...settings.loopback.map(async ({ host, port, target, optional }) => {
    await listen(host, port, (client) => openTunnel(client, target)).catch((error: unknown) => {
      if (!optional) throw error;
    });
  }),
]);
writeSync(4, '\n');
closeSync(4);

const child = spawn(command, args, { stdio: 'inherit' });
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGQUIT'] as const) {
  process.on(signal, () => child.kill(signal));
}
child.once('error', (error: NodeJS.ErrnoException) => {
  console.error(`${command}: ${error.message}`);
  process.exit(error.code === 'ENOENT' ? 127 : 126);
});
child.once('exit', (exitCode, signal) => process.exit(exitCode ?? 128 + (signal === null ? 0 : signalNumber(signal))));
