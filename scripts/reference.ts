/**
 * Writes docs/reference/ from the definitions that the program itself uses: commands, configuration, pipelines, events.
 * `node scripts/reference.ts` writes; `--check` only compares.
 */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ProjectConfig } from '../src/model/config.ts';
import { EventBody } from '../src/model/event.ts';
import { phaseResultNames, phaseResults } from '../src/model/phase-result.ts';
import { PipelineFile } from '../src/model/pipeline.ts';
import { defineEveryCommand, writeCommandPage } from './command-page.ts';
import { keepFresh } from './keep-fresh.ts';
import { toNode, typeOf, writeTable, writeTables } from './schema-table.ts';

const command = 'node scripts/reference.ts';
const notice = `<!-- Written by ${command}; edits here are lost. -->`;

function page(title: string, about: string, body: string): string {
  return `${notice}\n# ${title}\n\n${about}\n\n${body}\n`;
}

/** File name to content, for everything in docs/reference/. */
export async function renderReference(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    [
      'cli.md',
      page(
        'Command line',
        'Every command, with what it takes. By task: [docs](../README.md).',
        writeCommandPage(await defineEveryCommand()),
      ),
    ],
    ['config.md', page('millwright.yaml', configAbout, writeTables(toNode(ProjectConfig), 'Top level'))],
    [
      'pipeline.md',
      page('Pipelines', pipelineAbout, `${writeTables(toNode(PipelineFile), 'Top level')}\n\n${writeOutputs()}`),
    ],
    ['events.md', page('Journal events', eventsAbout, writeEvents())],
  ]);
}

const configAbout = `Every key of \`millwright.yaml\`. Unknown keys are errors. The same as a JSON Schema:
[millwright.schema.json](../../schemas/millwright.schema.json). By example: [configuration](../configuration.md).`;

const pipelineAbout = `Every key of \`.millwright/pipelines/NAME.yaml\`. The same as a JSON Schema:
[pipeline.schema.json](../../schemas/pipeline.schema.json). By example: [pipelines](../pipelines.md).`;

const eventsAbout = `What \`mw events\`, \`mw watch --json\`, \`mw run --json\` and \`mw up --json\` print, one object a line. An event is never changed.

| key | type | meaning |
|---|---|---|
| \`seq\` | whole number | order over the whole factory; \`mw events --after\` takes it |
| \`item\` | text | the work item |
| \`n\` | whole number | order within the item, from 1 |
| \`id\` | text | unique; a second insert of the same id changes nothing |
| \`body\` | one of those below | what happened |
| \`machine\` | whole number | the version of the rules that folded it |
| \`decided\` | list of text | the effects that were asked for because of it |
| \`at\` | text | ISO 8601, UTC, by the database's clock |`;

function writeOutputs(): string {
  const sections = phaseResultNames.map((name) => `### ${name}\n\n${writeTable(toNode(phaseResults[name]), 'listed')}`);
  return `## Shipped outputs\n\nWhat \`output:\` can name, and what the phase must then answer. \`when:\` can look at the texts, numbers and booleans.\n\n${sections.join('\n\n')}`;
}

function writeEvents(): string {
  const { oneOf, anyOf } = toNode(EventBody);
  return (oneOf ?? anyOf ?? [])
    .map((node) => {
      const { type, ...fields } = node.properties ?? {};
      const rows = Object.entries(fields).map(([key, each]) => `| \`${key}\` | ${typeOf(each, 'listed')} |`);
      const table = rows.length === 0 ? [] : ['', '| key | type |', '|---|---|', ...rows];
      return [`## ${String(type?.const)}`, '', node.description ?? '', ...table].join('\n');
    })
    .join('\n\n');
}

async function main(): Promise<void> {
  const folder = fileURLToPath(new URL('../docs/reference/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of await renderReference()) keepFresh(`${folder}${name}`, () => text, command);
}

if (import.meta.main) await main();
