/** Against a server on loopback that answers as GitHub does. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { UserError } from '../../model/user-error.ts';
import { fetchIssues, type IssueSource } from './github-api.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let handle: Handler;
let requests: IncomingMessage[];
const server = createServer((request, response) => {
  requests.push(request);
  handle(request, response);
});
let base = '';
beforeEach(async () => {
  requests = [];
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const json = (response: ServerResponse, value: unknown, headers: Record<string, string> = {}, status = 200) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
const source = (more: Partial<IssueSource> = {}): IssueSource => ({
  repository: 'acme/shop',
  apiUrl: base,
  token: null,
  tokenVariable: null,
  signal: new AbortController().signal,
  timeoutMs: 5_000,
  ...more,
});
const failure = async (more: Partial<IssueSource> = {}) => {
  const error: unknown = await fetchIssues(source(more)).then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof UserError ? { code: error.code, next: error.next } : error;
};

it('follows the pages to the last, and sends the token that it was given', async () => {
  handle = (request, response) => {
    const page = new URL(request.url ?? '', base).searchParams.get('page') ?? '1';
    const link =
      page === '3'
        ? `<${base}/x?page=1>; rel="first"`
        : `<${base}/x?page=1>; rel="prev", <${base}/x?page=${Number(page) + 1}>; rel="next"`;
    json(response, [{ number: Number(page) }], { link });
  };
  const found = await fetchIssues(source({ token: 'secret', tokenVariable: 'T' }));
  expect(found).toEqual([{ number: 1 }, { number: 2 }, { number: 3 }]);
  expect(requests[0]?.url).toBe('/repos/acme/shop/issues?state=open&per_page=100');
  expect(requests.map(({ headers }) => headers.authorization)).toEqual(Array(3).fill('Bearer secret'));
});

it('sends no token when there is none, and none to another server', async () => {
  handle = (_, response) => json(response, [], { link: '<http://127.0.0.1:9/x>; rel="next"' });
  expect(await failure()).toMatchObject({ code: 'E_GITHUB_ANSWER' });
  expect(requests[0]?.headers.authorization).toBeUndefined();
  expect(await failure({ apiUrl: 'http://git.example.com', token: 'secret' })).toMatchObject({ code: 'E_API_URL' });
  expect(await failure({ apiUrl: 'file:///etc' })).toMatchObject({ code: 'E_API_URL' });
});

it.each([
  [
    'a limit that is reached',
    403,
    { 'x-ratelimit-remaining': '0', 'retry-after': '120' },
    'E_RATE_LIMIT',
    /in 2 min, or name a variable/,
  ],
  ['too many requests', 429, {}, 'E_RATE_LIMIT', /later/],
  ['a token that is wrong', 401, {}, 'E_TOKEN', /make a new one/],
  ['what is not there', 404, {}, 'E_NOT_FOUND', /--token-from/],
  ['a server that fails', 500, {}, 'E_GITHUB_ANSWER', /try again later/],
])('says what to do after %s', async (_, status, headers, code, next) => {
  handle = (_request, response) => json(response, { message: 'no' }, headers, status);
  expect(await failure()).toEqual({ code, next: expect.stringMatching(next) as string });
});

it('says when a limit ends that is given as a time', async () => {
  const reset = String(Math.floor(Date.now() / 1000) + 590);
  handle = (_, response) => json(response, {}, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }, 403);
  expect(await failure({ token: 't', tokenVariable: 'T' })).toEqual({
    code: 'E_RATE_LIMIT',
    next: 'try again in 10 min',
  });
});

it('gives up on a server that does not answer, or not with a list', async () => {
  handle = () => undefined;
  expect(await failure({ timeoutMs: 50 })).toMatchObject({ code: 'E_UNREACHABLE' });
  handle = (_, response) => response.end('<html>');
  expect(await failure()).toMatchObject({ code: 'E_GITHUB_ANSWER' });
  handle = (_, response) => json(response, { total: 1 });
  expect(await failure()).toMatchObject({ code: 'E_GITHUB_ANSWER' });
});

it('ends when it is interrupted', async () => {
  const stop = new AbortController();
  handle = () => stop.abort(new Error('stopped'));
  expect(await failure({ signal: stop.signal })).toMatchObject({ message: 'stopped' });
});
