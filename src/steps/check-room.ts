/** Where the core runs commands of its own choice on one commit: a checkout, walls, and a folder for what they leave. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PinnedPipeline } from '../model/pipeline.ts';
import type { SandboxRung } from '../model/sandbox-rung.ts';
import { SessionVanished, StepAborted, type StepContext } from './context.ts';
import { runCommand, type CommandEnd } from './run-command.ts';
import type { Workplace } from './workplace.ts';

export interface CheckRoom {
  readonly pipeline: PinnedPipeline;
  readonly rung: SandboxRung;
  readonly place: Workplace;
  readonly folder: string;
}

export interface RoomCommand {
  /** Of its session: small letters, digits and hyphens. */
  readonly name: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What it may read beside the checkout. */
  readonly readOnly: readonly string[];
  /** What it may write beside the checkout. */
  readonly writable?: readonly string[];
  /** Whether its HOME is kept on disk; else it has that of the walls, as any program has that is started behind them. */
  readonly keepsHome: boolean;
}

export type RoomEnd = Exclude<CommandEnd, { readonly type: 'aborted' | 'vanished' | 'walls-failed' }>;

/** Runs it to its end. Throws when the end says nothing about the candidate. */
export async function runInRoom(
  { name, argv, env, readOnly, writable = [], keepsHome }: RoomCommand,
  { pipeline, rung, place, folder }: CheckRoom,
  context: StepContext,
  signal: AbortSignal,
): Promise<RoomEnd> {
  const home = join(folder, `${name}.home`);
  if (keepsHome) await mkdir(home, { recursive: true, mode: 0o700 });
  const end = await runCommand(
    {
      directory: join(folder, `${name}.check`),
      rung,
      argv,
      stdin: '',
      workdir: place.copy.tree,
      writable: [place.copy.tree, ...(keepsHome ? [home] : []), ...writable],
      readOnly: [place.trusted.objects, ...pipeline.readOnly, ...readOnly],
      overlays: place.overlays,
      env: { ...(keepsHome ? { HOME: home } : {}), ...env },
      network: pipeline.network.checks,
      wallMs: pipeline.limits.checkMs,
      idleMs: null,
      copyBytes: pipeline.limits.copyBytes,
    },
    context,
    signal,
  );
  if (end.type === 'aborted') throw new StepAborted();
  // Neither is the candidate's doing: the effect is performed again, and after that it is our failure.
  if (end.type === 'vanished') throw new SessionVanished(`${name}.check`);
  if (end.type === 'walls-failed') throw new Error(`the sandbox did not come up: ${end.stderr.slice(-2_000)}`);
  return end;
}
