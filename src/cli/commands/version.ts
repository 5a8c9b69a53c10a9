import type { Command } from 'commander';
import { describeVersions } from '../../app/versions.ts';
import type { CliContext } from '../context.ts';
import { readVersion } from '../version.ts';

export function define(command: Command, context: CliContext): void {
  command.option('--json', 'for programs').action(async (options: { json?: boolean }) => {
    const versions = { millwright: readVersion(), ...(await describeVersions()) };
    if (options.json === true) return context.output.json({ versions });
    for (const [name, version] of Object.entries(versions)) context.output.line(`${name} ${version}`);
  });
}
