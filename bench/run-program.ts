/** Runs one program to its end and says what it took. */
import { spawn } from 'node:child_process';
import { endedChildrenMs } from './process-usage.ts';

export interface ProgramRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Milliseconds since 1970, for comparison with the agents' own notes. */
  readonly startedAt: number;
  readonly wallMs: number;
  /** User and system, with everything that it started and waited for. */
  readonly cpuMs: number;
}

export interface ProgramOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Called soon after the start and then regularly. */
  readonly watch?: (pid: number) => void;
  readonly watchEveryMs?: number;
}

/** One at a time: the processor time of children is told apart by when they end. */
export function runProgram(argv: readonly [string, ...string[]], options: ProgramOptions): Promise<ProgramRun> {
  const [program, ...args] = argv;
  const before = endedChildrenMs();
  const startedAt = performance.timeOrigin + performance.now();
  const child = spawn(program, args, { cwd: options.cwd, env: { ...options.env }, stdio: ['pipe', 'pipe', 'pipe'] });
  const { watch } = options;
  const timer =
    watch === undefined
      ? undefined
      : setInterval(() => child.pid !== undefined && watch(child.pid), options.watchEveryMs ?? 500);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.end(options.input ?? '');
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => {
      clearInterval(timer);
      const wallMs = performance.timeOrigin + performance.now() - startedAt;
      resolve({ exitCode, stdout, stderr, startedAt, wallMs, cpuMs: endedChildrenMs() - before });
    });
  });
}

/** The same, for a program that must succeed. */
export async function mustRun(argv: readonly [string, ...string[]], options: ProgramOptions): Promise<ProgramRun> {
  const run = await runProgram(argv, options);
  if (run.exitCode !== 0)
    throw new Error(
      `${argv.join(' ')}: exit code ${run.exitCode}\n${run.stdout.slice(-2_000)}\n${run.stderr.slice(-4_000)}`,
    );
  return run;
}
