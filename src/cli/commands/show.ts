import type { Command } from 'commander';
import { readItem, type ItemPage } from '../../insight/item-page.ts';
import { requireItem } from '../../app/work.ts';
import type { Evidence } from '../../model/criterion.ts';
import type { CriterionVerdict } from '../../model/outcome.ts';
import { usd } from '../../model/money.ts';
import { showControl } from '../../model/visible-text.ts';
import type { CliContext } from '../context.ts';
import { behind, oneLine, table } from '../output.ts';
import { jsonRow } from './list.ts';

export function define(command: Command, context: CliContext): void {
  command
    .argument('<item>', 'for example MW-1')
    .option('--json', 'for programs')
    .action(async (id: string, options: { json?: boolean }) => {
      await context.withFactory(async (factory) => {
        await requireItem(factory, id);
        const page = await readItem(factory.store, id);
        if (options.json === true)
          return context.output.json({
            ...jsonRow(page.row),
            reasonCode: page.row.reasonCode,
            next: page.row.next,
            item: page.item,
            run: page.run,
            phases: page.phases,
            attempts: page.attempts,
            checks: page.checks,
            findings: page.findings,
            breaks: page.breaks,
            usage: page.usage,
            gate: page.gate,
            landed: page.landed,
            evidence: page.claims,
          });
        printPage(page, context.output);
      });
    });
}

function printPage(page: ItemPage, output: CliContext['output']): void {
  const { row } = page;
  output.line(`${output.tone('bold', row.id)}  ${showControl(row.title)}`);
  if (page.item.body !== '') output.line(`\n${showControl(page.item.body)}\n`);
  const where = row.phase === null || row.state === 'landed' ? '' : `, in ${row.phase}`;
  const stands = `${row.state}${where}${row.reason === '' ? '' : `: ${showControl(row.reason)}`}`;
  for (const line of behind('State    ', stands, output.columns)) output.line(line);
  if (row.next !== '') for (const line of behind('Next     ', row.next, output.columns)) output.line(line);
  output.line(
    `Cost     ${row.costMicroUsd === null ? `unknown for ${page.unknownSessions} of its sessions; known: ${usd(page.knownMicroUsd)}` : usd(row.costMicroUsd)}`,
  );
  if (page.item.after.length > 0) output.line(`After    ${page.item.after.join(', ')}`);
  if (page.landed !== null)
    output.line(`Landed   ${page.landed.commit}${row.branch === null ? '' : ` on ${row.branch}`}`);
  for (const [title, rows] of sectionsOf(page)) {
    if (rows.length === 0) continue;
    output.line(`\n${title}`);
    for (const line of table(rows, output.columns)) output.line(line);
  }
  if (page.findings.length > 0) output.line('\nFindings of the last reviews');
  for (const finding of page.findings)
    output.line(
      `  ${finding.reviewer}: ${finding.severity}: ${oneLine(finding.title, 160)}${finding.file === null ? '' : ` (${finding.file}${finding.line === null ? '' : `:${finding.line}`})`}`,
    );
}

function sectionsOf(page: ItemPage): readonly (readonly [string, readonly (readonly string[])[]])[] {
  const verdicts = new Map(
    page.checks.flatMap(({ criteria }) => (criteria ?? []).map((verdict) => [verdict.id, verdict])),
  );
  const criteria = page.item.criteria.map(({ id, action, evidence, text }) => [
    `  ${id}`,
    action,
    tellEvidence(evidence.type, verdicts.get(id)),
    oneLine(showControl(text.split('\n').at(-1) ?? ''), 120),
  ]);
  const claims = page.claims.map(({ claim, level, proof, commit }) => [
    `  ${claim}`,
    level ?? '-',
    commit?.slice(0, 10) ?? '',
    oneLine(showControl(proof), 120),
  ]);
  const phases = page.phases.map(({ id, status, attempts }) => [
    `  ${id}`,
    status,
    `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`,
  ]);
  const attempts = page.attempts.map(({ address, outcome, costMicroUsd, text }) => [
    `  ${address}`,
    outcome,
    costMicroUsd === null ? '$ ?' : usd(costMicroUsd),
    oneLine(text, 120),
  ]);
  return [
    ['Criteria', criteria],
    ['Evidence', claims],
    ['Phases', phases],
    ['Attempts', attempts],
    ['What the breaker tried', tellBreaks(page)],
  ];
}

function tellEvidence(type: Evidence['type'], verdict: CriterionVerdict | undefined): string {
  if (type === 'test') return verdict?.type ?? 'not tested yet';
  return type === 'hold-out' ? `hold-out ${verdict?.holdout ?? 'not run yet'}` : type;
}

/** The last word on each case, and the ideas of which none came. */
function tellBreaks({ breaks }: ItemPage): readonly (readonly string[])[] {
  const cases = new Map(breaks.flatMap((round) => round.cases.map((each) => [each.path, each])));
  const ideas = breaks.flatMap(({ tried }) => tried.filter(({ file }) => !cases.has(file)));
  return [
    ...[...cases.values()].map(({ path, verdict, criteria, says }) => [
      `  ${oneLine(showControl(path), 60)}`,
      verdict,
      criteria.join(', '),
      verdict === 'held' || verdict === 'broke' ? '' : oneLine(showControl(says), 120),
    ]),
    ...ideas.map(({ criterion, idea }) => ['  (no case)', '', showControl(criterion), oneLine(showControl(idea), 120)]),
  ];
}
