/** The one place that reads the process's environment. */
import { homedir, userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { isBelowSession } from '../sandbox/session.ts';
import { sessionVariable } from '../sandbox/session/trace.ts';

export interface AppEnvironment {
  /** `MW_HOME`, else the XDG state folder. */
  readonly home: string;
  readonly databaseUrl: string | undefined;
  readonly searchPath: string;
  readonly userHome: string;
  /** Who decides at gates. */
  readonly user: string;
  /** Whether this process was started inside a session, or below one of this very home: it may decide nothing. */
  readonly insideSession: () => boolean;
  readonly variable: (name: string) => string | undefined;
}

export function readEnvironment(): AppEnvironment {
  const { env } = process;
  const state = env['XDG_STATE_HOME'];
  const base = state !== undefined && isAbsolute(state) ? state : join(homedir(), '.local', 'state');
  const home = resolve(env['MW_HOME'] ?? join(base, 'millwright'));
  return {
    home,
    databaseUrl: env['DATABASE_URL'] === '' ? undefined : env['DATABASE_URL'],
    searchPath: env['PATH'] ?? '',
    userHome: homedir(),
    user: env['MW_USER'] ?? userInfo().username,
    insideSession: () => env[sessionVariable] !== undefined || isBelowSession(home),
    variable: (name) => env[name],
  };
}
