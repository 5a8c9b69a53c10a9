import { checkGit } from '../git/git.ts';
import { machineVersion } from '../machine/transition.ts';

/** Versions of what matters for a report. */
export async function describeVersions(): Promise<Record<string, string>> {
  const git = await checkGit();
  return {
    node: process.versions.node,
    git: git.type === 'usable' ? git.version : git.what,
    machine: String(machineVersion),
    platform: `${process.platform}-${process.arch}`,
  };
}
