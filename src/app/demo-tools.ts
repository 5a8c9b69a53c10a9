/** Tools of the demo's sample project that lie on this machine already, so that nothing is fetched. */
import { access, realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface DemoTool {
  /** A file or folder that sessions and checks must be able to read. */
  readonly path: string;
  /** Names in `node_modules` and where they lead. */
  readonly links: Readonly<Record<string, string>>;
}

/**
 * The TypeScript compiler and Node's types, as they are installed beside Millwright; `null` when they are not: they are
 * a development dependency, which the published package leaves behind.
 */
export async function findCompiler(from: string = import.meta.url): Promise<readonly DemoTool[] | null> {
  const typescript = await findPackage('typescript', from);
  const types = await findPackage('@types/node', from);
  if (typescript === null || types === null) return null;
  const program = join(typescript, 'bin', 'tsc');
  // What the two need in turn: the compiler's native program, and the types of fetch.
  const native = await findPackage(
    `@typescript/typescript-${process.platform}-${process.arch}`,
    join(typescript, 'package.json'),
  );
  const undici = await findPackage('undici-types', join(types, 'package.json'));
  const further = [native, undici].flatMap((path) => (path === null ? [] : [{ path, links: {} }]));
  return [
    { path: typescript, links: { typescript, '.bin/tsc': program } },
    { path: types, links: { '@types/node': types } },
    ...further,
  ];
}

async function findPackage(name: string, from: string): Promise<string | null> {
  for (const folder of createRequire(from).resolve.paths(name) ?? []) {
    const manifest = join(folder, name, 'package.json');
    const found = await access(manifest).then(
      () => true,
      () => false,
    );
    if (found) return dirname(await realpath(manifest));
  }
  return null;
}
