/** npm, pnpm, yarn and bun: what `package.json` and its lock file say. */
import { z } from 'zod';
import type { Check } from '../model/check.ts';
import type { DetectedTool, Files } from './detected-project.ts';

const Texts = z.record(z.string(), z.string()).catch({});
const Manifest = z.looseObject({
  scripts: Texts.default({}),
  dependencies: Texts.default({}),
  devDependencies: Texts.default({}),
});
type Manifest = z.infer<typeof Manifest>;

interface Manager {
  readonly name: string;
  readonly locks: readonly string[];
  readonly install: string;
  /** Runs a script of the manifest. */
  readonly run: string;
  /** Runs an installed program without fetching it. */
  readonly exec: string;
}

const npm: Manager = {
  name: 'npm',
  locks: ['package-lock.json', 'npm-shrinkwrap.json'],
  install: 'npm ci',
  run: 'npm run',
  exec: 'npx --no-install',
};
const managers: readonly Manager[] = [
  {
    name: 'pnpm',
    locks: ['pnpm-lock.yaml'],
    install: 'pnpm install --frozen-lockfile',
    run: 'pnpm run',
    exec: 'pnpm exec',
  },
  { name: 'yarn', locks: ['yarn.lock'], install: 'yarn install --frozen-lockfile', run: 'yarn run', exec: 'yarn run' },
  {
    name: 'bun',
    locks: ['bun.lock', 'bun.lockb'],
    install: 'bun install --frozen-lockfile',
    run: 'bun run',
    exec: 'bunx --no-install',
  },
  npm,
];

/** Runners whose closing lines hold a count of tests, as a script would call them. */
const countedRunners =
  /\b(vitest|jest|mocha|ava|playwright test|bun test|deno test|react-scripts test|node\s+(\S+\s+)*--test)\b/;
/** The script that `npm init` writes when there are no tests. */
const noTests = /no test specified/;

/** The proposal for a `package.json` at the root, `null` without one that can be read. */
export async function detectJavascript(files: Files): Promise<DetectedTool | null> {
  const manifest = await readManifest(files);
  if (manifest === null) return null;
  const manager = managers.find(({ locks }) => locks.some((lock) => files.paths.has(lock))) ?? npm;
  const hasLock = manager.locks.some((lock) => files.paths.has(lock));
  const needsInstall = hasLock || Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).length > 0;
  const isNewYarn = manager.name === 'yarn' && files.paths.has('.yarnrc.yml');
  const install = isNewYarn ? 'yarn install --immutable' : hasLock ? manager.install : 'npm install';
  const { checks, notes } = readScripts(manifest, manager, files);
  return {
    name: manager.name,
    setup: needsInstall ? install : null,
    setupNetwork: needsInstall ? [manager.name === 'yarn' ? 'registry.yarnpkg.com:443' : 'registry.npmjs.org:443'] : [],
    checks,
    notes: hasLock || !needsInstall ? notes : [...notes, 'no lock file: every setup may install other versions'],
  };
}

async function readManifest(files: Files): Promise<Manifest | null> {
  const text = files.paths.has('package.json') ? await files.read('package.json') : null;
  if (text === null) return null;
  const parsed = z.string().transform(parseJson).pipe(Manifest).safeParse(text);
  return parsed.success ? parsed.data : null;
}

function parseJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'not JSON' });
    return z.NEVER;
  }
}

function readScripts(
  manifest: Manifest,
  manager: Manager,
  files: Files,
): { checks: Record<string, Check>; notes: readonly string[] } {
  const { scripts } = manifest;
  const checks: Record<string, Check> = {};
  const notes: string[] = [];
  const add = (name: string, kind: Check['kind'], script: string | undefined) => {
    if (script !== undefined) checks[name] = { run: `${manager.run} ${script}`, kind };
  };
  const test = scripts['test'];
  if (test !== undefined && !noTests.test(test)) {
    const isCounted = countedRunners.test(expand(test, scripts));
    checks['test'] = {
      run: manager.name === 'bun' ? 'bun run test' : `${manager.name} test`,
      kind: isCounted ? 'test' : 'command',
    };
    if (!isCounted)
      notes.push(
        'the test script’s runner is not known, so only its exit code counts: use kind: test if it prints how many tests ran',
      );
  }
  add(
    'types',
    'types',
    firstScript(scripts, ['typecheck', 'type-check', 'check-types', 'check:types', 'types', 'tsc']),
  );
  if (
    checks['types'] === undefined &&
    files.paths.has('tsconfig.json') &&
    manifest.devDependencies['typescript'] !== undefined
  ) {
    checks['types'] = { run: `${manager.exec} tsc --noEmit`, kind: 'types' };
  }
  add('lint', 'lint', firstScript(scripts, ['lint', 'lint:check', 'eslint']));
  add('build', 'build', firstScript(scripts, ['build']));
  if (checks['lint'] === undefined && checks['types'] === undefined)
    add('check', 'command', firstScript(scripts, ['check']));
  return { checks, notes };
}

/** A script together with the scripts it runs, one step deep: `npm run test:unit` hides the runner’s name. */
function expand(script: string, scripts: Readonly<Record<string, string>>): string {
  const called = Object.keys(scripts).filter((name) => name !== 'test' && script.includes(name));
  return [script, ...called.map((name) => scripts[name])].join(' && ');
}

/** A script that ends by itself; one that watches never would. */
function firstScript(scripts: Readonly<Record<string, string>>, names: readonly string[]): string | undefined {
  return names.find((name) => scripts[name] !== undefined && !/--watch\b|\b(nodemon|tsc -w)\b/.test(scripts[name]));
}
