/** Short questions at the terminal. */
import { createInterface } from 'node:readline/promises';

/** Whether somebody can be asked. */
export function isAtTerminal(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** Asks a person at a terminal; without one the answer is no. */
export async function confirm(question: string): Promise<boolean> {
  return isAtTerminal() && /^y(es)?$/i.test(await readLine(`${question} [y/N] `));
}

/** A line of words; empty without a terminal. */
export async function readReason(question: string): Promise<string> {
  return isAtTerminal() ? readLine(`${question}\n> `) : '';
}

async function readLine(prompt: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(prompt)).trim();
  } finally {
    lines.close();
  }
}
