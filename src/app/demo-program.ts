import { execFile } from 'node:child_process';

const timeoutMs = 10_000;
const maxBytes = 100_000;

/** Runs a program of the demo's repository: with an empty environment, reading that folder only, starting nothing. */
export async function runDemoProgram(
  repository: string,
  args: readonly string[],
): Promise<{ readonly exitCode: number; readonly output: string }> {
  const permissions = ['--permission', `--allow-fs-read=${repository}/*`];
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [...permissions, ...args],
      { cwd: repository, env: {}, timeout: timeoutMs, maxBuffer: maxBytes },
      (error, stdout, stderr) => {
        if (error !== null && typeof error.code !== 'number') return reject(error);
        return resolve({ exitCode: typeof error?.code === 'number' ? error.code : 0, output: `${stdout}${stderr}` });
      },
    );
  });
}
