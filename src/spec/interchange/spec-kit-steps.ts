/** Given, When and Then as spec-kit writes them, in one entry of a list, and as we do, each on its own line. */
import { isListItem } from '../plain-text.ts';

export interface RawStep {
  readonly word: 'Given' | 'When' | 'Then' | 'And';
  /** With its markup, without a comma at its end. */
  readonly text: string;
}

export interface RawScenario {
  /** `2.` or `-`. */
  readonly marker: string;
  readonly steps: readonly RawStep[];
}

const marker = /^\s*([-*+]|\d{1,9}[.)])\s+/;
/** A keyword at the beginning of a step; in bold in any case, else with a capital. */
const keyword = /^(?:(?:\*\*|__)(given|when|then|and|but)(?:\*\*|__)|(given|when|then|and|but)\b)[:,]?\s*/i;
const maxChars = 10_000;

/** The entry's steps, its lines joined; `null` when it has no When or no Then. */
export function readScenarioItem(lines: readonly string[]): RawScenario | null {
  const whole = lines.map((line) => line.trim()).join(' ');
  const lead = marker.exec(`${lines[0] ?? ''} `)?.[1];
  if (lead === undefined || whole.length > maxChars || !keyword.test(whole.replace(marker, ''))) return null;
  const steps = cutSteps(whole.replace(marker, ''));
  const has = (word: RawStep['word']) => steps.some((step) => step.word === word);
  return has('When') && has('Then') ? { marker: lead, steps } : null;
}

function cutSteps(text: string): readonly RawStep[] {
  // A keyword without emphasis counts behind a comma or full stop only: "and" is a common word.
  const cuts = Array.from(
    text.matchAll(
      /(?:^|\s)(?=(?:\*\*|__)(?:given|when|then|and|but)(?:\*\*|__))|(?<=[,;.]\s)(?=(?:given|when|then)\b)/gi,
    ),
    ({ index, 0: space }) => index + space.length,
  );
  const places = cuts[0] === 0 ? cuts : [0, ...cuts];
  return places.flatMap((from, index) => {
    const part = text.slice(from, places[index + 1] ?? text.length).trim();
    const step = readStep(part);
    return step === null ? [] : [{ ...step, text: step.text.replace(/[,;]$/, '') }];
  });
}

function readStep(text: string): RawStep | null {
  const found = keyword.exec(text);
  if (found === null) return null;
  const word = (found[1] ?? found[2] ?? '').toLowerCase();
  const rest = text.slice(found[0].length).trim();
  if (word === 'given') return { word: 'Given', text: rest };
  if (word === 'when') return { word: 'When', text: rest };
  if (word === 'then') return { word: 'Then', text: rest };
  return { word: 'And', text: word === 'but' ? `but ${rest}` : rest };
}

/** Steps as entries of a list below a heading; a line that goes on belongs to the step before it. */
export function readStepLines(lines: readonly string[]): readonly RawStep[] {
  const steps: RawStep[] = [];
  for (const line of lines) {
    const text = line.replace(marker, '').trim();
    const step = isListItem(line) || /^\s*\*\*/.test(line) ? readStep(text) : null;
    if (step !== null) steps.push(step);
    else if (text !== '' && steps.length > 0) {
      const last = steps.pop() as RawStep;
      steps.push({ ...last, text: `${last.text} ${text}` });
    }
  }
  return steps;
}

/** One entry of a list. */
export function writeScenarioItem({ marker: lead, steps }: RawScenario): string {
  return `${lead} ${steps.map(({ word, text }) => `**${word}** ${text}`).join(', ')}`;
}

/** One line a step. */
export function writeStepLines(steps: readonly RawStep[]): readonly string[] {
  return steps.map(({ word, text }) => `- **${word.toUpperCase()}** ${text}`);
}
