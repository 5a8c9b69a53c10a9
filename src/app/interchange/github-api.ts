/** Reads the issues of a repository from GitHub's REST API, or from an Enterprise server that speaks it. */
import { exitCode, UserError } from '../../model/user-error.ts';

export interface IssueSource {
  /** `owner/name`. */
  readonly repository: string;
  /** Without a slash at its end. */
  readonly apiUrl: string;
  readonly token: string | null;
  /** The name of the variable that held it, for error texts. */
  readonly tokenVariable: string | null;
  readonly signal: AbortSignal;
  /** Of one answer. */
  readonly timeoutMs: number;
}

export const publicApi = 'https://api.github.com';
/** 100 issues each. */
const maxPages = 100;
const maxPageBytes = 32 * 1024 * 1024;

/**
 * All open issues as the API has them, pull requests among them. UserErrors: E_API_URL, E_GITHUB_ANSWER, E_RATE_LIMIT,
 * E_TOKEN, E_NOT_FOUND, E_UNREACHABLE; each says what to do.
 */
export async function fetchIssues(source: IssueSource): Promise<readonly unknown[]> {
  const first = `${source.apiUrl}/repos/${source.repository}/issues?state=open&per_page=100`;
  const { origin } = checkUrl(first, source);
  const found: unknown[] = [];
  let next: string | null = first;
  for (let page = 1; next !== null; page += 1) {
    if (page > maxPages)
      throw new UserError(
        'E_GITHUB_ANSWER',
        `there are more than ${maxPages * 100} open issues`,
        'import a part of them from a file: mw import github FILE',
      );
    const answer: Answer = await ask(next, source);
    if (!Array.isArray(answer.json))
      throw new UserError(
        'E_GITHUB_ANSWER',
        `${source.apiUrl} answered with something else than a list of issues`,
        'look at --api-url',
      );
    found.push(...(answer.json as unknown[]));
    next = answer.next;
    // The token goes to nobody else, whatever an answer asks for.
    if (next !== null && checkUrl(next, source).origin !== origin)
      throw new UserError('E_GITHUB_ANSWER', `the next page would be at another server: ${next}`, 'look at --api-url');
  }
  return found;
}

interface Answer {
  readonly json: unknown;
  readonly next: string | null;
}

function checkUrl(text: string, { token }: IssueSource): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw new UserError(
      'E_API_URL',
      `${JSON.stringify(text)} is no address of a server`,
      'write it as https://git.example.com/api/v3',
      { exit: exitCode.usage },
    );
  const isLocal = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (token !== null && url.protocol === 'http:' && !isLocal)
    throw new UserError(
      'E_API_URL',
      `a token is not sent to ${url.origin} unencrypted`,
      'use https, or leave out --token-from',
      { exit: exitCode.usage },
    );
  return url;
}

async function ask(url: string, source: IssueSource): Promise<Answer> {
  const { token, signal, timeoutMs } = source;
  const headers = {
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
    'user-agent': 'millwright',
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) });
    const text = await readText(response);
    if (!response.ok) throw explain(response, source);
    return { json: JSON.parse(text), next: readNextPage(response.headers.get('link')) };
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (error instanceof SyntaxError)
      throw new UserError('E_GITHUB_ANSWER', `${source.apiUrl} did not answer with JSON`, 'look at --api-url', {
        cause: error,
      });
    if (signal.aborted && (signal.reason as Error | null)?.name !== 'TimeoutError') throw signal.reason;
    throw unreachable(source, error);
  }
}

function unreachable({ apiUrl, timeoutMs }: IssueSource, error: unknown): UserError {
  const why = (error as Error | null)?.name === 'TimeoutError' ? `within ${timeoutMs / 1000} s` : 'at all';
  return new UserError(
    'E_UNREACHABLE',
    `${apiUrl} did not answer ${why}`,
    'try again, or import a file: mw import github FILE',
    { cause: error },
  );
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxPageBytes)
      throw new UserError(
        'E_GITHUB_ANSWER',
        `a page of issues has more than ${maxPageBytes} bytes`,
        'look at --api-url',
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The address marked `rel="next"` in a Link header. */
function readNextPage(link: string | null): string | null {
  for (const [, address = '', parameters = ''] of (link ?? '').matchAll(/<([^<>]{1,4000})>([^<>]*)/g)) {
    if (/;\s*rel="?next"?/.test(parameters)) return address;
  }
  return null;
}

function explain({ status, headers }: Response, { repository, token, tokenVariable, apiUrl }: IssueSource): UserError {
  const more =
    token === null
      ? 'name a variable that holds a token: --token-from GITHUB_TOKEN'
      : `look at the rights of the token in ${tokenVariable}`;
  if (
    status === 429 ||
    (status === 403 && (headers.get('x-ratelimit-remaining') === '0' || headers.has('retry-after')))
  ) {
    const wait = waitMs(headers);
    const when = wait === null ? 'later' : `in ${Math.max(1, Math.ceil(wait / 60_000))} min`;
    return new UserError(
      'E_RATE_LIMIT',
      `${apiUrl} takes no more requests for now`,
      `try again ${when}${token === null ? `, or ${more}` : ''}`,
    );
  }
  if (status === 401)
    return new UserError(
      'E_TOKEN',
      `${apiUrl} does not accept the token${tokenVariable === null ? '' : ` in ${tokenVariable}`}`,
      'make a new one that may read issues',
    );
  if (status === 403 || status === 404 || status === 410)
    return new UserError('E_NOT_FOUND', `${repository} is not there, has no issues, or may not be read`, more, {
      exit: exitCode.notFound,
    });
  return new UserError(
    'E_GITHUB_ANSWER',
    `${apiUrl} answered with status ${status}`,
    'try again later, or import a file: mw import github FILE',
  );
}

function waitMs(headers: Headers): number | null {
  const after = Number(headers.get('retry-after') ?? Number.NaN);
  if (Number.isFinite(after)) return after * 1000;
  const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN);
  return Number.isFinite(reset) ? Math.max(0, reset * 1000 - Date.now()) : null;
}
