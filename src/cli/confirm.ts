/** Short questions at the terminal. */
import { askLine } from './ask-line.ts';

/** Whether somebody can be asked. */
export function isAtTerminal(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** Asks a person at a terminal; without one the answer is no. */
export async function confirm(question: string): Promise<boolean> {
  return isAtTerminal() && /^y(es)?$/i.test(await askLine(`${question} [y/N] `));
}

/** A line of words; empty without a terminal. */
export async function readReason(question: string): Promise<string> {
  return isAtTerminal() ? askLine(`${question}\n> `) : '';
}
