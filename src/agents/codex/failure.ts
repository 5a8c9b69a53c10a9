import type { SessionFailure } from '../../model/session-failure.ts';
import type { EndedTurn } from '../agent.ts';
import { isObject, numberAt, parseJson, textAt, type JsonObject } from '../read-json.ts';
import { detailFrom } from '../shorten-text.ts';

/** Why a turn without a terminal event failed. */
export function failureWithoutEnd(ended: EndedTurn, lastError: string | null): SessionFailure {
  const detail = detailFrom(
    [ended.stderr, lastError, ended.stdout],
    'Codex ended without a result and without a word.',
  );
  if (ended.exitCode === 126 || ended.exitCode === 127) return { type: 'not-installed', detail };
  if (lastError !== null && isConnectionTrouble(lastError)) return { type: 'unreachable', detail };
  return { type: 'crashed', exitCode: ended.exitCode, detail };
}

/**
 * What a `turn.failed` means. Codex gives its errors neither code nor status, only a sentence. This is the one place
 * of the project that reads one: by the API's own payload when the sentence is that payload, else by beginnings that
 * Codex itself writes and that no server can put there. What fits nothing is `crashed`, with the sentence.
 */
export function failureOfMessage(message: string, ended: EndedTurn): SessionFailure {
  const detail = detailFrom([message], 'Codex failed without saying why.');
  const payload = parseJson(message);
  if (isObject(payload)) {
    const known = failureOfPayload(payload, detail);
    if (known !== null) return known;
  }
  const status = /^(?:unexpected status|exceeded retry limit, last status:) (\d{3})\b/.exec(message);
  if (status !== null)
    return failureOfStatus(Number(status[1]), detail) ?? { type: 'crashed', exitCode: ended.exitCode, detail };
  if (message.startsWith('Codex ran out of room in the model')) return { type: 'context-overflow', detail };
  if (message.startsWith('Missing environment variable: ')) return { type: 'unauthorized', detail };
  if (startsWithOneOf(message, ['Quota exceeded.', "You've hit your usage limit"])) {
    return { type: 'rate-limited', detail, resetsAt: null };
  }
  if (isConnectionTrouble(message)) return { type: 'unreachable', detail };
  // The first of these stands for every answer of 500 and above, which is not shown.
  if (startsWithOneOf(message, ['We’re currently experiencing high demand', 'stream disconnected before completion'])) {
    return { type: 'provider-failed', detail };
  }
  return { type: 'crashed', exitCode: ended.exitCode, detail };
}

/** The body of an API error: `{ status, error: { type, code } }`, or the inner object alone. */
function failureOfPayload(payload: JsonObject, detail: string): SessionFailure | null {
  const inner = isObject(payload['error']) ? payload['error'] : payload;
  const codes = [textAt(inner, 'code'), textAt(inner, 'type')];
  if (codes.includes('context_length_exceeded')) return { type: 'context-overflow', detail };
  if (
    codes.includes('insufficient_quota') ||
    codes.includes('rate_limit_exceeded') ||
    codes.includes('usage_limit_reached')
  ) {
    return { type: 'rate-limited', detail, resetsAt: null };
  }
  if (codes.includes('invalid_api_key') || codes.includes('authentication_error'))
    return { type: 'unauthorized', detail };
  if (codes.includes('server_error') || codes.includes('overloaded_error')) return { type: 'provider-failed', detail };
  return failureOfStatus(numberAt(payload, 'status') ?? numberAt(inner, 'status') ?? 0, detail);
}

function failureOfStatus(status: number, detail: string): SessionFailure | null {
  if (status === 401 || status === 402 || status === 403) return { type: 'unauthorized', detail };
  if (status === 413) return { type: 'context-overflow', detail };
  if (status === 429) return { type: 'rate-limited', detail, resetsAt: null };
  return status >= 500 && status <= 599 ? { type: 'provider-failed', detail } : null;
}

function isConnectionTrouble(message: string): boolean {
  return startsWithOneOf(message, [
    'Connection failed',
    'Reconnecting... waiting for network',
    'error sending request',
    'stream disconnected before completion: error sending request',
  ]);
}

function startsWithOneOf(message: string, beginnings: readonly string[]): boolean {
  return beginnings.some((beginning) => message.startsWith(beginning));
}
