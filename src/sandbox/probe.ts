/** Tries to break out of a sandbox, with real targets outside. The same attempts run against every rung. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type ListenOptions, type Server } from 'node:net';
import { extname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Attempt, ProbeTargets } from './probe-inside.ts';
import type { Probe, Sandbox, Walls } from './sandbox.ts';
import { findMarked } from './session/process-table.ts';
import { markerEntry } from './session/trace.ts';
import { inspectSession, killSession, readSessionOutput, runSession } from './session.ts';

/** What each probe expects, in the order of the report. */
const expectations = {
  'read-outside': 'a file outside cannot be read',
  'write-outside': 'nothing outside can be written',
  environment: 'nothing of the environment is inherited',
  'host-processes': 'processes outside are not visible',
  'signal-host': 'processes outside cannot be signalled',
  'tcp-loopback': 'services on this machine are out of reach',
  'udp-and-dns': 'no datagram leaves, not even a question to a name server',
  'unix-socket': 'unix sockets outside are out of reach',
  'abstract-socket': 'abstract sockets outside are out of reach',
  'user-namespace': 'no further user namespace can be made',
  'process-root': 'no other root can be reached through /proc',
  descriptors: 'no descriptor is inherited',
  'scratch-cap': 'scratch space ends at its cap',
  'system-calls': 'system calls are filtered',
  'egress-allowed': 'a listed endpoint is reached',
  'egress-denied': 'another port of the same host is not',
  'kill-leaves-nothing': 'a killed session leaves no process',
} as const;

export type ProbeName = keyof typeof expectations;
export const probeNames = Object.keys(expectations) as readonly ProbeName[];

const tooManyBytes = 24 * 1024 * 1024;
const givenNames = [
  'PATH',
  'HOME',
  'TMPDIR',
  'PWD',
  'MW_SESSION',
  'NODE_USE_ENV_PROXY',
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]),
];
const insideProgram = fileURLToPath(new URL(`./probe-inside${extname(import.meta.url)}`, import.meta.url));

/** Runs the named probes in throw-away sessions below `scratch`. What could not be tried has not held. */
export async function probeSandbox(
  sandbox: Sandbox,
  scratch: string,
  names: readonly ProbeName[],
): Promise<readonly Probe[]> {
  mkdirSync(scratch, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(realpathSync(scratch), 'probe-'));
  const outside = await openOutside(folder);
  try {
    const walls = wallsOf(folder);
    const attempts = await attemptEscapes(sandbox, folder, walls, outside);
    const killed = await attemptSurvival(sandbox, folder, walls);
    return names.map((name) => judgeProbe(name, name === 'kill-leaves-nothing' ? killed : attempts[name]));
  } finally {
    await outside.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function judgeProbe(name: ProbeName, attempt: Attempt | undefined): Probe {
  const expected = expectations[name];
  if (attempt === undefined) return { name, held: false, detail: `${expected}: could not be tried` };
  const held = name === 'egress-allowed' ? attempt.reached : !attempt.reached;
  return { name, held, detail: `${expected}: ${attempt.detail}` };
}

interface Outside {
  readonly targets: ProbeTargets;
  isVictimAlive(): boolean;
  datagrams(): number;
  close(): Promise<void>;
}

async function listenOn(server: Server, where: ListenOptions): Promise<number> {
  server.listen(where);
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? (address as AddressInfo).port : 0;
}

/** Everything that a program inside must not get at. */
async function openOutside(folder: string): Promise<Outside> {
  const secret = randomBytes(12).toString('hex');
  const outsideFolder = join(folder, 'outside');
  for (const name of ['outside', 'work', 'tmp']) mkdirSync(join(folder, name));
  writeFileSync(join(outsideFolder, 'secret'), secret, { mode: 0o644 });
  const abstractName = `mw-probe-${secret}`;
  const socketPath = join(outsideFolder, 's');
  const silent = () => createServer((socket) => socket.on('error', () => socket.destroy()));
  const talking = () => createHttpServer((_, answer) => answer.end('hello'));
  const servers = [silent(), talking(), talking(), silent(), silent()] as const;
  const local = { host: '127.0.0.1', port: 0 };
  const [tcpPort, allowedPort, deniedPort] = await Promise.all([
    listenOn(servers[0], local),
    listenOn(servers[1], local),
    listenOn(servers[2], local),
    listenOn(servers[3], { path: socketPath }),
    listenOn(servers[4], { path: `\0${abstractName}` }),
  ]);
  const udp = createSocket('udp4');
  let datagrams = 0;
  udp.on('message', () => (datagrams += 1));
  udp.bind(0, '127.0.0.1');
  await once(udp, 'listening');
  const victim = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', abstractName], {
    env: {},
    stdio: 'ignore',
  });
  await once(victim, 'spawn');
  return {
    targets: {
      secretFile: join(outsideFolder, 'secret'),
      secret,
      outsideFolder,
      expectedNames: givenNames,
      victim: { pid: victim.pid ?? 0, word: abstractName },
      tcpPort,
      udpPort: udp.address().port,
      socketPath,
      abstractName,
      scratchFolder: '/tmp',
      tooManyBytes,
      allowedPort,
      deniedPort,
    },
    isVictimAlive: () => victim.exitCode === null && victim.signalCode === null,
    datagrams: () => datagrams,
    close: async () => {
      udp.close();
      for (const server of servers) server.close();
      await endChild(victim);
    },
  };
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function wallsOf(folder: string): Walls {
  return {
    workdir: join(folder, 'work'),
    writable: [join(folder, 'work')],
    readOnly: [realpathSync(process.execPath), insideProgram],
    env: {},
    egressSocket: join(folder, 'egress.sock'),
    loopback: [],
    overlays: [],
  };
}

const limits = { wallMs: 30_000, idleMs: null, watch: null } as const;

async function attemptEscapes(
  sandbox: Sandbox,
  folder: string,
  walls: Walls,
  outside: Outside,
): Promise<Readonly<Record<string, Attempt>>> {
  const { targets } = outside;
  const directory = join(folder, 'session');
  const end = await runSession({
    ...limits,
    directory,
    enclosed: sandbox.enclose([realpathSync(process.execPath), insideProgram], walls),
    stdin: JSON.stringify(targets),
    egress:
      walls.egressSocket === null ? null : { socket: walls.egressSocket, allow: [`127.0.0.1:${targets.allowedPort}`] },
    signal: new AbortController().signal,
  });
  const { stdout, stderr } = await readSessionOutput(directory);
  if (end.type !== 'exited' || end.exitCode !== 0)
    throw new Error(`the probes did not run (${end.type}): ${stderr.slice(0, 2_000)}`);
  const attempts = JSON.parse(stdout) as Record<string, Attempt>;
  // A signal and a datagram are judged where they would arrive.
  await wait(20);
  return {
    ...attempts,
    'signal-host': outside.isVictimAlive()
      ? { reached: false, detail: 'the process lives' }
      : { reached: true, detail: 'the process was ended' },
    'udp-and-dns': { reached: outside.datagrams() > 0, detail: `${outside.datagrams()} arrived` },
  };
}

/** A program that leaves a child in another session and group, and is killed. */
async function attemptSurvival(sandbox: Sandbox, folder: string, walls: Walls): Promise<Attempt> {
  const directory = join(folder, 'killed');
  const enclosed = sandbox.enclose(['/bin/sh', '-c', 'setsid sleep 60 & echo started; sleep 60'], {
    ...walls,
    egressSocket: null,
  });
  const session = runSession({
    ...limits,
    directory,
    enclosed,
    stdin: '',
    egress: null,
    signal: new AbortController().signal,
  });
  while (inspectSession(directory) !== 'finished' && !(await readSessionOutput(directory)).stdout.includes('started'))
    await wait(10);
  if (inspectSession(directory) === 'finished')
    return { reached: true, detail: `the session did not stay: ${(await session).type}` };
  await killSession(directory);
  const left = findMarked(markerEntry(directory));
  await session;
  return { reached: left.length > 0, detail: `${left.length} left` };
}
