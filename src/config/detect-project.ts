/** What a repository is built with, as far as its files tell: the start of a `millwright.yaml`. */
import type { Check } from '../model/check.ts';
import { detectJavascript } from './detect-javascript.ts';
import { detectPython } from './detect-python.ts';
import type { DetectedProject, DetectedTool, Files } from './detected-project.ts';

export interface DetectInput {
  /** Paths from the root of what git tracks. */
  readonly listFiles: () => Promise<readonly string[]>;
  readonly readFile: (path: string) => Promise<string | null>;
}

/** A proposal of setup, checks and protected paths. Never fails: what is not recognised is absent, and the notes say so. */
export async function detectProject({ listFiles, readFile }: DetectInput): Promise<DetectedProject> {
  const files: Files = { paths: new Set(await listFiles()), read: readFile };
  const detected = await Promise.all(
    [detectJavascript, detectPython, detectGo, detectRust, detectMaven].map((detect) => detect(files)),
  );
  const tools = detected.filter((tool) => tool !== null);
  const setups = tools.flatMap(({ setup }) => (setup === null ? [] : [setup]));
  const checks = joinChecks(tools);
  const notes = tools.flatMap(({ notes }) => notes);
  const hasTest = Object.values(checks).some(({ kind }) => kind === 'test');
  return {
    tools: tools.map(({ name }) => name),
    setup: setups.length === 0 ? null : setups.join(' && '),
    setupNetwork: [...new Set(tools.flatMap(({ setupNetwork }) => setupNetwork))],
    checks,
    protect: protectedPaths(files),
    notes: hasTest
      ? notes
      : [...notes, 'no test command was recognised: without one only the other checks and the reviewers judge'],
  };
}

/** One tool keeps the plain names; with several, a name that is taken gets the tool’s in front: `go-test`. */
function joinChecks(tools: readonly DetectedTool[]): Record<string, Check> {
  const joined: Record<string, Check> = {};
  for (const tool of tools) {
    const prefix = tool.name.toLowerCase().replace(/[^a-z].*$/, '');
    for (const [name, check] of Object.entries(tool.checks))
      joined[joined[name] === undefined ? name : `${prefix}-${name}`] = check;
  }
  return joined;
}

async function detectGo(files: Files): Promise<DetectedTool | null> {
  if (!files.paths.has('go.mod')) return null;
  const hasDependencies = files.paths.has('go.sum') && !files.paths.has('vendor/modules.txt');
  return {
    name: 'Go',
    setup: hasDependencies ? 'go mod download' : null,
    setupNetwork: hasDependencies ? ['proxy.golang.org:443', 'sum.golang.org:443'] : [],
    checks: {
      // -json is the only form that counts every test; plain `go test` prints one line a package.
      test: { run: 'go test -json ./...', kind: 'test' },
      build: { run: 'go build ./...', kind: 'build' },
      lint: { run: 'go vet ./...', kind: 'lint' },
    },
    notes: [],
  };
}

async function detectRust(files: Files): Promise<DetectedTool | null> {
  if (!files.paths.has('Cargo.toml')) return null;
  const locked = files.paths.has('Cargo.lock') ? ' --locked' : '';
  const nextest = files.paths.has('.config/nextest.toml');
  return {
    name: 'Rust',
    setup: `cargo fetch${locked}`,
    setupNetwork: ['index.crates.io:443', 'static.crates.io:443'],
    checks: {
      test: { run: `cargo ${nextest ? 'nextest run' : 'test'}${locked} --offline`, kind: 'test' },
      types: { run: `cargo check --all-targets${locked} --offline`, kind: 'types' },
    },
    notes: [],
  };
}

async function detectMaven(files: Files): Promise<DetectedTool | null> {
  if (!files.paths.has('pom.xml')) return null;
  const maven = files.paths.has('mvnw') ? './mvnw' : 'mvn';
  return {
    name: 'Maven',
    setup: `${maven} -B -q dependency:go-offline`,
    setupNetwork: ['repo.maven.apache.org:443'],
    checks: { test: { run: `${maven} -B -o test`, kind: 'test' } },
    notes: [],
  };
}

/** What decides about the work must not be changed by the work. */
function protectedPaths(files: Files): readonly string[] {
  const paths = [...files.paths];
  const own = ['millwright.yaml', '.millwright/**'];
  const continuous = [
    { glob: '.github/workflows/**', folder: '.github/workflows/' },
    { glob: '.gitlab-ci.yml', folder: '.gitlab-ci.yml' },
    { glob: '.circleci/**', folder: '.circleci/' },
    { glob: 'Jenkinsfile', folder: 'Jenkinsfile' },
  ];
  return [
    ...own,
    ...continuous.filter(({ folder }) => paths.some((path) => path.startsWith(folder))).map(({ glob }) => glob),
  ];
}
