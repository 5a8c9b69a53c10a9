/** Terminal sequences: CSI, terminated OSC, then any other two-character escape. Linear in the text's length. */
const terminalSequence = /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b\r\n]*(?:\x07|\x1b\\)|\x1b[ -~]?/g;

/** The text without colours, cursor movements and window titles. An unterminated sequence takes no text with it. */
export function stripTerminalSequences(text: string): string {
  return text.replace(terminalSequence, '');
}

/**
 * The lines of an output as they were written: without terminal sequences, without line ends. A lone carriage return
 * ends a line as well, so that a progress bar that overwrites itself hides nothing.
 */
export function plainLines(output: string): readonly string[] {
  return stripTerminalSequences(output).split(/\r*\n|\r+/);
}
