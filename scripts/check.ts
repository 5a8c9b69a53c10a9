/**
 * Everything that must hold before a commit, except the tests. `node scripts/check.ts` runs all steps, `… NAME` some.
 * Each step has a hard time limit: a linter that hangs is a failed step, not a hanging build.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Step {
  readonly name: string;
  readonly argv: readonly string[];
  readonly limitMs: number;
  /** What to type when it fails. */
  readonly next: string;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const tool = (path: string, ...args: readonly string[]) => [
  process.execPath,
  join(root, 'node_modules', path),
  ...args,
];
const script = (name: string, ...args: readonly string[]) => [process.execPath, join(root, 'scripts', name), ...args];
const second = 1_000;

const steps: readonly Step[] = [
  {
    name: 'lint-config',
    argv: script('lint-config.ts', '--check'),
    limitMs: 20 * second,
    next: 'node scripts/lint-config.ts',
  },
  {
    name: 'layer-table',
    argv: script('layer-table.ts', '--check'),
    limitMs: 20 * second,
    next: 'node scripts/layer-table.ts',
  },
  { name: 'schemas', argv: script('schemas.ts', '--check'), limitMs: 30 * second, next: 'npm run generate' },
  { name: 'source-rules', argv: script('source-rules.ts'), limitMs: 20 * second, next: 'mend the lines named above' },
  {
    name: 'lint',
    argv: tool('oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '--report-unused-disable-directives'),
    limitMs: 60 * second,
    next: 'mend the lines named above; npm run lint repeats it',
  },
  { name: 'format', argv: tool('oxfmt/bin/oxfmt', '--check'), limitMs: 60 * second, next: 'npm run format' },
  { name: 'types', argv: tool('typescript/bin/tsc', '-p', '.'), limitMs: 120 * second, next: 'npm run types' },
  { name: 'dead-code', argv: tool('knip/bin/knip.js', '--no-progress'), limitMs: 60 * second, next: 'npx knip' },
];

/** Runs one step to its end and says whether it held; its output goes straight through. */
async function runStep(step: Step): Promise<boolean> {
  const entry = step.argv[1] ?? '';
  if (!existsSync(entry)) {
    console.error(`✗ ${step.name}: ${entry} does not exist`);
    return false;
  }
  const begin = performance.now();
  // A process group of its own, so that the limit ends the tool's children as well.
  const child = spawn(step.argv[0] ?? '', step.argv.slice(1), {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, step.limitMs);
  const held = await new Promise<boolean>((resolve) => {
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
  clearTimeout(limit);
  const seconds = ((performance.now() - begin) / second).toFixed(1);
  if (held) console.log(`✓ ${step.name} ${seconds} s`);
  else console.error(`✗ ${step.name} ${seconds} s${late ? ', stopped at its time limit' : ''}\n  Next: ${step.next}`);
  return held;
}

const names = process.argv.slice(2);
const unknown = names.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(
    `✗ unknown step: ${unknown.join(', ')}\n  Next: choose from ${steps.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}
for (const step of steps.filter(({ name }) => names.length === 0 || names.includes(name))) {
  if (!(await runStep(step))) process.exitCode = 1;
}
