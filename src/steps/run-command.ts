/** One enclosed process of an effect, with everything a session needs around it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxRung } from '../model/sandbox-rung.ts';
import type { Overlay } from '../sandbox/sandbox.ts';
import { readSessionOutput, runSession, type SessionEnd, type SessionOutput } from '../sandbox/session.ts';
import { shortName } from '../store/home.ts';
import type { StepContext } from './context.ts';

export interface CommandSpec {
  /** The session's own directory. */
  readonly directory: string;
  readonly rung: SandboxRung;
  readonly argv: readonly string[];
  readonly stdin: string;
  readonly workdir: string;
  readonly writable: readonly string[];
  readonly readOnly: readonly string[];
  readonly overlays: readonly Overlay[];
  readonly env: Readonly<Record<string, string>>;
  /** host:port; empty: no network at all. */
  readonly network: readonly string[];
  readonly wallMs: number;
  readonly idleMs: number | null;
  readonly copyBytes: number;
}

export type CommandEnd = SessionEnd & Pick<SessionOutput, 'stdout' | 'stderr'>;

/** Starts the command, or joins or adopts the one that ran in this directory before. */
export async function runCommand(spec: CommandSpec, context: StepContext, signal: AbortSignal): Promise<CommandEnd> {
  const egressSocket =
    spec.network.length === 0 ? null : join(context.home.sockets, `${shortName(spec.directory)}.sock`);
  if (egressSocket !== null) await mkdir(context.home.sockets, { recursive: true, mode: 0o700 });
  const enclosed = context.sandboxOf(spec.rung).enclose(spec.argv, {
    workdir: spec.workdir,
    writable: spec.writable,
    readOnly: spec.readOnly,
    overlays: spec.rung === 'clone' ? [] : spec.overlays,
    env: spec.env,
    egressSocket,
    loopback: spec.network.filter(isLoopback),
  });
  const end = await runSession({
    directory: spec.directory,
    enclosed,
    stdin: spec.stdin,
    egress: egressSocket === null ? null : { socket: egressSocket, allow: spec.network },
    wallMs: spec.wallMs,
    idleMs: spec.idleMs,
    watch: { folders: spec.writable, maxBytes: spec.copyBytes },
    signal,
  });
  const { stdout, stderr } = await readSessionOutput(spec.directory);
  return { ...end, stdout, stderr };
}

function isLoopback(endpoint: string): boolean {
  return /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\]):[0-9]+$/.test(endpoint);
}
