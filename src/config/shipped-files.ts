/** The pipelines and instructions that come with Millwright, read once from its own folder. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PhaseResultName, phaseResultNames } from '../model/phase-result.ts';
import { loadPipeline } from './load-pipeline.ts';
import { readSkill } from './read-skill.ts';

/** Texts by name. */
export interface ShippedFiles {
  readonly pipelines: ReadonlyMap<string, string>;
  readonly instructions: ReadonlyMap<string, string>;
}

/** The same distance from `src/config/` and from `dist/config/`. */
const shippedFolder = fileURLToPath(new URL('../../pipelines/', import.meta.url));

/** Reads `NAME/pipeline.yaml` and `instructions/NAME/SKILL.md` below `folder`. A folder that lacks its file throws: a broken installation. */
export async function readShipped(folder: string = shippedFolder): Promise<ShippedFiles> {
  const names = (await foldersOf(folder)).filter((name) => name !== 'instructions');
  const [pipelines, instructions] = await Promise.all([
    readEach(folder, names, 'pipeline.yaml'),
    foldersOf(join(folder, 'instructions')).then((skills) =>
      readEach(join(folder, 'instructions'), skills, 'SKILL.md'),
    ),
  ]);
  return { pipelines, instructions };
}

export interface ShippedEntry {
  readonly name: string;
  readonly description: string;
}

/** What a pipeline file may name without bringing it along, with one line about each. */
export interface ShippedList {
  readonly pipelines: readonly ShippedEntry[];
  readonly instructions: readonly ShippedEntry[];
  readonly outputs: readonly PhaseResultName[];
}

/** The shipped names, for `mw pipeline list`. */
export function listShipped(shipped: ShippedFiles): ShippedList {
  return {
    pipelines: [...shipped.pipelines].map(([name, text]) => {
      const loaded = loadPipeline({ file: name, text, name });
      return { name, description: loaded.ok ? (loaded.value.description ?? '') : '' };
    }),
    instructions: [...shipped.instructions].map(([name, text]) => ({
      name,
      description: readSkill(text).description ?? '',
    })),
    outputs: phaseResultNames,
  };
}

async function foldersOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}

async function readEach(folder: string, names: readonly string[], file: string): Promise<ReadonlyMap<string, string>> {
  const texts = await Promise.all(
    names.map(async (name) => [name, await readFile(join(folder, name, file), 'utf8')] as const),
  );
  return new Map(texts);
}
