/**
 * Writes the JSON Schemas that editors and other tools read, from the zod schemas of src/model.
 * `node scripts/schemas.ts` writes; `--check` writes nothing and exits 1 when a file is missing, stale or left over.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ProjectConfig } from '../src/model/config.ts';
import { phaseResultNames, phaseResults } from '../src/model/phase-result.ts';
import { PipelineFile } from '../src/model/pipeline.ts';

/** Where the schemas are kept. */
export const schemaFolder = fileURLToPath(new URL('../schemas/', import.meta.url));

/** File name to content, for everything below `schemas/`. */
export function renderSchemas(): ReadonlyMap<string, string> {
  return new Map([
    ['millwright.schema.json', render(ProjectConfig, 'millwright.yaml', 'How Millwright works in this repository.')],
    [
      'pipeline.schema.json',
      render(PipelineFile, 'A Millwright pipeline', 'The phases that a work item goes through, and their gates.'),
    ],
    ...phaseResultNames.map(
      (name) =>
        [
          `${name}.result.schema.json`,
          render(phaseResults[name], `Result of ${name}`, `What the phase must answer when its output is ${name}.`),
        ] as const,
    ),
  ]);
}

function render(schema: z.ZodType, title: string, description: string): string {
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });
  return `${JSON.stringify({ $schema, title, description, ...rest }, null, 2)}\n`;
}

/** Names of schemas in `folder` that are missing, differ from `wanted`, or are left over. */
export async function findStale(folder: string, wanted: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const present = (await readdir(folder)).filter((name) => name.endsWith('.schema.json'));
  const texts = await Promise.all(
    present.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const),
  );
  const byName = new Map(texts);
  const names = new Set([...wanted.keys(), ...present]);
  return [...names].filter((name) => wanted.get(name) !== byName.get(name)).sort();
}

async function main(): Promise<void> {
  const wanted = renderSchemas();
  await mkdir(schemaFolder, { recursive: true });
  const stale = await findStale(schemaFolder, wanted);
  if (process.argv.includes('--check')) {
    for (const name of stale) console.error(`schemas/${name} is stale: run node scripts/schemas.ts`);
    process.exitCode = stale.length === 0 ? 0 : 1;
    return;
  }
  for (const name of stale) {
    const text = wanted.get(name);
    await (text === undefined ? rm(join(schemaFolder, name)) : writeFile(join(schemaFolder, name), text));
    console.log(`schemas/${name}`);
  }
}

if (import.meta.main) await main();
