import { expect, test } from 'vitest';
import type { DetectedProject } from './detected-project.ts';
import { detectProject } from './detect-project.ts';
import { loadProject } from './load-project.ts';
import { lockfilesOf } from './lockfiles.ts';
import { formatProblem } from './problem.ts';
import { renderProject } from './render-project.ts';

type Tree = Readonly<Record<string, string>>;

async function detect(tree: Tree): Promise<DetectedProject> {
  return detectProject({ listFiles: async () => Object.keys(tree), readFile: async (path) => tree[path] ?? null });
}

function manifest(scripts: Tree, devDependencies: Tree = { typescript: '7' }): string {
  return JSON.stringify({ scripts, devDependencies });
}

test('npm: the scripts that exist become checks, of the kind that their runner allows', async () => {
  const tree = {
    'package.json': manifest({ test: 'node --test', lint: 'eslint .', build: 'tsc -b', typecheck: 'tsc --noEmit' }),
    'package-lock.json': '{}',
  };
  expect(await detect(tree)).toMatchObject({
    tools: ['npm'],
    setup: 'npm ci',
    setupNetwork: ['registry.npmjs.org:443'],
    checks: {
      test: { run: 'npm test', kind: 'test' },
      types: { run: 'npm run typecheck', kind: 'types' },
      lint: { run: 'npm run lint', kind: 'lint' },
      build: { run: 'npm run build', kind: 'build' },
    },
    notes: [],
  });
});

test.each([
  'vitest run',
  'jest --ci',
  'mocha',
  'ava',
  'node --test',
  'node --import x --test src',
  'npm run test:unit',
])('the runner of %j is known to count', async (script) => {
  const { checks } = await detect({ 'package.json': manifest({ test: script, 'test:unit': 'vitest run' }) });
  expect(checks['test']?.kind).toBe('test');
});

test('a test script whose runner is unknown is judged by its exit code, and a note says so', async () => {
  const detected = await detect({ 'package.json': manifest({ test: './run-tests.sh' }) });
  expect(detected.checks['test']).toEqual({ run: 'npm test', kind: 'command' });
  expect(detected.notes.join()).toContain('only its exit code counts');
});

test('the placeholder that npm init writes is no test', async () => {
  const detected = await detect({
    'package.json': manifest({ test: 'echo "Error: no test specified" && exit 1' }, {}),
  });
  expect(detected.checks).toEqual({});
  expect(detected.setup).toBeNull();
  expect(detected.notes.join()).toContain('no test command was recognised');
});

test.each([
  ['pnpm-lock.yaml', 'pnpm', 'pnpm install --frozen-lockfile', 'pnpm test'],
  ['yarn.lock', 'yarn', 'yarn install --frozen-lockfile', 'yarn test'],
  ['bun.lock', 'bun', 'bun install --frozen-lockfile', 'bun run test'],
])('%s means %s', async (lock, name, setup, run) => {
  const detected = await detect({ 'package.json': manifest({ test: 'vitest run' }), [lock]: '' });
  expect(detected).toMatchObject({ tools: [name], setup, checks: { test: { run, kind: 'test' } } });
});

test('TypeScript without a script is checked by the installed compiler; a script that watches is not used', async () => {
  const detected = await detect({
    'package.json': manifest({ build: 'tsc --watch' }),
    'package-lock.json': '',
    'tsconfig.json': '{}',
  });
  expect(detected.checks).toEqual({ types: { run: 'npx --no-install tsc --noEmit', kind: 'types' } });
});

test('a manifest that is not JSON is not npm, and nothing fails', async () => {
  expect(await detect({ 'package.json': '{ not json' })).toMatchObject({ tools: [], setup: null, checks: {} });
});

test.each<[string, Tree, object]>([
  [
    'uv and pytest',
    {
      'pyproject.toml': '[project]\ndependencies = []\n[dependency-groups]\ndev = ["pytest"]\n[tool.ruff]\n',
      'uv.lock': '',
    },
    {
      tools: ['Python (uv)'],
      setup: 'uv sync --frozen',
      checks: { test: { run: 'uv run --frozen --no-sync python -m pytest', kind: 'test' }, lint: { kind: 'lint' } },
    },
  ],
  [
    'poetry and mypy',
    { 'pyproject.toml': '[tool.poetry]\n[tool.mypy]\n', 'poetry.lock': '', 'tests/conftest.py': '' },
    {
      tools: ['Python (poetry)'],
      checks: { test: { run: 'poetry run python -m pytest' }, types: { run: 'poetry run python -m mypy .' } },
    },
  ],
  [
    'pip requirements',
    { 'requirements.txt': 'pytest==8\n' },
    {
      setup: 'python3 -m venv .venv && .venv/bin/pip install -r requirements.txt',
      checks: { test: { run: '.venv/bin/python -m pytest' } },
    },
  ],
  [
    'unittest and nothing to install',
    { 'app.py': '', 'test_app.py': '' },
    {
      tools: ['Python'],
      setup: null,
      setupNetwork: [],
      checks: { test: { run: 'python3 -m unittest discover', kind: 'test' } },
    },
  ],
  [
    'Go',
    { 'go.mod': '', 'go.sum': '' },
    {
      tools: ['Go'],
      setup: 'go mod download',
      checks: {
        test: { run: 'go test -json ./...', kind: 'test' },
        build: { kind: 'build' },
        lint: { run: 'go vet ./...' },
      },
    },
  ],
  [
    'Rust',
    { 'Cargo.toml': '', 'Cargo.lock': '' },
    {
      tools: ['Rust'],
      setup: 'cargo fetch --locked',
      checks: { test: { run: 'cargo test --locked --offline', kind: 'test' }, types: { kind: 'types' } },
    },
  ],
  [
    'Maven with its wrapper',
    { 'pom.xml': '', mvnw: '' },
    {
      tools: ['Maven'],
      checks: { test: { run: './mvnw -B -o test', kind: 'test' } },
    },
  ],
])('%s is recognised', async (_, tree, expected) => {
  expect(await detect(tree)).toMatchObject(expected);
});

test('two tools in one repository keep their checks apart', async () => {
  const detected = await detect({ 'package.json': manifest({ test: 'vitest run' }, {}), 'go.mod': '' });
  expect(Object.keys(detected.checks)).toEqual(['test', 'go-test', 'build', 'lint']);
  expect(detected.setup).toBe(null);
});

test('what decides about work is protected from work', async () => {
  const { protect } = await detect({ '.github/workflows/ci.yml': '', Jenkinsfile: '' });
  expect(protect).toEqual(['millwright.yaml', '.millwright/**', '.github/workflows/**', 'Jenkinsfile']);
});

test.each<[string, Tree]>([
  ['nothing', {}],
  [
    'npm',
    {
      'package.json': manifest({ test: 'vitest run', lint: 'x', build: 'y', check: 'z' }),
      'package-lock.json': '',
      'tsconfig.json': '',
    },
  ],
  [
    'everything',
    { 'package.json': manifest({ test: 'vitest run' }), 'go.mod': '', 'go.sum': '', '.github/workflows/a.yml': '' },
  ],
])('the rendered file for %s is valid, commented and at most 30 lines', async (_, tree) => {
  const agent = { name: 'claude', config: { adapter: 'command', command: 'say "hi: #1"' } } as const;
  const text = renderProject({
    detected: await detect(tree),
    agent,
    target: 'release/1.0',
    schema: 'https://example.com/millwright.schema.json',
  });
  const loaded = loadProject(text);
  expect(loaded.ok ? [] : loaded.problems.map(formatProblem)).toEqual([]);
  expect(loaded).toMatchObject({ config: { target: 'release/1.0', agents: { claude: { command: 'say "hi: #1"' } } } });
  expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=https://example.com/millwright.schema.json');
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(30);
});

test('lock files key the setup, and a manifest does where nothing locks it', () => {
  expect(lockfilesOf(['src/a.ts', 'package.json', 'package-lock.json'])).toEqual(['package-lock.json']);
  expect(lockfilesOf(['package.json'])).toEqual(['package.json']);
  expect(lockfilesOf(['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', 'apps/web/package.json'])).toEqual([
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
  ]);
  expect(lockfilesOf(['web/package.json', 'web/yarn.lock', 'api/package.json'])).toEqual([
    'api/package.json',
    'web/yarn.lock',
  ]);
  expect(lockfilesOf(['pyproject.toml', 'requirements-dev.txt', 'go.mod', 'go.sum', 'pom.xml', '.nvmrc'])).toEqual([
    '.nvmrc',
    'go.mod',
    'go.sum',
    'pom.xml',
    'pyproject.toml',
    'requirements-dev.txt',
  ]);
});

test('installed and built folders do not key the setup', () => {
  expect(
    lockfilesOf(['node_modules/x/package.json', 'a/node_modules/y/package-lock.json', 'target/package/Cargo.lock']),
  ).toEqual([]);
});
