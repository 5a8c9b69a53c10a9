import { CommanderError } from 'commander';
import { exitCode, UserError, type ExitCode } from '../model/user-error.ts';
import { printableJson, showControl } from '../model/visible-text.ts';
import { schemaVersion } from './output.ts';

/** Prints what went wrong, to what, and the next thing to type. Answers the exit code. */
export function reportError(error: unknown, json: boolean): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.usage;
  const known = error instanceof UserError ? error : null;
  if (json) {
    const problem = { code: known?.code ?? 'E_INTERNAL', message: messageOf(error), next: known?.next ?? null };
    process.stdout.write(`${printableJson({ schemaVersion, error: problem })}\n`);
  }
  if (known !== null) {
    process.stderr.write(`✗ ${showControl(known.message)}  [${known.code}]\n  Next: ${showControl(known.next)}\n`);
    return known.exit;
  }
  if ((error as NodeJS.ErrnoException | null)?.code === 'ENOSPC') {
    process.stderr.write(
      '✗ the disk is full; nothing that was recorded is lost  [E_DISK_FULL]\n  Next: free some space (mw gc helps), then run the command again\n',
    );
    return exitCode.error;
  }
  process.stderr.write(
    `✗ Millwright itself failed: ${showControl(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n  Next: please report this, with the text above\n`,
  );
  return exitCode.error;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
