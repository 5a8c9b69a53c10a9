/** Runs git; with its neighbours in this folder the only place that does. */
import { UserError } from '../model/user-error.ts';
import type { GitOptions, GitOutput } from './git-call.ts';
import { runOwnGit } from './own-git.ts';
import { currentStarter, runShortGit } from './short-git.ts';

/** Runs git to its end and collects what it printed. */
export async function runGit(args: readonly string[], options: GitOptions = {}): Promise<GitOutput> {
  const { input, maxBytes } = options;
  const starter = currentStarter();
  const streams = typeof input === 'object' && !(input instanceof Uint8Array);
  if (starter === null || streams || maxBytes !== undefined) return runOwnGit(args, options);
  return runShortGit(starter, args, input, options);
}

/** The first line that git printed, without its end; for commands that answer with one id or name. */
export async function askGit(args: readonly string[], options: GitOptions = {}): Promise<string> {
  const { stdout } = await runGit(args, options);
  return stdout.toString('utf8').split('\n', 1)[0] ?? '';
}

/** Splits `-z` output. Bytes are kept one to one in the string (latin1): names need not be UTF-8. */
export function splitNul(output: Buffer): string[] {
  const parts = output.toString('latin1').split('\0');
  parts.pop();
  return parts;
}

/** The version of git, or what to install. 2.38 brought the merge without a checkout that landing is built on. */
export async function checkGit(): Promise<
  | { readonly type: 'usable'; readonly version: string }
  | { readonly type: 'missing'; readonly what: string; readonly next: string }
> {
  let version: string;
  try {
    version = await askGit(['version']);
  } catch (error) {
    if (error instanceof UserError) return { type: 'missing', what: error.message, next: error.next };
    throw error;
  }
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(version) ?? [];
  const enough = Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 38);
  if (enough) return { type: 'usable', version };
  return {
    type: 'missing',
    what: `${version} is too old: 2.38 or newer is needed`,
    next: 'upgrade git, for example: sudo apt-get install git',
  };
}
