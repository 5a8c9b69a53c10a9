/** What stands inside our walls: an empty root, the system read-only, and nothing of the user but what is listed. */
import { lstatSync, readlinkSync } from 'node:fs';
import type { Overlay, Walls } from '../sandbox.ts';

/** Where our own files appear inside. */
export const innerFolder = '/run/millwright';
export const innerHome = '/home/agent';

/** Descriptors of the files that the profile hands to bubblewrap; the first input of a session is number 6. */
export const inputFd = { args: 6, filter: 7, passwd: 8, group: 9, hosts: 10, nsswitch: 11 } as const;

/** Public parts of /etc: certificates, the linker's cache, alternatives, fonts. No shadow, no keys, no host names. */
const sharedEtc = [
  '/etc/ssl',
  '/etc/pki',
  '/etc/ca-certificates',
  '/etc/ca-certificates.conf',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/alternatives',
  '/etc/fonts',
  '/etc/mime.types',
  '/etc/protocols',
  '/etc/services',
];

/** Inside, everybody is this unprivileged user; outside, files belong to whoever runs the factory. */
const uid = 1000;

/** Made up: the host's own would name its users and machines. In the order of `inputFd`. */
export const etcFiles = [
  {
    fd: inputFd.passwd,
    path: '/etc/passwd',
    text: `root:x:0:0:root:/root:/bin/sh\nagent:x:${uid}:${uid}:agent:${innerHome}:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n`,
  },
  { fd: inputFd.group, path: '/etc/group', text: `root:x:0:\nagent:x:${uid}:\nnogroup:x:65534:\n` },
  { fd: inputFd.hosts, path: '/etc/hosts', text: '127.0.0.1 localhost agent\n::1 localhost\n' },
  { fd: inputFd.nsswitch, path: '/etc/nsswitch.conf', text: 'passwd: files\ngroup: files\nhosts: files dns\n' },
] as const;

/** /bin and its like: links where the system has merged them into /usr, folders where it has not. */
function systemFolders(): string[] {
  return ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'].flatMap((path) => {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return [];
    return stats.isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path];
  });
}

/** The base without anything of the user. `scratchBytes` caps each of /tmp, HOME and /dev/shm. */
function writeBase(scratchBytes: number): string[] {
  const scratch = (path: string) => ['--size', String(scratchBytes), '--tmpfs', path];
  return [
    '--unshare-all',
    '--unshare-user',
    '--disable-userns',
    '--uid',
    String(uid),
    '--gid',
    String(uid),
    '--hostname',
    'agent',
    // It dies with its parent, the wrapper's `timeout`, not with the worker. Own session: no terminal to type into.
    '--die-with-parent',
    '--new-session',
    '--cap-drop',
    'ALL',
    '--clearenv',
    '--seccomp',
    String(inputFd.filter),
    '--ro-bind',
    '/usr',
    '/usr',
    ...systemFolders(),
    '--perms',
    '0755',
    '--dir',
    '/etc',
    ...sharedEtc.flatMap((path) => ['--ro-bind-try', path, path]),
    ...etcFiles.flatMap(({ fd, path }) => ['--perms', '0444', '--file', String(fd), path]),
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    ...scratch('/dev/shm'),
    '--remount-ro',
    '/dev',
    ...scratch('/tmp'),
    ...scratch(innerHome),
    '--dir',
    '/var',
    '--symlink',
    '../tmp',
    '/var/tmp',
    '--perms',
    '0755',
    '--dir',
    innerFolder,
  ];
}

interface Mount {
  readonly option: '--bind' | '--ro-bind';
  readonly source: string;
  readonly target: string;
}

/** Outer before inner, so that an inner one is not covered; for one path the later, stricter list wins. */
function orderMounts(walls: Walls): readonly Mount[] {
  const same =
    (option: Mount['option']) =>
    (path: string): Mount => ({ option, source: path, target: path });
  const overlay = ({ source, target }: Overlay): Mount => ({ option: '--ro-bind', source, target });
  const mounts = [
    ...walls.writable.map(same('--bind')),
    ...walls.readOnly.map(same('--ro-bind')),
    ...(walls.overlays ?? []).map(overlay),
  ];
  const depth = ({ target }: Mount) => target.split('/').length;
  return mounts.toSorted((a, b) => depth(a) - depth(b));
}

/** The relay's files, as they are mounted. */
export interface RelayFiles {
  readonly node: string;
  readonly relay: string;
  readonly innerRelay: string;
  readonly socket: string;
}

/** All arguments of bubblewrap but the command. */
export function writeProfile(
  walls: Walls,
  env: Readonly<Record<string, string>>,
  scratchBytes: number,
  relay: RelayFiles | null,
): readonly string[] {
  return [
    ...writeBase(scratchBytes),
    ...orderMounts(walls).flatMap(({ option, source, target }) => [option, source, target]),
    ...(relay === null
      ? []
      : [
          '--ro-bind',
          relay.node,
          `${innerFolder}/node`,
          '--ro-bind',
          relay.relay,
          relay.innerRelay,
          '--ro-bind',
          relay.socket,
          `${innerFolder}/egress.sock`,
        ]),
    '--remount-ro',
    '/',
    ...Object.entries(env).flatMap(([name, value]) => ['--setenv', name, value]),
    '--chdir',
    walls.workdir,
  ];
}
