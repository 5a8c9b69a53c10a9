import { existsSync } from 'node:fs';
import { join } from 'node:path';

type Program = 'claude-code' | 'codex' | 'openspec' | 'runners' | 'stryker';

/** The folder of an installed CLI's commands, as an entry of PATH. */
export function binFolder(name: Program): string {
  return join(import.meta.dirname, name, 'node_modules', '.bin');
}

/** Why the tests of a CLI cannot run here, `null` when they can. */
export function whyNotInstalled(name: Program): string | null {
  const needed = name === 'claude-code' || name === 'codex' ? ['aimock', name] : [name];
  const missing = needed.filter((folder) => !existsSync(join(import.meta.dirname, folder, 'node_modules')));
  return missing.length === 0 ? null : `not installed: ${missing.join(', ')}; run node test/agents/install.ts`;
}
