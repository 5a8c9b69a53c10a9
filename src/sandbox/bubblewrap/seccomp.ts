/**
 * A filter for system calls, as classic BPF: what namespaces do not cover. It refuses
 * - io_uring, which does its work past such filters,
 * - the kernel's key rings, which belong to the user and not to a namespace,
 * - userfaultfd, bpf and performance events, helpers of kernel exploits, and opening files by handle,
 * - every socket family but unix, IPv4, IPv6 and netlink. Virtual-machine sockets would reach the host of this machine
 *   whatever the network namespace says. Unix sockets stay: tools need them, and no path or name of a socket outside
 *   can be reached through an empty root and an own network namespace.
 * The refused calls answer as if the kernel did not have them, which programs are prepared for.
 */
interface Machine {
  readonly audit: number;
  readonly refused: readonly number[];
  readonly sockets: readonly number[];
  /** Numbers from here on belong to the x32 interface, which would need a list of its own. */
  readonly foreignFrom: number | null;
}

/** io_uring_setup, _enter, _register have the same numbers everywhere. */
const ioUring = [425, 426, 427];

/** add_key, request_key, keyctl, perf_event_open, open_by_handle_at, bpf, userfaultfd; socket, socketpair. */
const machines: Readonly<Partial<Record<NodeJS.Architecture, Machine>>> = {
  x64: {
    audit: 0xc000003e,
    refused: [...ioUring, 248, 249, 250, 298, 304, 321, 323],
    sockets: [41, 53],
    foreignFrom: 0x40000000,
  },
  arm64: {
    audit: 0xc00000b7,
    refused: [...ioUring, 217, 218, 219, 241, 265, 280, 282],
    sockets: [198, 199],
    foreignFrom: null,
  },
};

const loadWord = 0x20;
const jumpEqual = 0x15;
const jumpAtLeast = 0x35;
const answer = 0x06;

const allow = 0x7fff0000;
const errno = 0x00050000;
const notImplemented = errno | 38;
const noSuchFamily = errno | 97;

/** Offsets in the kernel's description of a call. */
const numberAt = 0;
const architectureAt = 4;
const firstArgumentAt = 16;

/** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK. */
const families = [1, 2, 10, 16];

type Target = 'next' | 'allow' | 'refuse' | 'family';
interface Line {
  readonly code: number;
  readonly value: number;
  readonly yes: Target;
  readonly no: Target;
}

/** The filter's bytes, or `null` on a machine whose numbers we do not know. */
export function compileFilter(architecture: NodeJS.Architecture): Uint8Array | null {
  const machine = machines[architecture];
  if (machine === undefined) return null;
  const line = (code: number, value: number, yes: Target = 'next', no: Target = 'next'): Line => ({
    code,
    value,
    yes,
    no,
  });
  const main = [
    line(loadWord, architectureAt),
    // A 32-bit program would call by other numbers.
    line(jumpEqual, machine.audit, 'next', 'refuse'),
    line(loadWord, numberAt),
    ...(machine.foreignFrom === null ? [] : [line(jumpAtLeast, machine.foreignFrom, 'refuse')]),
    ...machine.refused.map((number) => line(jumpEqual, number, 'refuse')),
    ...machine.sockets.map((number) => line(jumpEqual, number, 'family')),
    line(answer, allow),
  ];
  const family = [
    line(loadWord, firstArgumentAt),
    ...families.map((number) => line(jumpEqual, number, 'allow')),
    line(answer, noSuchFamily),
  ];
  const ends = [line(answer, allow), line(answer, notImplemented)];
  const lines = [...main, ...family, ...ends];
  const places: Readonly<Record<Exclude<Target, 'next'>, number>> = {
    family: main.length,
    allow: lines.length - 2,
    refuse: lines.length - 1,
  };
  const bytes = new DataView(new ArrayBuffer(lines.length * 8));
  lines.forEach(({ code, value, yes, no }, at) => {
    const skip = (target: Target) => (target === 'next' ? 0 : places[target] - at - 1);
    bytes.setUint16(at * 8, code, true);
    bytes.setUint8(at * 8 + 2, skip(yes));
    bytes.setUint8(at * 8 + 3, skip(no));
    bytes.setUint32(at * 8 + 4, value, true);
  });
  return new Uint8Array(bytes.buffer);
}
