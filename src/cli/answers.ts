/** A person's answers to an agent's questions. */
import type { Gate } from '../machine/state.ts';
import { exitCode, UserError } from '../model/user-error.ts';
import { showControl } from '../model/visible-text.ts';
import { askLine } from './ask-line.ts';
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
  const beyond = asked.findIndex((question, index) => isBeyond(question, given[index] ?? ''));
  if (beyond !== -1)
    throw new UserError(
      'E_NO_OPTION',
      `question ${beyond + 1} has the options 1 to ${asked[beyond]?.options.length}, not ${given[beyond]}`,
      'give the number of an option, or words',
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
  if (gate.round !== undefined) output.talk(showControl(gate.text));
  const answers: string[] = [];
  for (const asked of questionsOf(gate)) answers.push(await askOne(asked, output));
  return answers;
}

async function askOne(asked: Asked, output: Output): Promise<string> {
  const { question, options, proposed } = asked;
  output.talk(`\n${showControl(question)}`);
  for (const [index, option] of options.entries()) output.talk(`  ${index + 1}. ${showControl(option)}`);
  const otherwise = proposed === '' ? 'Enter: decide for me' : `Enter: ${showControl(proposed)}; - decide for me`;
  for (;;) {
    const line = await askLine(`  (${otherwise}) > `);
    if (!isBeyond(asked, line)) return line !== '' ? line : proposed === '' ? decideSign : proposed;
    output.talk(`  There are ${options.length} options.`);
  }
}

/** A number that no option has is a slip, not an answer. */
function isBeyond({ options }: Asked, given: string): boolean {
  const number = /^[0-9]{1,2}$/.test(given.trim()) ? Number(given) : null;
  return number !== null && options.length > 0 && (number < 1 || number > options.length);
}
