/** Longest `detail` of a failure, in UTF-16 units; the model allows 8000. */
const maxDetail = 4_000;

/** The end of a long text, where the reason for a failure usually is; at most `max` UTF-16 units. */
export function tailOf(text: string, max: number): string {
  const trimmed = text.trim();
  return trimmed.length <= max ? trimmed : `…${trimmed.slice(trimmed.length - max + 1)}`;
}

/** The beginning of a text on one line, for a line of a log; at most `max` UTF-16 units. */
export function headOf(text: string, max: number): string {
  const line = text
    .slice(0, max * 4)
    .replace(/\s+/g, ' ')
    .trim();
  return line.length <= max ? line : `${line.slice(0, max - 1)}…`;
}

/** What the first text that says anything says, short enough for a failure; `otherwise` when none does. */
export function detailFrom(texts: readonly (string | null)[], otherwise: string): string {
  const said = texts.find((text) => text !== null && text.trim() !== '');
  return tailOf(said ?? otherwise, maxDetail);
}
