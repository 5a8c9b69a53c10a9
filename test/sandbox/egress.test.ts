import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEgressProxy, type EgressEntry } from '../../src/sandbox/egress/proxy.ts';
import { parseRule } from '../../src/sandbox/egress/endpoint.ts';
import { readSessionOutput, runSession } from '../../src/sandbox/session.ts';
import { makePlace, shell, until, type Place } from './support.ts';

let allowed: Server;
let denied: Server;

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function startServer(): Promise<Server> {
  const server = createServer((request: IncomingMessage, answer) => {
    void text(request).then((body) => answer.end(`${request.method} ${request.url} ${request.headers.host} ${body}`));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

beforeEach(async () => {
  [allowed, denied] = await Promise.all([startServer(), startServer()]);
});

afterEach(() => {
  for (const server of [allowed, denied]) {
    server.closeAllConnections();
    server.close();
  }
});

describe('the way out of a bubblewrap session', () => {
  async function runInside(place: Place, script: string, loopback: readonly string[] = []): Promise<string> {
    const socket = join(place.folder, 'egress.sock');
    const end = await runSession(
      shell(place, 'bubblewrap', script, {
        walls: { egressSocket: socket, loopback },
        egress: { socket, allow: [`127.0.0.1:${portOf(allowed)}`, `localhost:${portOf(allowed)}`] },
      }),
    );
    const { stdout, stderr } = await readSessionOutput(place.session);
    expect(end, stderr).toMatchObject({ type: 'exited', exitCode: 0 });
    return stdout;
  }

  function readLog(place: Place): string[] {
    return readFileSync(join(place.session, 'egress.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => {
        const { host, port, verdict, why } = JSON.parse(line) as EgressEntry;
        return `${verdict} ${host}:${port} ${why}`;
      });
  }

  it('reaches the listed port by proxy and by tunnel, no other, and every attempt is in the log', async () => {
    const place = makePlace();
    const [yes, no] = [portOf(allowed), portOf(denied)];
    const fetch = (url: string, options = '') =>
      `curl -s --noproxy "" -m 5 -o out -w '%{http_code} ' ${options} ${url}; cat out; echo;`;
    const output = await runInside(
      place,
      [
        fetch(`http://127.0.0.1:${yes}/plain`, '-d body'),
        fetch(`http://127.0.0.1:${yes}/tunnel`, '-p'),
        fetch(`http://127.0.0.1:${no}/plain`),
        `curl -s --noproxy "" -p -m 5 http://127.0.0.1:${no}/; echo "tunnel $?";`,
        fetch(`http://169.254.169.254/`),
        `curl -s --noproxy "*" -m 5 http://127.0.0.1:${yes}/; echo "direct $?"; true`,
      ].join('\n'),
    );
    const lines = output
      .trim()
      .split('\n')
      .filter((line) => line !== '');
    expect(lines[0]).toBe(`200 POST /plain 127.0.0.1:${yes} body`);
    expect(lines[1]).toBe(`200 GET /tunnel 127.0.0.1:${yes} `);
    expect(lines[2]).toMatch(/^403 millwright: .* \(not-allowed\)/);
    expect(lines[3]).toMatch(/^tunnel (56|7)$/);
    expect(lines[4]).toMatch(/^403 /);
    expect(lines[5]).toBe('direct 7');
    expect(readLog(place)).toEqual([
      `allowed 127.0.0.1:${yes} listed`,
      `allowed 127.0.0.1:${yes} listed`,
      `refused 127.0.0.1:${no} not-allowed`,
      `refused 127.0.0.1:${no} not-allowed`,
      'refused 169.254.169.254:80 not-allowed',
    ]);
  });

  it('shows a listed loopback endpoint at the same address, as if it were there', async () => {
    const place = makePlace();
    const [yes, no] = [portOf(allowed), portOf(denied)];
    const output = await runInside(
      place,
      `curl -s http://127.0.0.1:${yes}/direct; echo; curl -s -m 5 http://127.0.0.1:${no}/; echo "$?"`,
      [`localhost:${yes}`, `127.0.0.1:${no}`],
    );
    const [first, second] = output.trim().split('\n');
    expect(first).toBe(`GET /direct 127.0.0.1:${yes} `);
    // The relay listens there too, but the proxy refuses the port: an empty reply or a reset.
    expect(second).toMatch(/^(52|56)$/);
  });

  it('passes exit codes and signals of the program through the relay', async () => {
    const run = async (script: string) => {
      const place = makePlace();
      const socket = join(place.folder, 'egress.sock');
      return runSession(
        shell(place, 'bubblewrap', script, { walls: { egressSocket: socket }, egress: { socket, allow: [] } }),
      );
    };
    expect(await Promise.all([run('exit 42'), run('kill -TERM $$'), run('exec no-such-program')])).toEqual([
      expect.objectContaining({ type: 'exited', exitCode: 42 }),
      expect.objectContaining({ type: 'exited', exitCode: 143 }),
      expect.objectContaining({ type: 'exited', exitCode: 127 }),
    ]);
  });

  it('ends with its session, and only its owner may use its socket', async () => {
    const place = makePlace();
    const socket = join(place.folder, 'egress.sock');
    const running = runSession(shell(place, 'clone', 'touch ready; sleep 0.5', { egress: { socket, allow: [] } }));
    await until('the program runs', () => existsSync(join(place.work, 'ready')));
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    await running;
    const probe = connect(socket);
    const [error] = (await once(probe, 'error')) as [NodeJS.ErrnoException];
    expect(['ECONNREFUSED', 'ENOENT']).toContain(error.code);
  });
});

describe('the proxy itself', () => {
  const entries: EgressEntry[] = [];
  let proxy: Server;

  beforeEach(async () => {
    entries.length = 0;
    const rules = [`127.0.0.1:${portOf(allowed)}`].map(parseRule).filter((rule) => rule !== null);
    proxy = createEgressProxy({
      rules,
      resolve: async () => [],
      now: () => new Date(0),
      log: (entry) => entries.push(entry),
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
  });

  afterEach(() => {
    proxy.closeAllConnections();
    proxy.close();
  });

  /** Sends bytes as they are and gives back everything that comes. */
  async function send(request: string): Promise<string> {
    const socket = connect(portOf(proxy), '127.0.0.1');
    // Not ended from here: a client that hangs up is not answered.
    socket.write(request);
    return text(socket);
  }

  it('answers a request that is in order', async () => {
    const target = `127.0.0.1:${portOf(allowed)}`;
    expect(await send(`GET http://${target}/x?y=1 HTTP/1.1\r\nHost: ${target}\r\nConnection: close\r\n\r\n`)).toContain(
      `GET /x?y=1 ${target}`,
    );
    expect(entries.map(({ verdict }) => verdict)).toEqual(['allowed']);
  });

  it.each([
    [
      'a Host header that names another place',
      (target: string) => `GET http://${target}/ HTTP/1.1\r\nHost: other.com\r\n\r\n`,
    ],
    [
      'two Host headers',
      (target: string) => `GET http://${target}/ HTTP/1.1\r\nHost: ${target}\r\nHost: ${target}\r\n\r\n`,
    ],
    [
      'a user name in the address',
      (target: string) => `GET http://${target}@other.com/ HTTP/1.1\r\nHost: ${target}\r\n\r\n`,
    ],
    [
      'a decimal spelling',
      (target: string) => `CONNECT 2130706433:${target.split(':')[1]} HTTP/1.1\r\nHost: ${target}\r\n\r\n`,
    ],
    [
      'an IPv6 form of the same address',
      (target: string) => `CONNECT [::ffff:127.0.0.1]:${target.split(':')[1]} HTTP/1.1\r\nHost: ${target}\r\n\r\n`,
    ],
    ['a path instead of an address', () => 'GET / HTTP/1.1\r\nHost: a.com\r\n\r\n'],
    ['another scheme', (target: string) => `GET ftp://${target}/ HTTP/1.1\r\nHost: ${target}\r\n\r\n`],
  ])('refuses %s, and logs it', async (_, request) => {
    const answer = await send(request(`127.0.0.1:${portOf(allowed)}`));
    expect(answer).toMatch(/^HTTP\/1\.1 40[03] /);
    expect(entries.map(({ verdict }) => verdict)).toEqual(['refused']);
  });

  it.each([
    'GET http://a.com\0.b.com/ HTTP/1.1\r\nHost: a.com\r\n\r\n',
    'CONNECT a.com\r:80 HTTP/1.1\r\n\r\n',
    'CONNECT a.com:80\n HTTP/1.1\r\n\r\n',
  ])('does not let control characters through: %j', async (request) => {
    expect(await send(request)).not.toMatch(/^HTTP\/1\.1 200/);
    expect(entries.map(({ verdict, why }) => `${verdict} ${why}`)).toEqual(['refused malformed']);
  });
});
