/** The only file that names concrete agents and sandboxes. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Agent } from '../agents/agent.ts';
import { createClaudeCode } from '../agents/claude-code/claude-code.ts';
import { createCodex } from '../agents/codex/codex.ts';
import { createCommand } from '../agents/command/command.ts';
import { createScripted } from '../agents/scripted/scripted.ts';
import type { AdapterName } from '../model/config.ts';
import type { SandboxRung } from '../model/sandbox-rung.ts';
import { createBubblewrapSandbox } from '../sandbox/bubblewrap/bubblewrap-sandbox.ts';
import { createCloneSandbox } from '../sandbox/clone/clone-sandbox.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { AppEnvironment } from './environment.ts';

export interface Adapters {
  readonly agentOf: (adapter: AdapterName) => Agent;
  readonly sandboxOf: (rung: SandboxRung) => Sandbox;
}

export function createAdapters(environment: AppEnvironment): Adapters {
  const host = { searchPath: environment.searchPath, userHome: environment.userHome, node: process.execPath };
  const agents: Record<AdapterName, Agent> = {
    'claude-code': createClaudeCode(host),
    codex: createCodex(host),
    command: createCommand(host),
    scripted: createScripted(host),
  };
  const scratch = join(environment.home, 'scratch');
  mkdirSync(scratch, { recursive: true, mode: 0o700 });
  const sandboxes: Record<SandboxRung, Sandbox> = {
    clone: createCloneSandbox({ scratch }),
    bubblewrap: createBubblewrapSandbox({ scratch }),
  };
  return { agentOf: (adapter) => agents[adapter], sandboxOf: (rung) => sandboxes[rung] };
}
