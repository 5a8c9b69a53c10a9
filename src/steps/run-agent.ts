/**
 * One agent at one task: a session, and a second turn of it when the result does not fit the schema. Everything it does
 * can be done again after a kill: a finished turn is adopted by its receipt, a living one is joined.
 */
import { constants } from 'node:fs';
import { lstat, mkdir, open, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Agent, EndedTurn, JsonSchema, Launch, Turn, TurnReport } from '../agents/agent.ts';
import type { ArtifactRef } from '../model/artifact.ts';
import type { AgentConfig } from '../model/config.ts';
import type { SandboxRung } from '../model/sandbox-rung.ts';
import type { SessionFailure } from '../model/session-failure.ts';
import type { SessionRecord } from '../model/session-record.ts';
import { addUsage, type Usage } from '../model/usage.ts';
import { showControl } from '../model/visible-text.ts';
import type { Overlay } from '../sandbox/sandbox.ts';
import { inspectSession, killSession } from '../sandbox/session.ts';
import { SessionVanished, StepAborted, type StepContext } from './context.ts';
import { writeRepairPrompt } from './prompt.ts';
import { runCommand, type CommandEnd } from './run-command.ts';
import { exitSchemas, judgeResult, type HonestExit } from './validate-result.ts';

const resultBytes = 4 * 1024 * 1024;

export interface AgentTask {
  /** The effect's folder; turns lie below it. */
  readonly folder: string;
  readonly config: AgentConfig;
  readonly prompt: string;
  readonly schema: JsonSchema | null;
  /** Whether an honest exit may stand in place of the result. */
  readonly exits: boolean;
  readonly writes: boolean;
  readonly rung: SandboxRung;
  readonly tree: string;
  readonly overlays: readonly Overlay[];
  /** What the program may read beyond its own: accepted history, folders of the configuration. */
  readonly readOnly: readonly string[];
  readonly capMicroUsd: number | null;
  readonly limits: { readonly wallMs: number; readonly idleMs: number; readonly copyBytes: number };
  readonly address: Turn['address'];
}

export interface AgentResult {
  readonly end:
    | { readonly type: 'answered'; readonly value: unknown; readonly text: string }
    | { readonly type: 'exit'; readonly exit: HonestExit }
    | { readonly type: 'failed'; readonly failure: SessionFailure };
  readonly usage: Usage;
  readonly sessions: readonly SessionRecord[];
}

/** Whether a session of this task has begun and must not be prepared anew. */
export function hasBegun(folder: string): boolean {
  const trace = inspectSession(join(folder, 'turn-1'));
  return trace === 'alive' || trace === 'finished';
}

/** A session that was begun and has no receipt has cost something unknown: that is told before another one starts. */
export async function refuseVanished(folder: string): Promise<void> {
  for (const turn of ['turn-1', 'turn-2']) {
    const directory = join(folder, turn);
    if (inspectSession(directory) !== 'vanished') continue;
    await killSession(directory);
    await rm(directory, { recursive: true, force: true });
    throw new SessionVanished(directory);
  }
}

export async function runAgent(task: AgentTask, context: StepContext, signal: AbortSignal): Promise<AgentResult> {
  const agent = context.agentOf(task.config.adapter);
  const sessions: SessionRecord[] = [];
  let usage: Usage | null = null;
  let resume: Turn['resume'] = null;
  let prompt = task.prompt;
  const refused = new Set<string>();
  for (let turn = 1; ; turn += 1) {
    const capMicroUsd = leftOf(task.capMicroUsd, usage);
    const { end, report, record } = await runTurn(task, agent, { turn, prompt, resume, capMicroUsd }, context, signal);
    if (end.type === 'aborted') throw new StepAborted();
    if (end.type === 'vanished' || end.type === 'walls-failed') {
      // Only this turn's folder: an earlier turn that has been paid is adopted again.
      const directory = join(task.folder, `turn-${turn}`);
      await rm(directory, { recursive: true, force: true });
      if (end.type === 'vanished') throw new SessionVanished(directory);
      throw new Error(`the sandbox did not come up: ${showControl(end.stderr).slice(-2_000)}`);
    }
    sessions.push(record);
    usage = usage === null ? report.usage : addUsage(usage, report.usage);
    const spent = task.config.free === true ? { ...usage, costMicroUsd: 0 } : usage;
    const failure = failureOf(end, report);
    if (failure !== null) return { end: { type: 'failed', failure }, usage: spent, sessions };
    const { json, text, denied } = answerOf(report);
    denied.forEach((tool) => refused.add(tool));
    const judged = judgeResult(task.schema, json);
    if (judged.type === 'fits') return { end: { type: 'answered', value: judged.value, text }, usage: spent, sessions };
    if (judged.type === 'exit') return { end: { type: 'exit', exit: judged.exit }, usage: spent, sessions };
    if (
      turn === 1 &&
      leftOf(task.capMicroUsd, usage) !== 0 &&
      agent.capabilities.resume &&
      report.conversation !== null &&
      task.schema !== null
    ) {
      resume = { conversation: report.conversation, usage };
      prompt = writeRepairPrompt(task.schema, judged.problems);
      continue;
    }
    const final: SessionFailure =
      refused.size > 0
        ? { type: 'denied', detail: [...refused].join(', ').slice(0, 8_000) }
        : { type: 'malformed', problems: [...judged.problems] };
    return { end: { type: 'failed', failure: final }, usage: spent, sessions };
  }
}

/** What is left of the session's reservation for its next turn. */
export function leftOf(capMicroUsd: number | null, usage: Usage | null): number | null {
  if (capMicroUsd === null || usage === null || usage.costMicroUsd === null) return capMicroUsd;
  return Math.max(0, capMicroUsd - usage.costMicroUsd);
}

interface TurnInput {
  readonly turn: number;
  readonly prompt: string;
  readonly resume: Turn['resume'];
  readonly capMicroUsd: number | null;
}

async function runTurn(
  task: AgentTask,
  agent: Agent,
  { turn: number, prompt, resume, capMicroUsd }: TurnInput,
  context: StepContext,
  signal: AbortSignal,
): Promise<{ end: CommandEnd; report: TurnReport; record: SessionRecord }> {
  const directory = join(task.folder, `turn-${number}`);
  const home = join(task.folder, 'home');
  const turn: Turn = {
    number,
    prompt,
    schema: task.schema,
    exits: task.exits ? exitSchemas : [],
    config: task.config,
    writes: task.writes,
    resume,
    capMicroUsd,
    workingCopy: task.tree,
    home,
    controlDirectory: join(task.folder, 'control'),
    rung: task.rung,
    address: task.address,
  };
  const launch = await agent.launch(turn);
  if (inspectSession(directory) === 'absent') await layOut(home, launch);
  const startedAt = performance.now();
  const end = await runCommand(
    {
      directory,
      rung: task.rung,
      argv: launch.argv,
      stdin: launch.stdin,
      workdir: task.tree,
      writable: [task.tree, home],
      readOnly: [...task.readOnly, ...launch.readOnly],
      overlays: task.overlays,
      env: { HOME: home, ...task.config.env, ...launch.env, ...passedOn(task.config, context) },
      network: [...new Set([...(task.config.network ?? []), ...launch.network])],
      wallMs: task.limits.wallMs,
      idleMs: task.limits.idleMs,
      copyBytes: task.limits.copyBytes,
    },
    context,
    signal,
  );
  const ended: EndedTurn = {
    exitCode: end.type === 'exited' ? end.exitCode : null,
    stdout: end.stdout,
    stderr: end.stderr,
    result: launch.resultFile === null ? null : await readResult(home, launch.resultFile),
  };
  const durationMs = end.type === 'exited' ? end.durationMs : Math.round(performance.now() - startedAt);
  const [asked, transcript, stderr, egress] = await Promise.all([
    context.artifacts.put('prompt.md', launch.stdin),
    keepStream('transcript', join(directory, 'stdout'), context),
    keepStream('stderr', join(directory, 'stderr'), context),
    context.artifacts.putFile('egress.jsonl', join(directory, 'egress.jsonl')),
  ]);
  const record: SessionRecord = {
    turn: number,
    prompt: asked,
    transcript,
    stderr,
    egress,
    end: end.type,
    durationMs: Math.round(durationMs),
  };
  return { end, report: agent.report(ended, turn), record };
}

/** The whole stream, byte by byte; empty for a session that never started its program. */
async function keepStream(name: string, path: string, { artifacts }: StepContext): Promise<ArtifactRef> {
  return (await artifacts.putFile(name, path)) ?? artifacts.put(name, '');
}

/** What the adapter wants to find below its home. An earlier turn could write there: no link of its is followed. */
async function layOut(home: string, launch: Launch): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  for (const { path, content } of launch.files)
    await writeFile(await clearPlace(home, path), content, { mode: 0o600, flag: 'wx' });
  for (const { path, target } of launch.links) await symlink(target, await clearPlace(home, path));
}

/** An empty place below `home`, reached through real folders only. */
async function clearPlace(home: string, path: string): Promise<string> {
  const target = resolve(home, path);
  const names = relative(home, target).split(sep);
  if (names[0] === '..' || names[0] === '') throw new Error(`${path} is not below the session's home`);
  let folder = home;
  for (const name of names.slice(0, -1)) {
    folder = join(folder, name);
    const found = await lstat(folder).catch(() => null);
    if (found !== null && !found.isDirectory()) await rm(folder, { force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }
  await rm(target, { recursive: true, force: true });
  return target;
}

function passedOn(config: AgentConfig, context: StepContext): Record<string, string> {
  return Object.fromEntries(
    (config.passEnv ?? []).flatMap((name) => {
      const value = context.variable(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/**
 * Our own limits first: what the program says about itself does not count once we have ended it. But one that was still
 * waiting for its model endpoint, as Codex does for ever, is not to be blamed for it: an outage is waited out.
 */
function failureOf(end: CommandEnd, report: TurnReport): SessionFailure | null {
  const said = report.end.type === 'failed' ? report.end.failure : null;
  switch (end.type) {
    case 'stalled':
      return said?.type === 'unreachable' ? said : { type: 'stalled', silentMs: end.silentMs };
    case 'timed-out':
      return said?.type === 'unreachable' ? said : { type: 'timed-out', afterMs: end.afterMs };
    case 'too-large':
      return { type: 'unsafe-content', problems: [`the working copy or the output grew to ${end.sizeBytes} bytes`] };
    case 'exited':
      return said;
    case 'aborted':
    case 'vanished':
    case 'walls-failed':
      throw new Error(`${end.type} is not an end that can be judged`);
  }
}

function answerOf(report: TurnReport): { json: unknown; text: string; denied: readonly string[] } {
  if (report.end.type !== 'answered') throw new Error('a failed turn has no answer');
  return report.end;
}

/** The program wrote it: a regular file of bounded size, reached without following any link, or nothing. */
async function readResult(home: string, path: string): Promise<string | null> {
  // Absent, a link, a socket, or behind a folder that was made unreadable: in each case there is no result file.
  const absent = (error: NodeJS.ErrnoException) => {
    if (['ENOENT', 'ELOOP', 'ENXIO', 'EACCES', 'ENOTDIR', 'EISDIR'].includes(error.code ?? '')) return null;
    throw error;
  };
  const folder = await realpath(dirname(path)).catch(absent);
  if (folder === null || folder !== join(await realpath(home), relative(home, dirname(path)))) return null;
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(absent);
  if (handle === null) return null;
  try {
    const about = await handle.stat();
    return about.isFile() && about.nlink === 1 && about.size <= resultBytes ? await handle.readFile('utf8') : null;
  } finally {
    await handle.close();
  }
}
