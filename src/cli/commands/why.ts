import type { Command } from 'commander';
import { whyHere, type Why, type WhyCriterion } from '../../app/why-here.ts';
import { usd } from '../../model/money.ts';
import { showControl } from '../../model/visible-text.ts';
import type { CliContext } from '../context.ts';
import { behind, oneLine, type Output } from '../output.ts';

export function define(command: Command, context: CliContext): void {
  command
    .argument('<what>', 'FILE:LINE, a commit, or a criterion such as login/AC-3')
    .option('--json', 'for programs')
    .action(async (asked: string, options: { json?: boolean }) => {
      const why = await whyHere(context.environment.home, process.cwd(), asked);
      if (options.json === true) return context.output.json({ why });
      printWhy(why, context.output);
    });
}

function printWhy({ text, origin, criteria, missing }: Why, output: Output): void {
  const say = (label: string, words: string) => {
    for (const line of behind(showControl(label).padEnd(13), showControl(words), output.columns)) output.line(line);
  };
  const { commit, hops, place, trailers, record } = origin;
  if (text !== null) output.line(output.tone('bold', oneLine(showControl(text.trim()), output.columns ?? 200)));
  for (const { how, commit: by, author, subject } of hops) say(how, `by ${by.slice(0, 10)} ${author}: ${subject}`);
  const at = place === null ? '' : `, ${place.path}:${place.line} there`;
  say('written in', `${commit.commit.slice(0, 10)} "${commit.subject}", ${commit.at.slice(0, 10)}${at}`);
  const outside = trailers.items.length === 0 && criteria.length === 0;
  if (outside) return say('by', `${commit.author}, outside the factory`);
  for (const criterion of criteria) printCriterion(criterion, say);
  for (const purpose of new Set(criteria.flatMap((each) => each.purpose ?? [])))
    if (purpose !== '') say('because', purpose);
  for (const useCase of new Set(criteria.flatMap((each) => each.useCase ?? []))) say('use case', useCase);
  if (record !== null) {
    if (criteria.length === 0) say('asked for', `${record.item} ${record.title}`);
    for (const { address, agent, adapter, model, costMicroUsd, outcome } of record.attempts) {
      const who = [agent, adapter === agent ? null : adapter, model].filter((each) => each !== null).join(', ');
      say('attempt', `${address} ${outcome} · ${who} · ${costMicroUsd === null ? '$ unknown' : usd(costMicroUsd)}`);
    }
    const instructions = [...new Set(record.attempts.flatMap((each) => each.instructions?.name ?? []))];
    if (instructions.length > 0) say('instructions', instructions.join(', '));
    const checks = record.checks.map(
      ({ name, status, passedTests }) => `${name} ${status}${passedTests === null ? '' : ` (${passedTests} tests)`}`,
    );
    if (checks.length > 0) say('checks', checks.join(', '));
    for (const { type, by, text: words } of record.decisions) say(type, `by ${by}${words === '' ? '' : `: ${words}`}`);
  } else say('by', [...trailers.attempts, ...trailers.items].join(', '));
  for (const each of missing) say('missing', each);
  const [first] = trailers.attempts;
  if (first !== undefined) output.talk(`  Next: mw logs ${showControl(first)} --prompt`);
}

function printCriterion({ id, asBuilt, today, same }: WhyCriterion, say: (label: string, words: string) => void): void {
  say('for', id);
  const shown = asBuilt ?? (same ? today : null);
  for (const line of shown?.split('\n') ?? []) say('', line);
  if (today === null) say('today', 'the specs ask for it no more');
  else if (!same) {
    say('today', 'it says:');
    for (const line of today.split('\n')) say('', line);
  }
}
