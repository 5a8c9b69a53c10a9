/** How soon `mw plan` answers in a repository with a long past. */
import { globSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runMw, stopDatabase } from '../factory.ts';
import { bounded, createSamples, ms, times, type Figure } from '../figure.ts';
import type { OldRepository } from '../history/repository.ts';
import { mustRun } from '../run-program.ts';

/** What the past ends with. */
const expected = { add: 1, change: 1, remove: 1 };

export function planFigure(open: () => Promise<OldRepository>): Figure {
  const samples = createSamples();
  let about = '';
  return {
    name: 'plan',
    async round() {
      const old = await open();
      try {
        // Makes and starts the database; the first time also keeps the compiled program.
        await runMw(old, [about === '' ? 'plan' : 'status']);
        about = `${old.criteria} criteria, ${old.commits} commits`;
        forget(old);
        samples.add('cold', (await runMw(old, ['plan'])).wallMs);
        samples.add('warm', (await runMw(old, ['plan'])).wallMs);
        samples.add('log', await timeLog(old));
        await checkPlan(old);
      } finally {
        await stopDatabase(old);
      }
    },
    rows() {
      const [cold, warm, log] = ['cold', 'warm', 'log'].map((name) => samples.median(name)) as [number, number, number];
      return [
        bounded(
          `mw plan, ${about}, history not read before`,
          '<= 10 s',
          cold,
          10_000,
          `${(cold / 1_000).toFixed(1)} s; git log --name-status ${(log / 1_000).toFixed(1)} s`,
          times(cold / log),
        ),
        bounded('the same, nothing new since', '<= 1 s', warm, 1_000, ms(warm)),
      ];
    },
  };
}

/** What is kept of the history between two plans. */
function forget({ env }: OldRepository): void {
  const home = env['MW_HOME'] ?? '';
  for (const name of globSync('cache/{built,read}-*', { cwd: home })) rmSync(join(home, name), { recursive: true });
}

async function timeLog({ repository, env }: OldRepository): Promise<number> {
  return (await mustRun(['/bin/sh', '-c', 'git log --name-status >/dev/null'], { cwd: repository, env })).wallMs;
}

/** A plan that is wrong may be as quick as it likes. */
async function checkPlan(old: OldRepository): Promise<void> {
  const { stdout } = await runMw(old, ['plan', '--json']);
  const { criteria } = JSON.parse(stdout) as { readonly criteria: readonly { readonly action: string }[] };
  for (const [action, count] of Object.entries(expected)) {
    const found = criteria.filter((each) => each.action === action).length;
    if (found !== count) throw new Error(`mw plan: ${found} to ${action}, not ${count}`);
  }
  if (!criteria.some(({ action }) => action === 'drift')) throw new Error('mw plan found no edits by hand');
}
