/**
 * All that git may learn from its surroundings: an environment built from nothing, no repository that it could discover,
 * no configuration of the user or the machine, and nothing that could start another program.
 */
import type { GitOptions } from './git-call.ts';

/** Where programs are looked up; never the caller's own PATH, which an item's environment may have shaped. */
export const programPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin';

const environment: Readonly<Record<string, string>> = {
  PATH: programPath,
  HOME: '/nonexistent',
  XDG_CONFIG_HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_LITERAL_PATHSPECS: '1',
  GIT_ASKPASS: 'true',
  SSH_ASKPASS: 'true',
  GIT_EDITOR: 'true',
  GIT_SEQUENCE_EDITOR: 'true',
  GIT_PAGER: 'cat',
};

/** Overrides whatever a repository's own configuration says. A second wall: the first is whose repository it is. */
export const hardening = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.untrackedCache=false',
  'core.attributesFile=/dev/null',
  'core.editor=true',
  'core.pager=cat',
  'core.sshCommand=false',
  'core.quotePath=true',
  'core.protectHFS=true',
  'core.protectNTFS=true',
  'credential.helper=',
  'protocol.allow=never',
  'gpg.program=false',
  'commit.gpgSign=false',
  'log.showSignature=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'submodule.recurse=false',
  'diff.ignoreSubmodules=all',
  'diff.orderFile=/dev/null',
  'log.showRoot=true',
  'safe.bareRepository=explicit',
  'merge.conflictStyle=zdiff3',
  // Objects first, refs last, and both flushed: no branch names what a power cut has taken. A `-loose-object` here would
  // change nothing: git takes it from its defaults, not from what the list adds.
  'core.fsync=committed,reference',
].flatMap((setting) => ['-c', setting]);

/** The whole environment of one git process. */
export function buildEnvironment(options: GitOptions): Record<string, string> {
  const env: Record<string, string> = { ...environment, ...options.env, GIT_DIR: options.gitDir ?? '/nonexistent' };
  if (options.workTree !== undefined) env['GIT_WORK_TREE'] = options.workTree;
  if (options.indexFile !== undefined) env['GIT_INDEX_FILE'] = options.indexFile;
  return env;
}
