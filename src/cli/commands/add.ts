import type { Command } from 'commander';
import { z } from 'zod';
import { registerProject } from '../../app/projects.ts';
import { addItems, type NewItem } from '../../app/work.ts';
import { shapeOf } from '../../config/expected-shape.ts';
import { explainIssue } from '../../config/explain-issue.ts';
import { exitCode, UserError } from '../../model/user-error.ts';
import type { CliContext } from '../context.ts';
import { collect, parseInteger, parseUsd } from '../options.ts';
import { readStdin } from '../stdin.ts';

const Line = z.strictObject({
  key: z.string().optional(),
  title: z.string(),
  body: z.string().optional(),
  after: z.array(z.string()).optional(),
  pipeline: z.string().optional(),
  priority: z.number().int().optional(),
  budgetUsd: z.number().nonnegative().optional(),
  rung: z.enum(['clone', 'bubblewrap']).optional(),
});

interface Options {
  readonly json?: boolean;
  readonly key?: string;
  readonly body?: string;
  readonly after?: readonly string[];
  readonly pipeline?: string;
  readonly priority?: number;
  readonly budget?: number;
  readonly rung?: 'clone' | 'bubblewrap';
}

export function define(command: Command, context: CliContext): void {
  command
    .argument('[text]', 'what you want; its first line is the title; - reads stdin')
    .option('--json', 'with -: read one JSON object a line; answer with ids as JSON')
    .option('--body <text>', 'more than the title')
    .option('--key <key>', 'a name of your own for it')
    .option('--after <items>', 'items or keys that must have landed first', collect)
    .option('--pipeline <name>', 'instead of the project’s')
    .option('--priority <n>', 'higher starts earlier', parseInteger)
    .option('--budget <usd>', 'at most this much', parseUsd)
    .option('--rung <rung>', 'the weakest sandbox it may run in: clone or bubblewrap')
    .action(async (text: string | undefined, options: Options) => {
      const inputs = await readInputs(text, options);
      await context.withFactory(async (factory) => {
        const { id: project } = await registerProject(factory.store, process.cwd());
        const added = await addItems(factory, project, inputs);
        if (options.json === true)
          return context.output.json({ items: added.map(({ id, key, title }) => ({ id, key, title })) });
        for (const { id, title } of added) context.output.line(`${id}  ${title}`);
        context.output.talk(`  Next: mw run ${added[0]?.id ?? ''}, or mw up --until-empty`);
      });
    });
}

async function readInputs(text: string | undefined, options: Options): Promise<readonly NewItem[]> {
  const { key, body, after, pipeline, priority, budget, rung } = options;
  if (text === '-' && options.json === true) return readLines(await readStdin());
  const whole = (text === '-' ? await readStdin() : (text ?? '')).trim();
  if (whole === '')
    throw new UserError('E_NO_TEXT', 'there is nothing to add', 'mw add "what you want"', { exit: exitCode.usage });
  const [title = '', ...rest] = whole.split('\n');
  return [
    {
      title: title.slice(0, 500),
      body: [title.length > 500 ? whole : rest.join('\n').trim(), body ?? '']
        .filter((each) => each !== '')
        .join('\n\n'),
      key,
      after,
      pipeline,
      priority,
      budgetUsd: budget === undefined ? undefined : budget / 1_000_000,
      rung,
    },
  ];
}

/** All lines or none: the first that does not fit is named by its number. */
function readLines(text: string): readonly NewItem[] {
  const lines = text
    .split('\n')
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== '');
  if (lines.length === 0)
    throw new UserError('E_NO_TEXT', 'stdin held no line', 'mw add --json - < items.jsonl', { exit: exitCode.usage });
  return lines.map(({ line, number }) => {
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch (error) {
      throw new UserError(
        'E_BAD_LINE',
        `line ${number} is not JSON: ${error instanceof Error ? error.message : ''}`,
        'give one JSON object a line',
        { exit: exitCode.usage, cause: error },
      );
    }
    const parsed = Line.safeParse(json);
    if (parsed.success) return parsed.data;
    throw new UserError('E_BAD_LINE', `line ${number}: ${explainLine(parsed.error, json)}`, 'mw add --help', {
      exit: exitCode.usage,
    });
  });
}

/** What is wrong with a line, in the words of the configuration's errors: a slip that we can name before anything else. */
function explainLine(error: z.ZodError, json: unknown): string {
  const problems = error.issues.flatMap((issue) => explainIssue(issue, shapeOf(Line), json));
  const problem = problems.find(({ suggestion }) => suggestion !== null) ?? problems[0];
  if (problem === undefined) return 'it does not fit';
  const place = problem.on === 'key' || problem.path.length === 0 ? '' : `${problem.path.join('.')}: `;
  return `${place}${problem.message}${problem.suggestion === null ? '' : `: did you mean "${problem.suggestion}"?`}`;
}
