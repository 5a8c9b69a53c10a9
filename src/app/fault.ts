/**
 * For the tests of what a killed factory leaves behind: freezes this process at one exact point, so that whoever watches
 * can end it, its sessions, its database, or all of them, there and nowhere else. Without `MW_FAULT` nothing of this is
 * in the way.
 */
import { dirname, join } from 'node:path';
import type { Agent } from '../agents/agent.ts';
import type { ItemState } from '../machine/state.ts';
import type { AdapterName } from '../model/config.ts';
import { inspectSession } from '../sandbox/session.ts';
import type { Store } from '../store/store.ts';

export interface Fault {
  /**
   * Points `before-append:N`, `inside-append:N`, `after-append:N`: the N-th event that this process hands to the journal.
   * Inside means: written, not committed.
   */
  store(store: Store<ItemState>): Store<ItemState>;
  /**
   * Points `before-session:N`, `during-session:N`, `after-session:N`: the N-th session of an agent that this process
   * starts or adopts. After means: its receipt is written, its result is read, nothing of it is in the journal.
   */
  agentOf(agentOf: (adapter: AdapterName) => Agent): (adapter: AdapterName) => Agent;
}

const aliveEveryMs = 2;

/** `point` as in `after-append:17`; `freeze` is called when it is reached. */
export function createFault(point: string, freeze: () => void): Fault {
  const reach = (name: string, count: number) => {
    if (point === `${name}:${count}`) freeze();
  };
  let events = 0;
  let sessions = 0;
  return {
    store(store) {
      return {
        ...store,
        async transact(work) {
          events += 1;
          const mine = events;
          reach('before-append', mine);
          const result = await store.transact(async (tx) => {
            const written = await work(tx);
            reach('inside-append', mine);
            return written;
          });
          reach('after-append', mine);
          return result;
        },
      };
    },
    agentOf(agentOf) {
      return (adapter) => {
        const agent = agentOf(adapter);
        let mine = 0;
        return {
          ...agent,
          async launch(turn) {
            sessions += 1;
            mine = sessions;
            const launch = await agent.launch(turn);
            reach('before-session', mine);
            if (point === `during-session:${mine}`) whenAlive(dirname(turn.home), freeze);
            return launch;
          },
          report(ended, turn) {
            const report = agent.report(ended, turn);
            reach('after-session', mine);
            return report;
          },
        };
      };
    },
  };
}

/** Looks until the first turn of this effect's folder has been claimed by its wrapper. */
function whenAlive(folder: string, then: () => void): void {
  const timer = setInterval(() => {
    if (inspectSession(join(folder, 'turn-1')) !== 'alive') return;
    clearInterval(timer);
    then();
  }, aliveEveryMs);
}

/** Stops this process as SIGSTOP does, until somebody sends SIGCONT. */
export function freezeProcess(): void {
  process.kill(process.pid, 'SIGSTOP');
  // The signal stops all threads, but not at the very same moment: nothing more may happen on this one.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
}
