/** Issues of GitHub from where the person says they are: a repository there, or a file that was saved from it. */
import { basename, resolve } from 'node:path';
import { stat } from 'node:fs/promises';
import { exitCode, UserError } from '../../model/user-error.ts';
import { readGithubIssues } from '../../spec/interchange/github-issues.ts';
import type { AppEnvironment } from '../environment.ts';
import { fetchIssues, publicApi } from './github-api.ts';
import { absent, readText } from './read-folder.ts';
import { place, type ReadWork } from './told.ts';

const maxBytes = 64 * 1024 * 1024;
const second = 1_000;

export interface GithubOptions {
  /** The name of a variable of the environment; nothing else is ever looked for. */
  readonly tokenFrom: string | null;
  readonly apiUrl: string | null;
}

/** `source`: a file, else `owner/name`. UserErrors: E_NOT_FOUND, E_NO_TOKEN, E_NOT_JSON, and those of `fetchIssues`. */
export async function readGithub(
  environment: AppEnvironment,
  cwd: string,
  source: string,
  { tokenFrom, apiUrl }: GithubOptions,
): Promise<ReadWork> {
  const isRepository = /^(?!\.{1,2}\/)[\w.-]{1,100}\/(?!\.{1,2}$)[\w.-]{1,100}$/.test(source);
  const file = resolve(cwd, source);
  const isFile = (await stat(file).catch(absent))?.isFile() === true;
  if (!isFile && !isRepository)
    throw new UserError(
      'E_NOT_FOUND',
      `${JSON.stringify(source)} is neither a file nor OWNER/NAME`,
      'mw import github OWNER/NAME',
      { exit: exitCode.notFound },
    );
  if (isFile) {
    const { items, remarks } = readGithubIssues(parseFile(await readText(file, maxBytes), source), null);
    return { files: [], work: items, remarks: place(source, remarks) };
  }
  const token = tokenFrom === null ? null : (environment.variable(tokenFrom) ?? '');
  if (token === '')
    throw new UserError('E_NO_TOKEN', `the variable ${tokenFrom} is not set`, `export ${tokenFrom}=…`, {
      exit: exitCode.usage,
    });
  const issues = await fetchIssues({
    repository: source,
    apiUrl: (apiUrl ?? publicApi).replace(/\/$/, ''),
    token,
    tokenVariable: tokenFrom,
    signal: AbortSignal.timeout(600 * second),
    timeoutMs: 30 * second,
  });
  const { items, remarks } = readGithubIssues(issues, source);
  return { files: [], work: items, remarks: place(source, remarks) };
}

function parseFile(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError('E_NOT_JSON', `${basename(source)} is not JSON`, `gh api repos/OWNER/NAME/issues > ${source}`, {
      exit: exitCode.usage,
      cause: error,
    });
  }
}
