import { Argument, type Command } from 'commander';
import type { CliContext } from '../context.ts';
import { commandTable } from '../command-table.ts';

export function define(command: Command, context: CliContext): void {
  command.addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish'])).action((shell: string) => {
    const entries = Object.entries(commandTable);
    const names = entries.map(([name]) => name).join(' ');
    if (shell === 'bash') context.output.line(`complete -W "${names}" mw   # eval "$(mw completion bash)"`);
    if (shell === 'zsh')
      context.output.line(
        `#compdef mw\n_arguments "1:command:((${entries.map(([name, { summary }]) => `${name}\\:${JSON.stringify(summary.replaceAll(':', ' '))}`).join(' ')}))"`,
      );
    if (shell === 'fish')
      for (const [name, { summary }] of entries)
        context.output.line(`complete -c mw -f -n __fish_use_subcommand -a ${name} -d ${JSON.stringify(summary)}`);
  });
}
