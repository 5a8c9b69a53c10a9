/**
 * Everything that must hold before a commit, except the tests. `node scripts/check.ts` runs all steps, `… NAME` some.
 * Each step has a hard time limit: a linter that hangs is a failed step, not a hanging build.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Step } from './run-step.ts';
import { runStep } from './run-step.ts';

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
  { name: 'reference', argv: script('reference.ts', '--check'), limitMs: 30 * second, next: 'npm run generate' },
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

const names = process.argv.slice(2);
const unknown = names.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(
    `✗ unknown step: ${unknown.join(', ')}\n  Next: choose from ${steps.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}
for (const step of steps.filter(({ name }) => names.length === 0 || names.includes(name))) {
  if (!(await runStep(step, root))) process.exitCode = 1;
}
