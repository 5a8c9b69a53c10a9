import type { Command } from 'commander';
import { traceHere, type TraceHere } from '../app/trace-here.ts';
import { exitCode } from '../model/user-error.ts';
import { showControl } from '../model/visible-text.ts';
import { coverage, type TraceRow, type TraceVerdict } from '../spec/trace.ts';
import type { CliContext } from './context.ts';
import { parsePercent } from './options.ts';
import { oneLine, type Output } from './output.ts';

interface Options {
  readonly report?: readonly string[];
  readonly open?: boolean;
  readonly failUnder?: number;
  readonly json?: boolean;
}

/** `mw spec trace`: criterion -> tests -> code -> verdict, and what belongs to nothing. */
export function defineTrace(command: Command, context: CliContext): void {
  command
    .command('trace')
    .description('from every criterion to its tests, its code and its verdict')
    .argument('[name...]', 'specs or criteria; all of them without one')
    .option('--report <file...>', 'what tests said just now: JUnit, CTRF, TAP, JSON, or printed names')
    .option('--open', 'only what is not proven')
    .option('--fail-under <percent>', 'end with 3 when fewer criteria are proven', parsePercent)
    .option('--json', 'for programs')
    .action(async (names: readonly string[], options: Options) => {
      await context.withFactory(async (factory) => {
        const trace = await traceHere(factory, process.cwd(), names, options.report ?? []);
        const percent = coverage(trace.rows);
        if (options.failUnder !== undefined && percent < options.failUnder) context.exit(exitCode.notAccepted);
        const rows = trace.rows.filter(({ verdict }) => options.open !== true || verdict !== 'proven');
        if (options.json === true)
          return context.output.json({
            provenPercent: percent,
            criteria: rows,
            testsWithoutCriterion: trace.testsWithout,
            linesWithoutCriterion: trace.linesWithout,
          });
        printTrace({ ...trace, rows }, percent, context.output);
      });
    });
}

const signs: Readonly<Record<TraceVerdict, string>> = {
  proven: '✓',
  failing: '✗',
  unproven: '?',
  stale: '~',
  missing: '+',
};

function printTrace({ rows, testsWithout, linesWithout }: TraceHere, percent: number, output: Output): void {
  const width = Math.max((output.columns ?? 200) - 22, 30);
  for (const [spec, own] of Map.groupBy(rows, (row) => row.spec)) {
    output.line(output.tone('bold', `specs/${spec}/spec.md`));
    for (const row of own) printRow(row, width, output);
  }
  const lines = linesWithout.reduce((sum, each) => sum + each.lines, 0);
  output.line(`\n${percent} % of the criteria are proven.`);
  if (testsWithout !== null && testsWithout.length > 0) {
    output.line(`${testsWithout.length} tests name no criterion:`);
    for (const { name } of testsWithout.slice(0, 5)) output.line(`  ${oneLine(showControl(name), width)}`);
    if (testsWithout.length > 5) output.line(`  and ${testsWithout.length - 5} more: --json`);
  }
  if (lines > 0) {
    output.line(`${lines} lines are there for no criterion, most of them in:`);
    for (const { file, lines: count } of linesWithout.slice(0, 5)) output.line(`  ${showControl(file)}  ${count}`);
  }
}

function printRow({ id, verdict, text, tests, code, seen }: TraceRow, width: number, output: Output): void {
  const number = id.slice(id.indexOf('/') + 1);
  output.line(
    `  ${signs[verdict]} ${number.padEnd(6)} ${verdict.padEnd(9)} ${oneLine(showControl(text.split('\n').at(-1) ?? ''), width)}`,
  );
  const indent = ' '.repeat(20);
  for (const { name, status } of tests.slice(0, 3))
    output.line(`${indent}${status} ${oneLine(showControl(name), width)}`);
  if (tests.length > 3) output.line(`${indent}and ${tests.length - 3} more tests`);
  const places = code.slice(0, 3).map(({ file, from, to }) => `${file}:${from}-${to}`);
  const more = code.length > 3 ? `, and ${code.length - 3} more places` : '';
  if (places.length > 0) output.line(`${indent}${oneLine(showControl(places.join(', ')), width)}${more}`);
  if (seen === 'landing' && tests.length > 0) output.line(`${indent}as seen when it landed`);
}
