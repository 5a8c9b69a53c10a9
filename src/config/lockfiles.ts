/** Which files decide what a setup command installs. */

/** One of these fixes the versions of everything below its folder. */
const locks: Readonly<Record<string, readonly string[]>> = {
  'package.json': ['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb'],
  'pyproject.toml': ['uv.lock', 'poetry.lock', 'pdm.lock'],
  Pipfile: ['Pipfile.lock'],
  'go.mod': ['go.sum'],
  'Cargo.toml': ['Cargo.lock'],
  'deno.json': ['deno.lock'],
  Gemfile: ['Gemfile.lock'],
  'composer.json': ['composer.lock'],
};

/** These say by themselves what is installed, or change how it is. */
const always = new Set([
  'go.mod',
  'pom.xml',
  'build.gradle',
  'build.gradle.kts',
  'gradle.lockfile',
  'libs.versions.toml',
  '.npmrc',
  '.yarnrc.yml',
  'pnpm-workspace.yaml',
  'bunfig.toml',
  'rust-toolchain.toml',
  'rust-toolchain',
  '.nvmrc',
  '.node-version',
  '.python-version',
  '.tool-versions',
]);
const requirements = /^(requirements|constraints)([-_.].*)?\.(txt|in)$/;
/** Folders whose content is installed, not declared. */
const installed = /(^|\/)(node_modules|vendor|\.venv|target|dist)\//;

/**
 * The files whose content keys the cache of the setup command, sorted: lock files wherever they lie, and the manifest
 * (`package.json`, …) where no lock of its own folder or of one above fixes its versions. Pure; paths from the root.
 */
export function lockfilesOf(files: readonly string[]): readonly string[] {
  const declared = files.filter((path) => !installed.test(path));
  const present = new Set(declared);
  return declared.filter((path) => isKey(path, present)).sort();
}

function isKey(path: string, present: ReadonlySet<string>): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (always.has(name) || requirements.test(name)) return true;
  if (Object.values(locks).some((names) => names.includes(name))) return true;
  const ownLocks = Object.hasOwn(locks, name) ? locks[name] : undefined;
  if (ownLocks === undefined) return false;
  return !foldersAbove(path).some((folder) => ownLocks.some((lock) => present.has(folder + lock)));
}

/** `a/b/c.txt` lies in `a/b/`, `a/` and the root ``. */
function foldersAbove(path: string): readonly string[] {
  const steps = path.split('/').slice(0, -1);
  return Array.from({ length: steps.length + 1 }, (_, kept) =>
    steps
      .slice(0, kept)
      .map((step) => `${step}/`)
      .join(''),
  );
}
