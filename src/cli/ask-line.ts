/** One line from a person at the terminal. */
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { exitCode, UserError } from '../model/user-error.ts';

/** Trimmed; empty at the end of input. E_INTERRUPTED after Ctrl-C: nothing more was decided. */
export async function askLine(prompt: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  let interrupted = false;
  lines.on('SIGINT', () => {
    interrupted = true;
    lines.close();
  });
  const closed = once(lines, 'close').then(() => '');
  // Closing ends the question too, with an error that says no more than the event.
  const asked = lines.question(prompt).catch(() => '');
  const line = await Promise.race([asked, closed]);
  lines.close();
  if (!interrupted) return line.trim();
  process.stderr.write('\n');
  throw new UserError(
    'E_INTERRUPTED',
    'stopped here; what was decided before stands',
    'mw inbox, or the same command again',
    {
      exit: exitCode.interrupted,
    },
  );
}
