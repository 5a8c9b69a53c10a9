import { expect, test } from 'vitest';
import { loadProject } from './load-project.ts';
import { formatProblem } from './problem.ts';

const sound = `version: 1
agents:
  writer: { adapter: claude-code }
  local: { adapter: command, command: ./agent.sh, env: { MODE: fast } }
routes: { default: writer, build: local, review.tests: local }
checks:
  test: { run: npm test, kind: test }
limits: { idle: 2s, session: 1h }
protect: [.github/**, 'src/**/*.snap', 'app/\\[id\\]/**']
`;

function problemsOf(text: string): readonly string[] {
  const loaded = loadProject(text);
  return loaded.ok ? [] : loaded.problems.map(formatProblem);
}

/** The sound file with one line changed, so that only that line can be at fault. */
function changed(from: string, to: string): string {
  expect(sound).toContain(from);
  return sound.replace(from, to);
}

test('a sound file is accepted and its defaults are filled in', () => {
  const loaded = loadProject(sound);
  expect(loaded).toMatchObject({
    ok: true,
    config: {
      target: 'main',
      pipeline: 'engineering',
      sandbox: { rung: 'bubblewrap' },
      limits: { slots: 2, idle: '2s', check: '10m' },
    },
  });
});

test('the smallest file is accepted', () => {
  expect(problemsOf('version: 1\nagents: { a: { adapter: codex } }\nroutes: { default: a }\n')).toEqual([]);
});

test.each([
  [
    'unknown agent in a route',
    'build: local',
    'build: locall',
    'millwright.yaml:5:35  no agent is called "locall": did you mean "local"?',
  ],
  [
    'no default route',
    'default: writer, ',
    '',
    'millwright.yaml:5:1  "default" is missing: the agent for every phase without a route of its own',
  ],
  [
    'command without a command',
    ', command: ./agent.sh',
    '',
    'millwright.yaml:4:3  adapter command needs "command": the shell command or argument list to run',
  ],
  [
    'scripted without a script',
    'command, command: ./agent.sh',
    'scripted',
    'millwright.yaml:4:3  adapter scripted needs "command": the path of its script file',
  ],
  [
    'a check called all',
    '  test: {',
    '  all: {',
    'millwright.yaml:7:3  a check cannot be called "all": in a pipeline that word takes every check',
  ],
  [
    'a check called as one of the core',
    '  test: {',
    '  specs: {',
    'millwright.yaml:7:3  a check cannot be called "specs": that is one of Millwright\'s own',
  ],
  [
    'a report outside the repository',
    'npm test, kind',
    'npm test, report: ../report.xml, kind',
    'millwright.yaml:7:34  "../report.xml" does not fit: write a path from the root of the repository, such as build/report.xml',
  ],
  [
    'a limit that is too short',
    'idle: 2s',
    'idle: 20ms',
    'millwright.yaml:8:17  20ms is out of range: use 100ms to 24h',
  ],
  [
    'a limit that is too long',
    'session: 1h',
    'session: 900h',
    'millwright.yaml:8:30  900h is out of range: use 100ms to 168h',
  ],
  [
    'a glob from the root of the machine',
    '.github/**',
    '/etc/**',
    'millwright.yaml:9:11  "/etc/**" protects nothing: write it from the repository’s root, for example src/**',
  ],
  [
    'a glob that leaves out',
    '.github/**',
    '"!docs/**"',
    'millwright.yaml:9:11  "!docs/**" leaves out: list what is protected, each by its own glob',
  ],
  ['a key of nothing', 'routes:', 'route:', 'millwright.yaml:5:1  unknown key "route": did you mean "routes"?'],
])('%s is refused where it stands', (_, from, to, expected) => {
  expect(problemsOf(changed(from, to))).toContain(expected);
});

test('no agents at all is refused', () => {
  expect(problemsOf('version: 1\nagents: {}\nroutes: { default: a }\n')).toContain(
    'millwright.yaml:2:9  no agent: name at least one',
  );
});

test.each(['-main', 'a..b', 'a b', 'x.lock', '/x', 'a~1', '@{u}x@{', 'a/', '.x'])(
  '%j is refused as a branch',
  (target) => {
    expect(problemsOf(`${sound}target: '${target}'\n`)).toEqual([
      expect.stringContaining('cannot be the name of a branch'),
    ]);
  },
);

test.each(['main', 'release/1.x', 'feature-ä'])('%j is accepted as a branch', (target) => {
  expect(problemsOf(`${sound}target: '${target}'\n`)).toEqual([]);
});

// Assembled here, so that no scanner takes this file for a leak.
const secrets = {
  'a model API key': `sk-${'ant-api03-'}${'a1B2'.repeat(8)}`,
  'a GitHub token': `ghp_${'a1B2c3'.repeat(6)}`,
  'an AWS access key': `AKIA${'ABCD1234'.repeat(2)}`,
  'a Slack token': `xoxb-${'1234567890'}-abc`,
  'a private key': `-----BEGIN RSA ${'PRIVATE'} KEY-----`,
};

test.each(Object.entries(secrets))('%s in env is refused, pointed to passEnv, and not repeated', (what, secret) => {
  const [problem = ''] = problemsOf(changed('MODE: fast', `MODE: '${secret}'`));
  expect(problem).toContain(`millwright.yaml:4:`);
  expect(problem).toContain(`looks like ${what}`);
  expect(problem).toContain('passEnv: [MODE]');
  expect(problem).not.toContain(secret);
});

test('a secret in a command is refused too', () => {
  const text = changed('npm test', `TOKEN=${secrets['a GitHub token']} npm test`);
  expect(problemsOf(text)).toEqual([expect.stringContaining('millwright.yaml:7:16  looks like a GitHub token')]);
});

test('a long value of a variable that is named like a secret is refused, a word is not', () => {
  expect(problemsOf(changed('MODE: fast', `API_KEY: ${'a1b2c3d4'.repeat(4)}`))).toEqual([
    expect.stringContaining('by its name and length'),
  ]);
  expect(problemsOf(changed('MODE: fast', 'API_KEY: local'))).toEqual([]);
  expect(problemsOf(changed('MODE: fast', 'BASE: https://127.0.0.1:8080/v1/models-2026'))).toEqual([]);
});
