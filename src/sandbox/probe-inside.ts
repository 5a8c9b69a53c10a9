/**
 * The part of the probes that runs inside a sandbox and tries to get out. It stands alone: no import but Node's own
 * modules. Reads its targets as JSON from stdin, prints one JSON object: for each attempt whether it reached what it
 * was after, and what it saw.
 */
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { appendFileSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { connect, type NetConnectOpts } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export interface ProbeTargets {
  readonly secretFile: string;
  readonly secret: string;
  readonly outsideFolder: string;
  /** Everything that may stand in the environment. */
  readonly expectedNames: readonly string[];
  /** A process outside: its pid, and a word of its command line. */
  readonly victim: { readonly pid: number; readonly word: string };
  readonly tcpPort: number;
  readonly udpPort: number;
  readonly socketPath: string;
  readonly abstractName: string;
  readonly scratchFolder: string;
  readonly tooManyBytes: number;
  /** Ports of HTTP servers outside, the first one allowed. */
  readonly allowedPort: number;
  readonly deniedPort: number;
}

export interface Attempt {
  readonly reached: boolean;
  readonly detail: string;
}

/** What the attempt saw; throws when it got nowhere. */
type Try = (targets: ProbeTargets) => string | Promise<string>;

const patienceMs = 1_000;

function readEnvironment(): ReadonlyMap<string, string> {
  const entries = readFileSync('/proc/self/environ', 'utf8')
    .split('\0')
    .filter((entry) => entry !== '');
  return new Map(entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]));
}

function expectSecret(text: string, { secret }: ProbeTargets): string {
  if (text.includes(secret)) return 'the secret was read';
  throw new Error('something else is there');
}

function dial(options: NetConnectOpts): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(options);
    socket.setTimeout(patienceMs, () => socket.destroy(new Error('no answer')));
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.destroy();
      resolve('connected');
    });
  });
}

/** By the proxy of the environment, or directly without one. */
function fetchStatus(port: number): Promise<string> {
  const proxy = readEnvironment().get('HTTP_PROXY');
  const target = `127.0.0.1:${port}`;
  const where =
    proxy === undefined ? { host: '127.0.0.1', port, path: '/' } : { ...portOf(proxy), path: `http://${target}/` };
  return new Promise((resolve, reject) => {
    const request = get({ ...where, headers: { host: target }, timeout: patienceMs }, (response) => {
      response.resume();
      if (response.statusCode === 200) resolve('answered');
      else reject(new Error(`status ${response.statusCode}`));
    });
    request.once('timeout', () => request.destroy(new Error('no answer')));
    request.once('error', reject);
  });
}

function portOf(proxy: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(proxy);
  return { host: hostname, port: Number(port) };
}

const tries: Readonly<Record<string, Try>> = {
  'read-outside': (targets) => expectSecret(readFileSync(targets.secretFile, 'utf8'), targets),
  'write-outside': ({ outsideFolder }) => {
    writeFileSync(`${outsideFolder}/planted`, 'x');
    return 'a file was written';
  },
  environment: ({ expectedNames }) => {
    const foreign = [...readEnvironment().keys()].filter((name) => !expectedNames.includes(name));
    if (foreign.length > 0) return `inherited: ${foreign.join(', ')}`;
    throw new Error('only what was given');
  },
  'host-processes': ({ victim }) => {
    const seen = readdirSync('/proc').filter(
      (name) => /^[0-9]+$/.test(name) && readSafely(`/proc/${name}/cmdline`).includes(victim.word),
    );
    if (seen.length > 0) return `process ${seen.join(', ')} is visible`;
    throw new Error('not visible');
  },
  'tcp-loopback': ({ tcpPort }) => dial({ host: '127.0.0.1', port: tcpPort }),
  'udp-and-dns': async ({ udpPort }) => {
    // Whether it arrived is judged outside.
    const socket = createSocket('udp4');
    socket.on('error', () => socket.close());
    socket.send('out', udpPort, '127.0.0.1', () => socket.close());
    const resolver = new Resolver({ timeout: 200, tries: 1 });
    resolver.setServers([`127.0.0.1:${udpPort}`]);
    await resolver.resolve4('probe.test').catch(() => wait(50));
    return 'sent';
  },
  'unix-socket': ({ socketPath }) => dial({ path: socketPath }),
  'abstract-socket': ({ abstractName }) => dial({ path: `\0${abstractName}` }),
  'user-namespace': () => {
    execFileSync('unshare', ['--user', '--map-root-user', 'true'], { stdio: 'pipe' });
    return 'a namespace with all rights was made';
  },
  'process-root': (targets) => {
    const roots = [1, targets.victim.pid].map((pid) => readSafely(`/proc/${pid}/root${targets.secretFile}`));
    return expectSecret(roots.join(''), targets);
  },
  descriptors: () => {
    const others = readdirSync('/proc/self/fd')
      .filter((fd) => Number(fd) > 2)
      .map(readDescriptor);
    const files = others.filter(
      (path) => path.startsWith('/') && !path.startsWith('/proc/') && !path.startsWith('/dev/'),
    );
    if (files.length > 0) return `open: ${files.join(', ')}`;
    throw new Error('none open');
  },
  'scratch-cap': ({ scratchFolder, tooManyBytes }) => {
    const path = `${scratchFolder}/filler`;
    const block = Buffer.alloc(1024 * 1024);
    try {
      for (let written = 0; written < tooManyBytes; written += block.length) appendFileSync(path, block);
    } finally {
      rmSync(path, { force: true });
    }
    return `${tooManyBytes} bytes were written`;
  },
  'system-calls': () => {
    const mode = /^Seccomp:\s+([0-9])$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (mode !== '2') return `no filter (mode ${mode})`;
    throw new Error('filtered');
  },
  'egress-allowed': ({ allowedPort }) => fetchStatus(allowedPort),
  'egress-denied': ({ deniedPort }) => fetchStatus(deniedPort),
  // Last, because others need the victim.
  'signal-host': ({ victim }) => {
    // Whether it hit the right one is judged outside, where the victim is.
    process.kill(victim.pid, 'SIGTERM');
    return 'sent';
  },
};

/** The link of a descriptor; the one that listed the folder has been closed again. */
function readDescriptor(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Empty for what cannot be read: the attempt simply got nothing. */
function readSafely(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === undefined ? String(error) : '';
  }
}

const targets = JSON.parse(readFileSync(0, 'utf8')) as ProbeTargets;
const results: Record<string, Attempt> = {};
for (const [name, attempt] of Object.entries(tries)) {
  results[name] = await Promise.resolve()
    .then(() => attempt(targets))
    .then(
      (detail) => ({ reached: true, detail }),
      (error: NodeJS.ErrnoException) => ({ reached: false, detail: error.code ?? error.message.split('\n')[0] ?? '' }),
    );
}
console.log(JSON.stringify(results));
