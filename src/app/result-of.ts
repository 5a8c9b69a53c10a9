/** What a person who does not program wants to know at the end: how to start it, what shows that it works, what was assumed, what it cost. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isFinal } from '../model/work-item.ts';
import type { TraceRow } from '../spec/trace.ts';
import { unwritten } from '../config/starter.ts';
import type { Factory } from './open-factory.ts';
import { registerProject } from './projects.ts';
import { lintSpecs } from './specs-here.ts';
import { traceHere } from './trace-here.ts';

export interface Result {
  readonly title: string;
  readonly folder: string;
  /** What stands below `## Start` in the README; `null` without it. */
  readonly start: string | null;
  readonly criteria: readonly (TraceRow & { readonly specTitle: string })[];
  readonly assumptions: readonly string[];
  readonly costMicroUsd: number;
  /** Sessions whose cost nobody told. */
  readonly unknownSessions: number;
  /** Items that have not landed, with why. */
  readonly open: readonly { readonly id: string; readonly title: string; readonly reason: string }[];
}

export async function resultOf(factory: Factory, folder: string, title: string): Promise<Result> {
  const { id: project } = await registerProject(factory.store, folder);
  const specs = await lintSpecs(folder, [], false);
  const { rows } = await traceHere(factory, folder, [], []);
  const items = await factory.store.items({ project });
  const titles = new Map(specs.map(({ spec }) => [spec.name, spec.title ?? spec.name]));
  return {
    title,
    folder,
    start: await readStart(folder),
    criteria: rows.map((row) => ({ ...row, specTitle: titles.get(row.spec) ?? row.spec })),
    assumptions: specs.flatMap(({ spec }) => spec.assumptions),
    costMicroUsd: items.reduce((sum, { state }) => sum + state.spending.knownMicroUsd, 0),
    unknownSessions: items.reduce((sum, { state }) => sum + state.spending.unknownSessions, 0),
    open: items.flatMap(({ state: { item, status, reason } }) =>
      isFinal(status) ? [] : [{ id: item.id, title: item.title, reason: reason?.text ?? status }],
    ),
  };
}

async function readStart(folder: string): Promise<string | null> {
  const text = await readFile(join(folder, 'README.md'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split(/\r?\n/);
  const from = lines.findIndex((line) => /^##\s+Start\s*$/i.test(line));
  if (from === -1) return null;
  const rest = lines.slice(from + 1);
  const to = rest.findIndex((line) => /^#{1,2}\s/.test(line));
  const section = (to === -1 ? rest : rest.slice(0, to)).join('\n').trim();
  return section === '' || section === unwritten ? null : section;
}
