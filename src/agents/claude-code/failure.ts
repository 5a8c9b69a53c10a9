import type { SessionFailure } from '../../model/session-failure.ts';
import type { EndedTurn } from '../agent.ts';
import { listAt, numberAt, textAt, type JsonObject } from '../read-json.ts';
import { detailFrom, tailOf } from '../shorten-text.ts';

/** Why a turn without a usable terminal event failed. The exit code is looked at here only, where there is nothing better. */
export function failureWithoutResult(ended: EndedTurn): SessionFailure {
  const detail = detailFrom([ended.stderr, ended.stdout], 'Claude Code ended without a result and without a word.');
  if (ended.exitCode === 126 || ended.exitCode === 127) return { type: 'not-installed', detail };
  return { type: 'crashed', exitCode: ended.exitCode, detail };
}

/** The failure that a terminal event states, by its codes; `null` when it states success. */
export function failureOf(result: JsonObject, events: readonly JsonObject[], ended: EndedTurn): SessionFailure | null {
  const subtype = textAt(result, 'subtype');
  if (subtype === 'success' && result['is_error'] === false) return null;

  const errors = listAt(result, 'errors').filter((error) => typeof error === 'string');
  const detail = detailFrom(
    [textAt(result, 'result'), errors.join('\n'), ended.stderr],
    `Claude Code ended with ${subtype}.`,
  );
  switch (subtype ?? '') {
    case 'error_max_turns':
      return { type: 'over-turns', detail };
    case 'error_max_budget_usd':
      return { type: 'over-budget', detail };
    case 'error_max_structured_output_retries':
      return { type: 'malformed', problems: [tailOf(detail, 2_000)] };
  }
  return failureOfApi(result, events, detail) ?? { type: 'crashed', exitCode: ended.exitCode, detail };
}

/** What the API's answer means, from the most precise code to the least; every code is the program's own. */
function failureOfApi(result: JsonObject, events: readonly JsonObject[], detail: string): SessionFailure | null {
  const status = numberAt(result, 'api_error_status');
  // Retries on the way have codes too; only the last message is about how it ended.
  const message = events.findLast((event) => event['type'] === 'assistant');
  const said = new Set([
    textAt(result, 'terminal_reason'),
    textAt(result, 'api_error'),
    textAt(result, 'api_error_type'),
    textAt(message, 'error'),
  ]);
  const isOneOf = (...codes: readonly string[]): boolean => codes.some((code) => said.has(code));

  if (isOneOf('prompt_too_long', 'message_over_context_limit', 'rapid_refill_breaker') || status === 413) {
    return { type: 'context-overflow', detail };
  }
  if (status === 401 || status === 402 || status === 403 || isOneOf(...notAllowed)) {
    return { type: 'unauthorized', detail };
  }
  if (status === 429 || isOneOf('usage_limit_reached', 'rate_limit', 'rate_limit_error')) {
    return { type: 'rate-limited', detail, resetsAt: readReset(events) };
  }
  if (isOneOf(...noConnection)) return { type: 'unreachable', detail };
  if ((status !== null && status >= 500) || isOneOf(...providerSide)) return { type: 'provider-failed', detail };
  return null;
}

const notAllowed = [
  'authentication_failed',
  'authentication_error',
  'permission_error',
  'billing_error',
  'oauth_org_not_allowed',
  'account_on_hold',
  'verification_required',
  'cloud_credential_error',
  'stored_login_refused',
  'provider_credentials',
  'gateway_signin_required',
  'gateway_session_expired',
  'api_key_auth_disabled',
  'org_disabled_credential',
  'invalid_credential_header',
];
const providerSide = [
  'overloaded',
  'overloaded_error',
  'server_error',
  'no_response',
  'stream_idle_timeout',
  'empty_completion',
];
const noConnection = [
  'connection_failed',
  'tls_untrusted_ca',
  'tls_cert_signature_failure',
  'network_edge_blocked',
  'gateway_content_type',
];

/** When the quota that refused the session resets, if the stream said so: whole seconds since 1970. */
function readReset(events: readonly JsonObject[]): string | null {
  const facts = events.findLast(
    (event) => event['type'] === 'rate_limit_event' && textAt(event, 'rate_limit_info', 'status') === 'rejected',
  );
  const seconds = numberAt(facts, 'rate_limit_info', 'resetsAt');
  // Years outside 1970 to 9999 are noise, and the largest of them are not dates at all.
  if (seconds === null || seconds < 0 || seconds > 253_402_300_799) return null;
  return new Date(Math.round(seconds) * 1_000).toISOString();
}
