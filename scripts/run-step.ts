/** One step of the check, in a process group of its own and under a time limit. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A command that must end with exit code 0 in time. */
export interface Step {
  readonly name: string;
  readonly argv: readonly string[];
  readonly limitMs: number;
  /** What to type when it fails. */
  readonly next: string;
}

/** Runs one step to its end and says whether it held; its output goes straight through. */
export async function runStep(step: Step, root: string): Promise<boolean> {
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
  const seconds = ((performance.now() - begin) / 1_000).toFixed(1);
  if (held) console.log(`✓ ${step.name} ${seconds} s`);
  else console.error(`✗ ${step.name} ${seconds} s${late ? ', stopped at its time limit' : ''}\n  Next: ${step.next}`);
  return held;
}
