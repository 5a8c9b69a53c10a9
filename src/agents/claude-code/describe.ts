import { readJsonLine } from '../json-lines.ts';
import { isObject, listAt, numberAt, textAt, valueAt, type JsonObject } from '../read-json.ts';
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
    case 'system':
      return describeSystem(event);
    case 'assistant':
      return listAt(event, 'message', 'content').map(describeBlock).filter(Boolean).join(' · ');
    case 'user':
      return listAt(event, 'message', 'content').map(describeResult).filter(Boolean).join(' · ');
    case 'rate_limit_event':
      return describeQuota(event);
    case 'result':
      return describeEnd(event);
  }
  return null;
}

function describeSystem(event: JsonObject): string | null {
  switch (textAt(event, 'subtype') ?? '') {
    case 'init':
      return `Claude Code ${textAt(event, 'claude_code_version') ?? ''}, model ${textAt(event, 'model') ?? 'unknown'}`;
    case 'api_retry': {
      const cause = [numberAt(event, 'error_status'), textAt(event, 'error')].filter((part) => part !== null).join(' ');
      return `retry ${numberAt(event, 'attempt')} of ${numberAt(event, 'max_retries')}: ${cause}`;
    }
    case 'permission_denied':
      return `refused: ${textAt(event, 'tool_name')}`;
  }
  return null;
}

function describeBlock(block: unknown): string {
  switch (textAt(block, 'type') ?? '') {
    case 'text':
      return textAt(block, 'text') ?? '';
    case 'tool_use':
      return describeCall(block);
  }
  return '';
}

/** A tool call by its name and the one input that says most. */
function describeCall(block: unknown): string {
  const name = textAt(block, 'name') ?? 'tool';
  const telling = ['command', 'file_path', 'pattern', 'path', 'description'];
  const input = telling.map((key) => textAt(block, 'input', key)).find((value) => value !== null);
  return input === undefined ? name : `${name}: ${input}`;
}

/** Results are said only when they failed; the others are in the transcript. */
function describeResult(block: unknown): string {
  if (!isObject(block) || block['is_error'] !== true) return '';
  const content = valueAt(block, 'content');
  const text =
    typeof content === 'string'
      ? content
      : listAt(block, 'content')
          .map((part) => textAt(part, 'text'))
          .join(' ');
  return `failed: ${text}`;
}

function describeQuota(event: JsonObject): string | null {
  const status = textAt(event, 'rate_limit_info', 'status');
  return status === null || status === 'allowed' ? null : `quota: ${status}`;
}

function describeEnd(event: JsonObject): string {
  const cost = numberAt(event, 'total_cost_usd');
  const price = cost === null ? '' : `, $${cost.toFixed(4)} in all`;
  const how =
    event['is_error'] === true
      ? `failed (${textAt(event, 'terminal_reason') ?? textAt(event, 'subtype')})`
      : 'finished';
  return `${how} after ${numberAt(event, 'num_turns') ?? '?'} turns${price}`;
}
