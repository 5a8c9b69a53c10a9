/** The default rung on Linux: an empty root, a cleared environment, no network but our proxy, no rights to gain. */
import { realpathSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../model/user-error.ts';
import { probeSandbox, probeNames } from '../probe.ts';
import type { Enclosed, Sandbox, Walls } from '../sandbox.ts';
import { findSystemTool, systemPath } from '../system-tool.ts';
import { checkWalls } from '../walls.ts';
import { findMissing, installNext, type Missing } from './missing.ts';
import { etcFiles, innerFolder, innerHome, inputFd, writeProfile, type RelayFiles } from './profile.ts';
import { compileFilter } from './seccomp.ts';

const proxyPort = 3128;
const defaultScratchBytes = 1024 * 1024 * 1024;
/** Small, so that the probe of the cap need not write much. */
const probeScratchBytes = 16 * 1024 * 1024;

interface Options {
  /** A folder of ours for throw-away sessions. */
  readonly scratch: string;
  /** Cap of each of /tmp, HOME and /dev/shm inside; they live in memory. 1 GiB unless given. */
  readonly scratchBytes?: number;
  /** The program, where the system's own shall not be used; `null` stands for not installed. */
  readonly program?: string | null;
}

/** Nothing is started before `missing` or `probe` is called, or a session runs what `enclose` answers. */
export function createBubblewrapSandbox(options: Options): Sandbox {
  const program = options.program === undefined ? findSystemTool('bwrap') : options.program;
  const scratchBytes = options.scratchBytes ?? defaultScratchBytes;
  const enclose = (command: readonly string[], walls: Walls) =>
    encloseBubblewrap(program, scratchBytes, command, walls);
  let known: Promise<Missing | null> | null = null;
  return {
    rung: 'bubblewrap',
    missing: () => (known ??= findMissing(program, options.scratch, enclose)),
    enclose,
    probe: () =>
      probeSandbox(
        createBubblewrapSandbox({ ...options, scratchBytes: probeScratchBytes }),
        options.scratch,
        probeNames,
      ),
  };
}

function encloseBubblewrap(
  program: string | null,
  scratchBytes: number,
  command: readonly string[],
  walls: Walls,
): Enclosed {
  const filter = compileFilter(process.arch);
  if (program === null || filter === null) {
    throw new UserError('rung-missing', 'The bubblewrap sandbox is not available on this machine.', installNext());
  }
  checkWalls(walls);
  const relay = walls.egressSocket === null ? null : relayFiles(walls.egressSocket);
  if (relay === null && walls.loopback.length > 0)
    throw new Error('loopback endpoints are reached through an egress proxy, and there is none');
  const { NODE_OPTIONS: nodeOptions, ...given } = walls.env;
  const env = {
    PATH: systemPath,
    HOME: innerHome,
    TMPDIR: '/tmp',
    ...(relay === null ? {} : proxyEnvironment()),
    ...given,
  };
  // The relay is a Node program too, and must not take the options meant for the command.
  const wanted = nodeOptions === undefined ? command : ['/usr/bin/env', `NODE_OPTIONS=${nodeOptions}`, ...command];
  const profile = writeProfile(walls, env, scratchBytes, relay);
  return {
    // In a file, because everybody on this machine can read the argument lists of others.
    argv: [
      program,
      '--args',
      String(inputFd.args),
      '--',
      ...(relay === null ? startPlainly(wanted) : startRelayed(relay, walls, wanted)),
    ],
    env: {},
    cwd: '/',
    // In the order of `inputFd`.
    inputs: [
      Buffer.from(profile.map((word) => `${word}\0`).join('')),
      filter,
      ...etcFiles.map(({ text }) => Buffer.from(text)),
    ],
    marksStart: true,
  };
}

/** The shell inside marks the start, and turns a program that is not there into 127 as everywhere else. */
function startPlainly(command: readonly string[]): readonly string[] {
  return ['/bin/sh', '-c', 'echo >&4; exec 4<&-; exec "$@"', 'sh', ...command];
}

function startRelayed(relay: RelayFiles, walls: Walls, command: readonly string[]): readonly string[] {
  const settings = { socket: `${innerFolder}/egress.sock`, proxyPort, loopback: walls.loopback.flatMap(readLoopback) };
  return [`${innerFolder}/node`, relay.innerRelay, JSON.stringify(settings), ...command];
}

/** Programs find the proxy by these. Servers that a program starts for itself, inside, are reached directly. */
function proxyEnvironment(): Readonly<Record<string, string>> {
  const proxy = `http://127.0.0.1:${proxyPort}`;
  const none = 'localhost,127.0.0.1,::1';
  return {
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    ALL_PROXY: proxy,
    NO_PROXY: none,
    http_proxy: proxy,
    https_proxy: proxy,
    all_proxy: proxy,
    no_proxy: none,
    // Node's own fetch looks at the variables above only when it is told to.
    NODE_USE_ENV_PROXY: '1',
  };
}

function relayFiles(socket: string): RelayFiles {
  // Our own modules are .ts in a checkout and .js once published; .mts and .mjs need no package.json beside them.
  const extension = extname(import.meta.url);
  return {
    node: realpathSync(process.execPath),
    relay: fileURLToPath(new URL(`./relay${extension}`, import.meta.url)),
    innerRelay: `${innerFolder}/relay.m${extension.slice(1)}`,
    socket,
  };
}

interface LoopbackEndpoint {
  readonly host: string;
  readonly port: number;
  readonly target: string;
  readonly optional: boolean;
}

/** `host:port` of this machine's loopback; `localhost` is both of its addresses, where the kernel has the second. */
function readLoopback(target: string): readonly LoopbackEndpoint[] {
  const match = /^(localhost|127(?:\.[0-9]{1,3}){3}|\[::1\]):([0-9]{1,5})$/.exec(target);
  const host = match?.[1];
  const port = Number(match?.[2]);
  if (host === undefined || port < 1 || port > 65_535 || port === proxyPort) {
    throw new UserError(
      'sandbox-loopback-refused',
      `${target} is not an endpoint of this machine's loopback that can be shown inside.`,
      `write it as 127.0.0.1:PORT, with another port than ${proxyPort}`,
    );
  }
  const at = (address: string, optional: boolean) => ({ host: address, port, target, optional });
  if (host === 'localhost') return [at('127.0.0.1', false), at('::1', true)];
  return [at(host === '[::1]' ? '::1' : host, false)];
}
