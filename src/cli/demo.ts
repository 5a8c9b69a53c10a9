import type { ExitCode } from '../model/user-error.ts';
import type { CliContext } from './context.ts';

export async function runDemo(_context: CliContext, _keep: string | null): Promise<ExitCode> {
  throw new Error('to come');
}
