/**
 * The program of the scripted adapter. It does what a rule of a script says instead of asking a model, and says so on
 * every line. It runs inside the walls from a copy of this one file, so it imports nothing but Node.
 *
 *   node scripted-agent.mts ORDER.json < PROMPT
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Script, ScriptRule, ScriptStep } from './script.ts';

/** What the adapter hands over, beside the prompt on stdin. */
export interface ScriptedOrder {
  readonly phase: string;
  readonly attempt: number;
  readonly reviewer: string | null;
  readonly item: string;
  readonly resumed: boolean;
  /** The script, or why there is none. */
  readonly script: Script | { readonly missing: string } | { readonly problem: string };
}

/** One line of its output. */
export type ScriptedEvent =
  | { readonly type: 'scripted.started'; readonly note: string }
  | { readonly type: 'scripted.step'; readonly did: string }
  | { readonly type: 'scripted.missing' | 'scripted.failed'; readonly why: string }
  | {
      readonly type: 'scripted.finished';
      readonly text: string;
      readonly result?: unknown;
      readonly usage: ScriptRule['usage'];
    };

const [orderFile] = process.argv.slice(2);
if (orderFile !== undefined) process.exitCode = perform(JSON.parse(readFileSync(orderFile, 'utf8')) as ScriptedOrder);

function perform(order: ScriptedOrder): number {
  const prompt = readFileSync(0, 'utf8');
  say({ type: 'scripted.started', note: 'scripted agent: a script decides here, no model is asked' });
  if ('missing' in order.script) return giveUp('scripted.missing', order.script.missing);
  if ('problem' in order.script) return giveUp('scripted.failed', order.script.problem);
  const rule = order.script.rules.find((candidate) => fits(candidate, order, prompt));
  if (rule === undefined) return giveUp('scripted.failed', `no rule of the script fits ${nameTurn(order)}`);
  return follow(rule, order);
}

function follow(rule: ScriptRule, order: ScriptedOrder): number {
  const text = rule.text ?? `Scripted agent: the rule for ${nameTurn(order)} was carried out.`;
  let finish: ScriptedEvent = { type: 'scripted.finished', text, result: rule.result, usage: rule.usage };
  for (const step of rule.steps) {
    if ('misbehave' in step) {
      const { misbehave } = step;
      say({ type: 'scripted.step', did: `misbehaves on purpose: ${misbehave}` });
      if (misbehave === 'noop') break;
      if (misbehave === 'malformed') finish = { ...finish, result: { unexpected: true } };
      if (misbehave === 'prose') finish = { type: 'scripted.finished', text: 'All done, I think.', usage: rule.usage };
      if (misbehave === 'dirty') leaveMess();
      if (misbehave === 'hang') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      if (misbehave === 'crash') process.kill(process.pid, 'SIGKILL');
      continue;
    }
    const problem = take(step);
    if (problem !== null) return giveUp('scripted.failed', problem);
  }
  say(finish);
  return 0;
}

/** Does one step; the reason when it could not be done as written. */
function take(step: Exclude<ScriptStep, { misbehave: unknown }>): string | null {
  if ('write' in step) {
    mkdirSync(dirname(step.write.path), { recursive: true });
    writeFileSync(step.write.path, step.write.content);
    say({ type: 'scripted.step', did: `wrote ${step.write.path}` });
  } else if ('append' in step) {
    mkdirSync(dirname(step.append.path), { recursive: true });
    appendFileSync(step.append.path, step.append.content);
    say({ type: 'scripted.step', did: `appended to ${step.append.path}` });
  } else if ('delete' in step) {
    rmSync(step.delete, { recursive: true });
    say({ type: 'scripted.step', did: `deleted ${step.delete}` });
  } else if ('run' in step) {
    return run(step.run);
  } else if ('print' in step) {
    say({ type: 'scripted.step', did: `says: ${step.print}` });
  } else {
    say({ type: 'scripted.step', did: `waits ${step.sleep} ms` });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, step.sleep);
  }
  return null;
}

function run(order: string | { readonly command: string; readonly expectExit: number }): string | null {
  const { command, expectExit } = typeof order === 'string' ? { command: order, expectExit: 0 } : order;
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = `${stdout}${stderr}`.trim().slice(-2_000);
  say({ type: 'scripted.step', did: `ran ${command}: exit ${status}${output === '' ? '' : `, ${output}`}` });
  return status === expectExit ? null : `${command}: exit ${status} instead of ${expectExit}: ${output}`;
}

/** What no import may take: a repository inside the repository, and a link that leads out of the tree. */
function leaveMess(): void {
  mkdirSync('nested-repository/.git', { recursive: true });
  writeFileSync('nested-repository/.git/HEAD', 'ref: refs/heads/main\n');
  symlinkSync('/etc/hostname', 'link-out-of-the-tree');
}

function fits(rule: ScriptRule, order: ScriptedOrder, prompt: string): boolean {
  const { phase, attempt, reviewer, item, prompt: pattern, resumed } = rule.when;
  return (
    isOneOf(order.phase, phase) &&
    isOneOf(order.attempt, attempt) &&
    (reviewer === null ? order.reviewer === null : isOneOf(order.reviewer, reviewer)) &&
    (item === undefined || new RegExp(item, 'u').test(order.item)) &&
    (pattern === undefined || new RegExp(pattern, 'u').test(prompt)) &&
    (resumed === undefined || resumed === order.resumed)
  );
}

function isOneOf(
  value: string | number | null,
  wanted: string | number | readonly (string | number)[] | undefined,
): boolean {
  if (wanted === undefined) return true;
  return [wanted].flat().some((one) => one === value);
}

function nameTurn(order: ScriptedOrder): string {
  return `${order.item}/${order.phase}${order.reviewer === null ? '' : `.${order.reviewer}`}#${order.attempt}`;
}

function giveUp(type: 'scripted.missing' | 'scripted.failed', why: string): number {
  say({ type, why });
  return 1;
}

function say(event: ScriptedEvent): void {
  writeFileSync(1, `${JSON.stringify(event)}\n`);
}
