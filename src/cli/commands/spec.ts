import type { Command } from 'commander';
import { lintSpecs, readSpecs, type LintedSpec, type SpecHere } from '../../app/specs-here.ts';
import { exitCode } from '../../model/user-error.ts';
import type { CliContext } from '../context.ts';
import { showControl } from '../../model/visible-text.ts';
import { oneLine, table } from '../output.ts';
import { defineNew } from '../spec-new.ts';
import { defineReview } from '../spec-review.ts';
import { defineSplit } from '../spec-split.ts';
import { defineTrace } from '../spec-trace.ts';

export function define(command: Command, context: CliContext): void {
  const { output } = context;
  defineNew(command, context);
  defineSplit(command, context);
  defineReview(command, context);
  defineTrace(command, context);
  command
    .command('list')
    .description('the specs of this repository')
    .option('--json', 'for programs')
    .action(async (options: { json?: boolean }) => {
      const specs = await lintSpecs(process.cwd(), [], false);
      const rows = specs.map((each) => ({
        name: each.spec.name,
        title: each.spec.title,
        path: each.path,
        criteria: countCriteria(each),
        ready: each.ready,
      }));
      if (options.json === true) return output.json({ specs: rows });
      const lines = rows.map(({ name, title, criteria, ready }) => [
        oneLine(name, 80),
        `${criteria} ${criteria === 1 ? 'criterion' : 'criteria'}`,
        ready ? 'ready' : 'not ready',
        oneLine(title ?? '', 60),
      ]);
      for (const line of table(lines, output.columns)) output.line(line);
    });
  command
    .command('show')
    .description('the criteria of a spec, with their ids')
    .argument('<name>', 'the spec’s folder below specs/')
    .option('--json', 'for programs')
    .action(async (name: string, options: { json?: boolean }) => {
      const [found] = await readSpecs(process.cwd(), [name]);
      if (found === undefined) return;
      const { spec, path } = found;
      if (options.json === true) return output.json({ spec: { ...spec, layout: undefined, path } });
      output.line(output.tone('bold', showControl(spec.title ?? spec.name)));
      if (spec.purpose !== '') output.line(showControl(spec.purpose));
      for (const each of spec.assumptions) output.line(`  assumed: ${showControl(each)}`);
      for (const { name: requirement, statement, criteria } of spec.requirements) {
        output.line(`\n${output.tone('bold', showControl(requirement))}`);
        if (statement !== '') output.line(`  ${showControl(statement)}`);
        for (const { id, name: scenario, sentence, steps } of criteria) {
          output.line(`  ${id ?? 'no id'}  ${showControl(scenario + sentence)}`);
          for (const { kind, text } of steps) output.line(`      ${kind.toUpperCase()} ${showControl(text)}`);
        }
      }
    });
  command
    .command('lint')
    .description('say whether work may start: what is missing, vague, or decided by nobody')
    .argument('[name...]', 'specs by name; all of them without one')
    .option('--fix', 'give every criterion an id')
    .option('--json', 'for programs')
    .action(async (names: readonly string[], options: { fix?: boolean; json?: boolean }) => {
      const specs = await lintSpecs(process.cwd(), names, options.fix === true);
      if (!specs.every(({ ready }) => ready)) context.exit(exitCode.notAccepted);
      if (options.json === true) {
        return output.json({
          specs: specs.map((each) => ({
            name: each.spec.name,
            path: each.path,
            ready: each.ready,
            given: each.given,
            findings: each.findings,
          })),
        });
      }
      for (const each of specs) printLint(each, context);
    });
}

function printLint(linted: LintedSpec, { output }: CliContext): void {
  const { findings, given } = linted;
  const path = showControl(linted.path);
  for (const id of given) output.line(`${path}  ${id} is new`);
  for (const { line, severity, text, next } of findings) {
    output.line(`${path}:${line}  ${severity}: ${showControl(text)}`);
    output.line(`    ${showControl(next)}`);
  }
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  const more = warnings === 0 ? '' : `, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`;
  const criteria = countCriteria(linted);
  output.line(
    errors === 0
      ? `✓ ${path}  ready: ${criteria} ${criteria === 1 ? 'criterion' : 'criteria'}${more}`
      : `✗ ${path}  not ready: ${errors} ${errors === 1 ? 'error' : 'errors'}${more}`,
  );
}

function countCriteria({ spec }: SpecHere): number {
  return spec.requirements.reduce((sum, { criteria }) => sum + criteria.length, 0);
}
