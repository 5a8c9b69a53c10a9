import type { Server, ServerResponse } from 'node:http';
import { join } from 'node:path';

/** What a scripted model is told about one request of an agent. */
export interface ModelRequest {
  readonly tools: readonly string[];
  /** Results of tools in the conversation so far. */
  readonly toolResults: number;
  /** Everything that was said in the conversation, as one text. */
  readonly text: string;
  /** Size of the request's body as JSON. */
  readonly bytes: number;
}

export type ModelReply =
  | { readonly say: string }
  | { readonly call: string; readonly input: Readonly<Record<string, unknown>> }
  | { readonly fail: number; readonly type: string; readonly message: string; readonly code?: string };

export interface ModelServer {
  readonly url: string;
  readonly requests: () => readonly ModelRequest[];
  readonly stop: () => Promise<void>;
}

/** The part of aimock that is used; it is installed on demand, so its own types are not always there. */
interface Mock {
  on(match: { predicate: () => boolean }, respond: (request: RawRequest) => unknown): unknown;
  start(): Promise<string>;
  stop(): Promise<void>;
  readonly serverInstance: { readonly server: Server } | null;
}
interface RawRequest {
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
}

/**
 * A model endpoint on 127.0.0.1 that answers every request as `reply` says; each reply costs 1000 + 50 tokens.
 * `limitHeaders` are put on every answer of 429, as providers state there when a quota resets.
 */
export async function startModelServer(
  reply: (request: ModelRequest) => ModelReply,
  limitHeaders: () => Readonly<Record<string, string>> = () => ({}),
): Promise<ModelServer> {
  const entry = join(import.meta.dirname, 'aimock', 'node_modules', '@copilotkit', 'aimock', 'dist', 'index.js');
  const { LLMock } = (await import(entry)) as { LLMock: new (options: object) => Mock };
  const mock = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' });
  const seen: ModelRequest[] = [];
  mock.on({ predicate: () => true }, (raw) => {
    const request = readRequest(raw);
    seen.push(request);
    return writeReply(reply(request));
  });
  const url = await mock.start();
  mock.serverInstance?.server.prependListener('request', (_request, response: ServerResponse) => {
    const writeHead = response.writeHead.bind(response) as (status: number, headers: object) => ServerResponse;
    const withHeaders = (status: number, headers: object) =>
      writeHead(status, status === 429 ? { ...headers, ...limitHeaders() } : headers);
    response.writeHead = withHeaders as typeof response.writeHead;
  });
  return { url, requests: () => seen, stop: () => mock.stop() };
}

function readRequest(raw: RawRequest): ModelRequest {
  return {
    tools: (raw.tools ?? []).map((tool) => tool.function.name),
    toolResults: raw.messages.filter((message) => message.role === 'tool').length,
    text: raw.messages.map((message) => JSON.stringify(message.content)).join('\n'),
    bytes: JSON.stringify(raw).length,
  };
}

function writeReply(reply: ModelReply): unknown {
  const usage = { input_tokens: 1000, output_tokens: 50 };
  if ('say' in reply) return { content: reply.say, usage };
  if ('call' in reply)
    return { content: '', toolCalls: [{ name: reply.call, arguments: JSON.stringify(reply.input) }], usage };
  const { fail, type, message, code } = reply;
  return { status: fail, error: { type, message, ...(code === undefined ? {} : { code }) } };
}
