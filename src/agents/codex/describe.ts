import { readJsonLine } from '../json-lines.ts';
import { countAt, listAt, numberAt, textAt, type JsonObject } from '../read-json.ts';
import { headOf } from '../shorten-text.ts';

const maxLine = 300;

/** One line of the stream as a person reads it; `null` for what says nothing new. Total over any text. */
export function describeLine(line: string): string | null {
  const event = readJsonLine(line);
  if (event === null) return line.trim() === '' ? null : headOf(line, maxLine);
  const said = describeEvent(event);
  return said === null || said === '' ? null : headOf(said, maxLine);
}

function describeEvent(event: JsonObject): string | null {
  switch (textAt(event, 'type') ?? '') {
    case 'item.started':
      return textAt(event, 'item', 'type') === 'command_execution' ? `run: ${textAt(event, 'item', 'command')}` : null;
    case 'item.completed':
      return describeItem(event);
    case 'error':
      return `error: ${textAt(event, 'message')}`;
    case 'turn.failed':
      return `failed: ${textAt(event, 'error', 'message')}`;
    case 'turn.completed':
      return `finished, ${countAt(event, 'usage', 'output_tokens') ?? '?'} tokens written`;
  }
  return null;
}

function describeItem(event: JsonObject): string | null {
  switch (textAt(event, 'item', 'type') ?? '') {
    case 'agent_message':
    case 'reasoning':
      return textAt(event, 'item', 'text');
    case 'command_execution': {
      // Nothing to say of a command that went well: its start was said.
      const exit = numberAt(event, 'item', 'exit_code');
      return exit === 0 ? null : `exit ${exit ?? '?'}: ${textAt(event, 'item', 'aggregated_output') ?? ''}`;
    }
    case 'file_change': {
      const paths = listAt(event, 'item', 'changes').map((change) => textAt(change, 'path'));
      return `changed: ${paths.join(', ')}`;
    }
    case 'error':
      return `warning: ${textAt(event, 'item', 'message')}`;
  }
  return null;
}
