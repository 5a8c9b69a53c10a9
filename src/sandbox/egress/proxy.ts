/**
 * The only way out of a sandbox: an HTTP proxy on a unix socket, default deny. It looks at names and addresses, not
 * into TLS: whoever is allowed to reach a host that serves many names can reach those too (domain fronting).
 */
import {
  createServer,
  request as sendRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { formatEndpoint, parseEndpoint, type Endpoint, type Rule } from './endpoint.ts';
import { judgeEndpoint, type Judgement, type Refusal, type Resolve } from './judge.ts';

/** One attempt, as it stands in egress.jsonl. `host` is what was asked for, as far as it could be read. */
export interface EgressEntry {
  readonly at: string;
  readonly host: string;
  readonly port: number | null;
  readonly verdict: 'allowed' | 'refused' | 'failed';
  readonly why: 'listed' | Refusal | 'malformed' | 'host-header' | 'unknown-host' | 'unreachable' | 'log-full';
}

export interface EgressOptions {
  readonly rules: readonly Rule[];
  readonly resolve: Resolve;
  readonly now: () => Date;
  /** Written before anything is sent. */
  readonly log: (entry: EgressEntry) => void;
}

type Why = EgressEntry['why'];
type Opened =
  | { readonly type: 'open'; readonly socket: Socket }
  | { readonly type: 'closed'; readonly status: 403 | 502; readonly why: Why };

const connectTimeoutMs = 15_000;
const maxConnections = 512;
/** A flood of attempts must not fill the disk; after this many every further one is refused. */
const maxEntries = 100_000;
/** Headers that belong to one hop. */
const hopHeaders = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** A server that is not listening yet. */
export function createEgressProxy(options: EgressOptions): Server {
  let entries = 0;
  const limited: EgressOptions = {
    ...options,
    log: (entry) => {
      entries += 1;
      if (entries < maxEntries) options.log(entry);
      else if (entries === maxEntries) options.log({ ...entry, verdict: 'refused', why: 'log-full' });
    },
  };
  const isFull = () => entries >= maxEntries;
  const server = createServer(
    { maxHeaderSize: 64 * 1024 },
    (incoming, answer) => void forward(limited, isFull, incoming, answer),
  );
  server.on(
    'connect',
    (incoming: IncomingMessage, client: Duplex, head: Buffer) => void tunnel(limited, isFull, incoming, client, head),
  );
  server.on('clientError', (error: NodeJS.ErrnoException, client) => {
    // Not HTTP, as opposed to a connection that broke.
    if (error.code?.startsWith('HPE_') === true) logMalformed(limited, '', 'malformed');
    if (client.writable) client.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    else client.destroy();
  });
  // Tunnels stay open as long as both ends want.
  server.requestTimeout = 0;
  server.maxConnections = maxConnections;
  return server;
}

/** Judges, logs and connects. Every attempt leaves exactly one entry. */
async function openWay(options: EgressOptions, isFull: () => boolean, endpoint: Endpoint): Promise<Opened> {
  const note = (verdict: EgressEntry['verdict'], why: Why) =>
    options.log({ at: options.now().toISOString(), host: endpoint.host, port: endpoint.port, verdict, why });
  const judgement: Judgement = isFull()
    ? { type: 'refused', why: 'not-allowed' }
    : await judgeEndpoint(endpoint, options.rules, options.resolve);
  switch (judgement.type) {
    case 'refused':
      note('refused', judgement.why);
      return { type: 'closed', status: 403, why: judgement.why };
    case 'unknown-host':
      note('failed', 'unknown-host');
      return { type: 'closed', status: 502, why: 'unknown-host' };
    case 'allowed': {
      for (const address of judgement.addresses) {
        const socket = await dial(address, endpoint.port);
        if (socket === null) continue;
        note('allowed', 'listed');
        return { type: 'open', socket };
      }
      note('failed', 'unreachable');
      return { type: 'closed', status: 502, why: 'unreachable' };
    }
  }
}

function dial(address: string, port: number): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, allowHalfOpen: true, noDelay: true });
    const fail = () => {
      socket.destroy();
      resolve(null);
    };
    socket.setTimeout(connectTimeoutMs, fail);
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}

function refusalText(endpoint: string, why: Why): string {
  return `millwright: ${endpoint} was not reached (${why}); the network of this session is limited to its allow-list.\n`;
}

function logMalformed(options: EgressOptions, asked: string, why: 'malformed' | 'host-header'): void {
  options.log({ at: options.now().toISOString(), host: asked.slice(0, 300), port: null, verdict: 'refused', why });
}

async function tunnel(
  options: EgressOptions,
  isFull: () => boolean,
  incoming: IncomingMessage,
  client: Duplex,
  head: Buffer,
): Promise<void> {
  client.on('error', () => client.destroy());
  const end = (status: string, text: string) =>
    client.end(
      `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
    );
  const endpoint = parseEndpoint(incoming.url ?? '');
  if (endpoint === null) {
    logMalformed(options, incoming.url ?? '', 'malformed');
    end('400 Bad Request', refusalText('that address', 'malformed'));
    return;
  }
  const way = await openWay(options, isFull, endpoint);
  if (way.type === 'closed') {
    end(way.status === 403 ? '403 Forbidden' : '502 Bad Gateway', refusalText(formatEndpoint(endpoint), way.why));
    return;
  }
  const { socket } = way;
  socket.on('error', () => client.destroy());
  socket.on('close', () => client.destroy());
  client.on('close', () => socket.destroy());
  client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
  socket.write(head);
  client.pipe(socket);
  socket.pipe(client);
}

/** `http://host[:port]/path`, read by ourselves first: URL would silently mend what must be refused. */
function readAbsolute(url: string): { readonly endpoint: Endpoint; readonly path: string } | null {
  const match = /^http:\/\/([^/?#]+)([/?][^#]*)?$/i.exec(url);
  if (match === null) return null;
  const authority = match[1] ?? '';
  const endpoint = parseEndpoint(/:[0-9]+$/.test(authority) ? authority : `${authority}:80`);
  const path = match[2] ?? '/';
  return endpoint === null ? null : { endpoint, path: path.startsWith('?') ? `/${path}` : path };
}

function hostAgrees(incoming: IncomingMessage, endpoint: Endpoint): boolean {
  const hosts = incoming.rawHeaders.filter(
    (_, at) => at % 2 === 1 && incoming.rawHeaders[at - 1]?.toLowerCase() === 'host',
  );
  if (hosts.length !== 1) return false;
  const [host = ''] = hosts;
  const named = parseEndpoint(/:[0-9]+$/.test(host) && !host.endsWith(']') ? host : `${host}:80`);
  return named !== null && named.host === endpoint.host && named.port === endpoint.port;
}

async function forward(
  options: EgressOptions,
  isFull: () => boolean,
  incoming: IncomingMessage,
  answer: ServerResponse,
): Promise<void> {
  const refuse = (status: number, text: string) =>
    answer.writeHead(status, { 'content-type': 'text/plain', connection: 'close' }).end(text);
  const target = readAbsolute(incoming.url ?? '');
  if (target === null) {
    logMalformed(options, incoming.url ?? '', 'malformed');
    refuse(400, refusalText('that address', 'malformed'));
    return;
  }
  const { endpoint, path } = target;
  if (!hostAgrees(incoming, endpoint)) {
    logMalformed(options, formatEndpoint(endpoint), 'host-header');
    refuse(400, refusalText(formatEndpoint(endpoint), 'host-header'));
    return;
  }
  const way = await openWay(options, isFull, endpoint);
  if (way.type === 'closed') {
    refuse(way.status, refusalText(formatEndpoint(endpoint), way.why));
    return;
  }
  const outgoing = sendRequest({
    createConnection: () => way.socket,
    method: incoming.method,
    path,
    headers: withoutHopHeaders(incoming),
    setHost: false,
  });
  outgoing.on('response', (response) => {
    answer.writeHead(response.statusCode ?? 502, withoutHopHeaders(response));
    response.on('error', () => answer.destroy());
    response.pipe(answer);
  });
  outgoing.on('error', () =>
    answer.headersSent ? answer.destroy() : refuse(502, refusalText(formatEndpoint(endpoint), 'unreachable')),
  );
  answer.on('close', () => outgoing.destroy());
  incoming.on('error', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

/** The headers as they came, in order, less those of this hop and those that `Connection` names. */
function withoutHopHeaders(message: IncomingMessage): string[] {
  const named = (message.headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  const dropped = new Set([...hopHeaders, ...named]);
  const kept: string[] = [];
  for (let at = 0; at + 1 < message.rawHeaders.length; at += 2) {
    const [name = '', value = ''] = message.rawHeaders.slice(at, at + 2);
    if (!dropped.has(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}
