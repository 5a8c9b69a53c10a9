/** Which files of a project are tests, and which decide what its checks prove. */
import type { Roll } from '../guard/census.ts';
import { createFileRules, type FileRules } from '../guard/files.ts';
import { programsBehind } from '../guard/started-programs.ts';
import { listFilesAt, readFilesAt } from '../git/history.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';

/** The rules of a project as its base says: what its checks start, and which files its runners have named. */
export async function rulesOf(
  { checks, guard }: PinnedPipeline,
  gitDir: string,
  base: string,
  atBase: readonly Roll[],
): Promise<FileRules> {
  const files = await listFilesAt(gitDir, base, '');
  const manifests = files.filter((path) => /(?:^|\/)package\.json$/.test(path)).slice(0, maxManifests);
  const texts = await readFilesAt(gitDir, base, manifests);
  const scripts = Map.groupBy(
    [...texts.values()].flatMap((text) => scriptsIn(text.toString('utf8'))),
    ([name]) => name,
  );
  const commands = new Map([...scripts].map(([name, all]) => [name, all.map(([, command]) => command)]));
  const programs = Object.values(checks).flatMap((check) =>
    'run' in check ? programsBehind(check.run, commands, files) : [],
  );
  const there = new Set(files);
  const named = new Set(
    atBase.flatMap(({ tests }) => tests.flatMap(({ file }) => (file !== null && there.has(file) ? [file] : []))),
  );
  return createFileRules({ tests: guard.tests, judges: guard.judges, programs, named });
}

const maxManifests = 200;

function scriptsIn(manifest: string): readonly (readonly [string, string])[] {
  try {
    const { scripts } = JSON.parse(manifest) as { scripts?: Record<string, unknown> };
    return Object.entries(scripts ?? {}).filter((each): each is [string, string] => typeof each[1] === 'string');
  } catch (error) {
    // One that lies among fixtures may be broken on purpose.
    if (error instanceof SyntaxError || error instanceof TypeError) return [];
    throw error;
  }
}
