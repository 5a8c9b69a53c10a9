/** What steps are given: ports and places, nothing concrete. */
import type { Agent } from '../agents/agent.ts';
import type { ShippedFiles } from '../config/shipped-files.ts';
import type { AdapterName } from '../model/config.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import type { ProvenanceRecord } from '../model/provenance.ts';
import type { SandboxRung } from '../model/sandbox-rung.ts';
import type { WorkItem } from '../model/work-item.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Artifacts } from '../store/artifacts.ts';
import type { Home } from '../store/home.ts';
import type { Copies } from './copies.ts';

export interface StepContext {
  readonly home: Home;
  readonly artifacts: Artifacts;
  readonly copies: Copies;
  readonly shipped: ShippedFiles;
  agentOf(adapter: AdapterName): Agent;
  sandboxOf(rung: SandboxRung): Sandbox;
  /** The user's repository, and the branch that the project was last known to land on. */
  project(id: string): Promise<{ readonly path: string; readonly target: string | null }>;
  savePipeline(hash: string, pipeline: PinnedPipeline): Promise<void>;
  /** Tells the scheduler what the accepted configuration allows. */
  saveLimits(project: string, pipeline: PinnedPipeline): Promise<void>;
  /** Where a landed commit of the item comes from, as far as its journal says by now; `null` without a journal. */
  originOf(item: string, commit: string): Promise<ProvenanceRecord | null>;
  /** Keeps the results of a landed item's phases for whoever asks for the very same again. */
  rememberPhases(item: string): Promise<void>;
  /** A variable of the factory's own environment, for agents that are configured to get it. */
  variable(name: string): string | undefined;
}

/** What a step knows of its item beyond the effect. */
export interface StepItem {
  readonly item: WorkItem;
  /** `null` before the run is prepared. */
  readonly pipeline: PinnedPipeline | null;
  /** The commit that each check has last passed on in this run. */
  readonly proven: Readonly<Record<string, string>>;
  /** What the scheduler reserved for it. */
  readonly reservedMicroUsd: number;
}

/** The step was aborted: its effect is over, or this worker stops. Nothing is appended. */
export class StepAborted extends Error {
  constructor() {
    super('aborted');
    this.name = 'StepAborted';
  }
}

/** A session was begun and died with its machine: nothing is known of its end, and what it cost is not known either. */
export class SessionVanished extends Error {
  constructor(directory: string) {
    super(`${directory} has no receipt, and nothing of it runs`);
    this.name = 'SessionVanished';
  }
}

export function pinned({ pipeline }: StepItem): PinnedPipeline {
  if (pipeline === null) throw new Error('the run is not prepared');
  return pipeline;
}

/** The stronger of what the project and the item ask for. */
export function rungOf(about: StepItem): SandboxRung {
  const order: readonly SandboxRung[] = ['clone', 'bubblewrap'];
  const wanted = [pinned(about).rung, about.item.rung ?? 'clone'];
  return wanted.reduce((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a));
}
