/** A person's answers to an agent's questions. */
import { createInterface } from 'node:readline/promises';
import type { Gate } from '../machine/state.ts';
import { exitCode, UserError } from '../model/user-error.ts';
import { showControl } from '../model/visible-text.ts';
import type { Output } from './output.ts';

/** What stands for "decide for me", in an answer's place. */
export const decideSign = '-';

interface Asked {
  readonly question: string;
  readonly options: readonly string[];
  readonly proposed: string;
}

/** The questions of a gate: one, or a round of several. */
export function questionsOf(gate: Gate): readonly Asked[] {
  return gate.round ?? [{ question: gate.text, options: gate.options, proposed: '' }];
}

/**
 * The text that the next attempt reads. A number takes the option of that number; `-`, or no answer where `decide` is
 * set, leaves the choice to the agent, who must write it down. E_ANSWERS_MISSING, E_ANSWERS_TOO_MANY.
 */
export function composeAnswer(gate: Gate, given: readonly string[], decide: boolean): string {
  const asked = questionsOf(gate);
  if (given.length > asked.length)
    throw new UserError(
      'E_ANSWERS_TOO_MANY',
      `${given.length} answers to ${asked.length === 1 ? 'one question' : `${asked.length} questions`}`,
      'put quotes around each answer',
      { exit: exitCode.usage },
    );
  if (given.length < asked.length && !decide)
    throw new UserError(
      'E_ANSWERS_MISSING',
      `${asked.length} questions were asked, and ${given.length} answered`,
      `give one answer for each, in order; ${decideSign} leaves one to the agent, --decide all that are left`,
      { exit: exitCode.usage },
    );
  const answers = asked.map((question, index) => answerTo(question, given[index] ?? decideSign));
  if (gate.round === undefined) return answers[0] ?? '';
  return asked.map(({ question }, index) => `${index + 1}. ${question}\n   ${answers[index]}`).join('\n');
}

function answerTo({ options, proposed }: Asked, given: string): string {
  if (given.trim() === decideSign) {
    const proposal = proposed === '' ? '' : ` You proposed: ${proposed}.`;
    return `Decide this yourself, for what most people would expect.${proposal} Record your choice under "## Assumptions".`;
  }
  const number = /^[1-9][0-9]?$/.test(given.trim()) ? Number(given) : 0;
  return options[number - 1] ?? given;
}

/** Asks one after the other at the terminal; an empty line takes what is proposed. */
export async function askAtTerminal(gate: Gate, output: Output): Promise<readonly string[]> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    if (gate.round !== undefined) output.talk(showControl(gate.text));
    const answers: string[] = [];
    for (const { question, options, proposed } of questionsOf(gate)) {
      output.talk(`\n${showControl(question)}`);
      for (const [index, option] of options.entries()) output.talk(`  ${index + 1}. ${showControl(option)}`);
      const otherwise = proposed === '' ? 'Enter: decide for me' : `Enter: ${showControl(proposed)}; - decide for me`;
      const line = (await lines.question(`  (${otherwise}) > `)).trim();
      answers.push(line !== '' ? line : proposed === '' ? decideSign : proposed);
    }
    return answers;
  } finally {
    lines.close();
  }
}
