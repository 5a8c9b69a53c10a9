/**
 * Makes `dist/` for publishing: the program in a few files, with what it needs from its libraries, because opening two
 * hundred files takes longer than most commands do. `node scripts/build.ts`
 */
import {
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown, type Plugin } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'src');

/** Files that are started beside the program, as `new URL('./wrapper.ts', import.meta.url)` in every spelling of it. Pure. */
export function findStarted(path: string, code: string): readonly string[] {
  const found = code.matchAll(
    /new URL\(\s*['"`](\.{1,2}\/[^'"`$]+?)(?:\.ts|\$\{[^}]+\})['"`]\s*,\s*import\.meta\.url/g,
  );
  return [...found].map(([, target = '']) => posix.join(posix.dirname(path), target));
}

/** Where a file would lie if `dist/` had the folders of `src/`; `chunk` is the file that holds its code now. Pure. */
export function locate(file: string, chunk: string): string {
  const path = posix.relative(posix.dirname(chunk), file.replace(/\.ts$/, '.js'));
  return `new URL(${JSON.stringify(path)}, import.meta.url).href`;
}

/** What a module knows of its own place stays true, although its code moves to another file. */
const placeKeeper: Plugin = {
  name: 'keep-places',
  transform(code, id) {
    if (!id.startsWith(source) || !code.includes('import.meta.url')) return null;
    return code.replaceAll('import.meta.url', `__placeOf(${JSON.stringify(relative(source, id))})`);
  },
  renderChunk: (code, { fileName }) =>
    code.replaceAll(/__placeOf\("([^"]+)"\)/g, (_, file: string) => locate(file, fileName)),
};

/** Builds into `dist`, which is emptied first. */
export async function build(dist: string): Promise<void> {
  rmSync(dist, { recursive: true, force: true });
  const files = globSync('**/*.ts', { cwd: source, exclude: ['**/*.test.ts'] });
  const started = files.flatMap((file) => findStarted(file, readFileSync(join(source, file), 'utf8')));
  // Each by itself: a program that runs inside walls sees no other file of ours.
  const modules: string[] = [];
  for (const name of started) modules.push(...(await bundle(dist, name, false)));
  modules.push(...(await bundle(dist, 'cli/main', true)));
  for (const file of globSync('**/*.sql', { cwd: source })) {
    mkdirSync(dirname(join(dist, file)), { recursive: true });
    copyFileSync(join(source, file), join(dist, file));
  }
  writeFileSync(join(dist, 'LICENSES-OF-LIBRARIES'), collectLicenses(modules));
}

/**
 * Lays out in a folder what `npm publish` would send, with what npm would install for it beside it: the programs of the
 * database, and nothing else. Answers `mw`.
 */
export async function makePackage(folder: string): Promise<string> {
  const { files, dependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  ) as { files: readonly string[]; dependencies?: object; optionalDependencies: object };
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', ...files])
    if (name !== 'dist') cpSync(join(root, name), join(folder, name), { recursive: true });
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const installed = join(root, 'node_modules', name);
    if (!existsSync(installed)) continue;
    mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true });
    symlinkSync(installed, join(folder, 'node_modules', name));
  }
  await build(join(folder, 'dist'));
  return join(folder, 'bin', 'mw.cjs');
}

/** Answers the paths of all modules that were taken in. `split`: what only some commands need is a file of its own. */
async function bundle(dist: string, name: string, split: boolean): Promise<readonly string[]> {
  const made = await rolldown({
    input: { [name]: join(source, `${name}.ts`) },
    platform: 'node',
    tsconfig: join(root, 'tsconfig.json'),
    // pg asks for it only where it is told to.
    external: ['pg-native'],
    plugins: [placeKeeper],
  });
  const { output } = await made.write({
    dir: dist,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    codeSplitting: split,
    minify: 'dce-only',
  });
  await made.close();
  return output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
}

/** The licence of every library whose code was taken in; without one it must not be. */
function collectLicenses(modules: readonly string[]): string {
  const folders = modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id) ?? []);
  const rule = `\n${'-'.repeat(80)}\n\n`;
  return [...new Set(folders)].sort().map(readLicense).join(rule);
}

function readLicense(folder: string): string {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, string>;
  const [file] = globSync('{LICEN[SC]E,licen[sc]e}*', { cwd: folder });
  const readme = join(folder, 'README.md');
  const text =
    file !== undefined
      ? readFileSync(join(folder, file), 'utf8')
      : existsSync(readme)
        ? /^#+ licen[sc]e$([\s\S]*)/im.exec(readFileSync(readme, 'utf8'))?.[1]
        : undefined;
  if (text === undefined || text.trim() === '') throw new Error(`${folder} says nothing of its licence`);
  return `${name} ${version}\n\n${text.trim()}\n`;
}

if (import.meta.main) await build(join(root, 'dist'));
