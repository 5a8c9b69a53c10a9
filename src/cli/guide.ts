/** Brings one item to its end with a person beside it: runs it, asks what it asks, shows what it wants approved. */
import { readDiff } from '../app/item-diff.ts';
import type { Factory } from '../app/open-factory.ts';
import { ask, requireItem } from '../app/work.ts';
import type { ItemState } from '../machine/state.ts';
import { showControl } from '../model/visible-text.ts';
import { exitCode, type ExitCode } from '../model/user-error.ts';
import { askAtTerminal, composeAnswer } from './answers.ts';
import { confirm, isAtTerminal, readReason } from './confirm.ts';
import type { CliContext } from './context.ts';
import { defaultSlots } from './default-slots.ts';
import { runAndFollow } from './follow.ts';
import { createProgress, type Progress } from './progress.ts';
import { silentProgress } from './silent-progress.ts';

export interface GuideOptions {
  /** Every question is left to the agent. */
  readonly decide: boolean;
  /** Everything is approved. */
  readonly yes: boolean;
}

export interface Guided {
  readonly state: ItemState;
  readonly code: ExitCode;
}

/** Ends when the item is over, or when somebody must decide who is not here. */
export async function guideItem(
  factory: Factory,
  context: CliContext,
  id: string,
  options: GuideOptions,
  quiet = false,
): Promise<Guided> {
  for (;;) {
    const code = await runAndFollow(factory, context, {
      json: false,
      slots: await defaultSlots(factory),
      untilEmpty: true,
      endsAt: null,
      maxCostMicroUsd: null,
      maxItems: null,
      only: [id],
      progress: quiet ? silentProgress : guidedProgress(context, options),
    });
    const state = await requireItem(factory, id);
    if (code === exitCode.interrupted || !(await decide(factory, context, state, options))) return { state, code };
  }
}

/** The usual lines, but for what is asked here and now anyway. */
function guidedProgress({ output }: CliContext, { decide: decides, yes }: GuideOptions): Progress {
  const progress = createProgress(output, { quiet: false });
  const asksHere = ({ status, gate }: ItemState) =>
    status === 'waiting' && gate !== null && (isAtTerminal() || (gate.type === 'question' ? decides : yes));
  let asked = false;
  return {
    ...progress,
    stands(event, state) {
      asked = asksHere(state);
      if (!asked) progress.stands(event, state);
    },
    summary(rows, code) {
      if (!asked) progress.summary(rows, code);
    },
  };
}

/** Whether a decision was made, so that it can go on. */
async function decide(
  factory: Factory,
  context: CliContext,
  state: ItemState,
  options: GuideOptions,
): Promise<boolean> {
  const { item, gate } = state;
  if (gate === null) return false;
  const by = context.environment.user;
  if (gate.type === 'question') {
    if (!options.decide && !isAtTerminal()) return false;
    const answers = options.decide ? [] : await askAtTerminal(gate, context.output);
    await ask(factory, item.id, {
      type: 'answered',
      gate: gate.id,
      by,
      answer: composeAnswer(gate, answers, options.decide),
    });
    return true;
  }
  if (!options.yes && !isAtTerminal()) return false;
  tellDiagnosis(state, context);
  const { text } = await readDiff(factory, item.id, false);
  if (text !== '') context.output.line(showControl(addedText(text)));
  if (
    options.yes ||
    (await confirm(gate.type === 'approval' ? 'Is this what you want?' : `${showControl(gate.text)}. Do you agree?`))
  ) {
    await ask(factory, item.id, { type: 'approved', gate: gate.id, by, note: null });
    return true;
  }
  const reason = await readReason('What should be different? (an empty line leaves it for later)');
  if (reason === '') return false;
  await ask(factory, item.id, { type: 'rejected', gate: gate.id, by, reason });
  return true;
}

/** Which input was found at fault, and why: what a person judges a change of it by. */
export function tellDiagnosis({ phases }: ItemState, { output }: CliContext): void {
  const { route, criterion, summary } = phases['diagnose']?.facts ?? {};
  if (route === undefined) return;
  const about = typeof criterion === 'string' && criterion !== '' ? `, ${criterion}` : '';
  output.line(showControl(`Diagnosis: ${route}${about}: ${summary ?? ''}`));
}

/** A patch of a new file is read as the file. */
function addedText(patch: string): string {
  const lines = patch.split('\n');
  if (lines.some((line) => line.startsWith('-') && !line.startsWith('---'))) return patch;
  return lines
    .flatMap((line) =>
      line.startsWith('+++ b/') ? [`\n${line.slice(6)}\n`] : line.startsWith('+') ? [line.slice(1)] : [],
    )
    .join('\n');
}
