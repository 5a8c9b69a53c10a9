/** What sessions said: kept ones from the artifacts, running ones from their folder. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Agent } from '../agents/agent.ts';
import { attemptsOf } from '../insight/item-page.ts';
import type { AdapterName } from '../model/config.ts';
import type { ArtifactRef } from '../model/artifact.ts';
import type { Factory } from './open-factory.ts';

export interface Transcript {
  readonly title: string;
  /** Whose stream it is; `null` for a check's plain output. */
  readonly adapter: AdapterName | null;
  readonly prompt: string;
  readonly transcript: Buffer;
  readonly stderr: string;
  /** Lines of JSON, one for each connection that was tried. */
  readonly egress: string;
}

const pollMs = 200;

/** The finished sessions at an address: an item, a phase of it, or one attempt. */
export async function readTranscripts(
  factory: Factory,
  address: string,
  options: { readonly checks: boolean },
): Promise<readonly Transcript[]> {
  const [id = ''] = address.split('/');
  const events = await factory.store.events({ item: id });
  if (options.checks)
    return readChecks(
      factory,
      events.flatMap(({ body }) =>
        body.type === 'checks-finished' ? body.results.map((result) => ({ ...result, commit: body.commit })) : [],
      ),
    );
  const adapters = await adaptersOf(factory, id);
  const found: Transcript[] = [];
  for (const attempt of attemptsOf(events)) {
    if (!isWithin(attempt.address, address)) continue;
    for (const session of attempt.sessions) {
      found.push({
        title: `${attempt.address}${session.turn === 1 ? '' : `, turn ${session.turn}`}: ${attempt.outcome}`,
        adapter: adapters(attempt.address),
        prompt: (await read(factory, session.prompt)).toString('utf8'),
        transcript: await read(factory, session.transcript),
        stderr: (await read(factory, session.stderr)).toString('utf8'),
        egress: session.egress === null ? '' : (await read(factory, session.egress)).toString('utf8'),
      });
    }
  }
  return found;
}

function isWithin(address: string, asked: string): boolean {
  return (
    address === asked ||
    asked.indexOf('/') < 0 ||
    (!asked.includes('#') && address.startsWith(`${asked}#`)) ||
    address.startsWith(`${asked}.`)
  );
}

async function readChecks(
  factory: Factory,
  results: readonly { name: string; status: string; commit: string; log: ArtifactRef | null }[],
): Promise<readonly Transcript[]> {
  return Promise.all(
    results.map(async ({ name, status, commit, log }) => ({
      title: `check ${name} on ${commit.slice(0, 10)}: ${status}`,
      adapter: null,
      prompt: '',
      transcript: log === null ? Buffer.alloc(0) : await read(factory, log),
      stderr: '',
      egress: '',
    })),
  );
}

/** By the pinned pipeline: which adapter speaks in a phase or for a reviewer. */
async function adaptersOf(factory: Factory, id: string): Promise<(address: string) => AdapterName | null> {
  const state = (await factory.store.item(id))?.state;
  const pipeline = state?.pipeline == null ? null : await factory.store.pipeline(state.pipeline);
  return (address) => {
    const place = address.slice(address.indexOf('/') + 1).replace(/#\d+$/, '');
    const reviewer = place.startsWith('review.') ? place.slice('review.'.length) : null;
    const agent =
      reviewer === null
        ? pipeline?.phases.find(({ id: phase }) => phase === place)?.maker?.agent
        : pipeline?.phases.flatMap(({ reviews }) => reviews).find((each) => each.id === reviewer)?.agent;
    return agent === undefined ? null : (pipeline?.agents[agent]?.adapter ?? null);
  };
}

async function read(factory: Factory, ref: ArtifactRef): Promise<Buffer> {
  return (await factory.artifacts.read(ref.hash)) ?? Buffer.from(`[${ref.name} is not kept any more]\n`);
}

/** Prints what the item's running sessions say, until none runs. */
export async function followLive(
  factory: Factory,
  address: string,
  agentOf: (adapter: AdapterName) => Agent,
  onLine: (line: string) => void,
): Promise<void> {
  const [id = ''] = address.split('/');
  const adapters = await adaptersOf(factory, id);
  const offsets = new Map<string, number>();
  for (;;) {
    const running = (await factory.store.running()).filter(
      ({ item, effect }) => item === id && /\/(attempt|review\.[^/]+)-\d+$/.test(effect),
    );
    for (const { effect } of running) {
      for (const turn of [1, 2]) {
        const file = join(factory.home.effect(effect), `turn-${turn}`, 'stdout');
        const [, phase = '', kind = ''] = effect.split('/');
        const adapter = adapters(`${id}/${kind.startsWith('review.') ? kind.replace(/-\d+$/, '') : phase}`);
        await printNew(file, offsets, (line) => {
          const text = adapter === null ? line : agentOf(adapter).describe(line);
          if (text !== null) onLine(`${effect.slice(effect.indexOf('/') + 1)}  ${text}`);
        });
      }
    }
    if (running.length === 0) return;
    await sleep(pollMs);
  }
}

async function printNew(file: string, offsets: Map<string, number>, onLine: (line: string) => void): Promise<void> {
  const about = await stat(file).catch(() => null);
  const from = offsets.get(file) ?? 0;
  if (about === null || about.size <= from) return;
  const bytes = (await readFile(file)).subarray(from);
  // Counted in bytes: as text, one that is no UTF-8 would be longer than it was.
  const end = bytes.lastIndexOf(10) + 1;
  offsets.set(file, from + end);
  for (const line of bytes.toString('utf8', 0, end).split('\n')) if (line !== '') onLine(line);
}
