/** The command line as a Markdown page, from the same definitions that `mw help` prints. */
import { Command, type Argument, type Option } from 'commander';
import { commandTable } from '../src/cli/command-table.ts';
import { createContext } from '../src/cli/context.ts';
import { topics } from '../src/cli/help-topics.ts';

/** `mw` with every command defined; no action runs. */
export async function defineEveryCommand(): Promise<Command> {
  const program = new Command('mw');
  const context = createContext();
  for (const [name, { summary, load }] of Object.entries(commandTable)) {
    const command = program.command(name).summary(summary).description(summary);
    (await load()).define(command, context);
  }
  return program;
}

/** Every command with its arguments and options, then the help topics. Pure. */
export function writeCommandPage(program: Command): string {
  const index = program.commands.map(
    (command) => `| [\`mw ${command.name()}\`](#mw-${command.name()}) | ${cell(command.summary())} |`,
  );
  return [
    '## Commands',
    '',
    '| command | |',
    '|---|---|',
    ...index,
    '',
    'Before any command: `-C, --directory <folder>` works as if started in that folder. After any: `-h, --help`.',
    '',
    ...program.commands.flatMap((command) => writeCommand(command, 'mw', '##')),
    ...Object.entries(topics).flatMap(([name, text]) => [`## mw help ${name}`, '', '```text', text, '```', '']),
  ]
    .join('\n')
    .trimEnd();
}

function writeCommand(command: Command, parent: string, heading: string): readonly string[] {
  const name = `${parent} ${command.name()}`;
  const parts = command.commands.length > 0 ? [] : ['', '```text', usageOf(command, name), '```'];
  return [
    `${heading} ${name}`,
    '',
    sentence(command.description()),
    ...parts,
    ...writeRows(command),
    '',
    ...command.commands.flatMap((each) => writeCommand(each, name, `${heading}#`)),
  ];
}

function usageOf(command: Command, name: string): string {
  const args = command.registeredArguments.map(wordOf);
  return [name, ...args, ...(command.options.length === 0 ? [] : ['[options]'])].join(' ');
}

function writeRows(command: Command): readonly string[] {
  const described = command.registeredArguments.filter(
    ({ description, argChoices }) => description !== '' || argChoices !== undefined,
  );
  const rows = [...described.map(argumentRow), ...command.options.filter(({ hidden }) => !hidden).map(optionRow)];
  return rows.length === 0 ? [] : ['', '| | |', '|---|---|', ...rows];
}

function argumentRow(argument: Argument): string {
  return `| \`${wordOf(argument)}\` | ${cell(withChoices(argument.description, argument.argChoices))} |`;
}

function wordOf(argument: Argument): string {
  return argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
}

function optionRow(option: Option): string {
  const must = option.mandatory ? ' (required)' : '';
  const fallback = option.defaultValueDescription ?? (option.defaultValue === '' ? undefined : option.defaultValue);
  const shown = fallback === undefined ? '' : `; default ${String(fallback)}`;
  return `| \`${option.flags}\` | ${cell(withChoices(option.description, option.argChoices))}${shown}${must} |`;
}

function withChoices(text: string, choices: readonly string[] | undefined): string {
  if (choices === undefined) return text;
  return `${text === '' ? '' : `${text}: `}${choices.join(', ')}`;
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
