import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { inspectSession, killSession, runSession } from '../../src/sandbox/session.ts';
import { makePlace, shell, until, untilExists, type Place } from './support.ts';

const program = fileURLToPath(new URL('./worker.ts', import.meta.url));

/** A worker of its own process group. */
function startWorker(place: Place, script: string, wallMs = 20_000): ChildProcess {
  return spawn(process.execPath, [program, place.session, place.work, script, String(wallMs)], {
    env: {},
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function killGroup(worker: ChildProcess): Promise<void> {
  process.kill(-(worker.pid ?? 0), 'SIGKILL');
  await once(worker, 'exit');
}

const oneRun = 'echo run >> runs; touch started; while [ ! -e go ]; do sleep 0.02; done; exit 5';

it('outlives its worker’s whole process group, and the next worker adopts the receipt of the one run', async () => {
  const place = makePlace();
  const worker = startWorker(place, oneRun);
  await untilExists(join(place.work, 'started'));
  await killGroup(worker);
  expect(inspectSession(place.session)).toBe('alive');
  writeFileSync(join(place.work, 'go'), '');
  await until('the session has finished', () => inspectSession(place.session) === 'finished');
  expect(await runSession(shell(place, 'clone', oneRun))).toMatchObject({ type: 'exited', exitCode: 5 });
  expect(readFileSync(join(place.work, 'runs'), 'utf8')).toBe('run\n');
});

it('lets the next worker wait for the session of a killed one', async () => {
  const place = makePlace();
  const worker = startWorker(place, oneRun);
  await untilExists(join(place.work, 'started'));
  await killGroup(worker);
  const joined = runSession(shell(place, 'clone', oneRun));
  writeFileSync(join(place.work, 'go'), '');
  expect(await joined).toMatchObject({ type: 'exited', exitCode: 5 });
  expect(readFileSync(join(place.work, 'runs'), 'utf8')).toBe('run\n');
});

it.each(['worker-lost', 'effect-moved'])('runs on when its caller hands it on: %s', async (reason) => {
  const place = makePlace();
  const waiting = new AbortController();
  const left = runSession(shell(place, 'clone', oneRun, { signal: waiting.signal }));
  await untilExists(join(place.work, 'started'));
  waiting.abort(reason);
  expect(await left).toEqual({ type: 'aborted' });
  expect(inspectSession(place.session)).toBe('alive');
  const joined = runSession(shell(place, 'clone', oneRun));
  writeFileSync(join(place.work, 'go'), '');
  expect(await joined).toMatchObject({ type: 'exited', exitCode: 5 });
  expect(readFileSync(join(place.work, 'runs'), 'utf8')).toBe('run\n');
});

it('runs once when two workers race for one directory', async () => {
  const place = makePlace();
  const script = 'echo run >> runs; sleep 0.2; exit 4';
  const workers = [startWorker(place, script), startWorker(place, script)];
  const ends = await Promise.all(workers.map(async (worker) => (worker.stdout === null ? '' : text(worker.stdout))));
  expect(ends.map((end) => JSON.parse(end) as unknown)).toEqual([
    expect.objectContaining({ type: 'exited', exitCode: 4 }),
    expect.objectContaining({ type: 'exited', exitCode: 4 }),
  ]);
  expect(readFileSync(join(place.work, 'runs'), 'utf8')).toBe('run\n');
});

it('runs once when ten callers of one process race for one directory', async () => {
  const place = makePlace();
  const ends = await Promise.all(
    Array.from({ length: 10 }, () => runSession(shell(place, 'bubblewrap', 'echo run >> runs; sleep 0.2'))),
  );
  expect(new Set(ends.map((end) => end.type))).toEqual(new Set(['exited']));
  expect(readFileSync(join(place.work, 'runs'), 'utf8')).toBe('run\n');
});

it('holds its wall limit although the worker is dead', async () => {
  const place = makePlace();
  const worker = startWorker(place, 'touch started; sleep 60', 700);
  await untilExists(join(place.work, 'started'));
  await killGroup(worker);
  await until('the session has ended', () => inspectSession(place.session) === 'finished');
  expect(await runSession(shell(place, 'clone', '', { wallMs: 700 }))).toMatchObject({ type: 'timed-out' });
});

it('says vanished when the wrapper was killed, and only after its program is gone too', async () => {
  const place = makePlace();
  const running = runSession(shell(place, 'clone', 'touch started; sleep 60'));
  await untilExists(join(place.work, 'started'));
  const wrapper = Number(readFileSync(join(place.session, 'claim'), 'utf8').split(' ')[0]);
  process.kill(wrapper, 'SIGKILL');
  expect(await running).toEqual({ type: 'vanished' });
  expect(inspectSession(place.session)).toBe('vanished');
  expect(await runSession(shell(place, 'clone', 'touch again'))).toEqual({ type: 'vanished' });
});

it('takes a claim of an earlier boot, or of another process with the same pid, for dead', () => {
  const place = makePlace();
  mkdirSync(place.session);
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  const claims = [
    `${process.pid} ${start} ${boot} 1.00\n`,
    `${process.pid} 1 ${boot} 1.00\n`,
    `${process.pid} ${start} 00000000-0000-0000-0000-000000000000 1.00\n`,
  ];
  const traces = claims.map((claim) => {
    writeFileSync(join(place.session, 'claim'), claim);
    return inspectSession(place.session);
  });
  expect(traces).toEqual(['alive', 'vanished', 'vanished']);
  // The claim names this very process: it must not reach the clean-up of the test.
  writeFileSync(join(place.session, 'claim'), claims[1] ?? '');
});

it('can be killed by somebody who never was its worker, without a receipt', async () => {
  const place = makePlace();
  const worker = startWorker(place, 'touch started; sleep 60');
  await untilExists(join(place.work, 'started'));
  await killGroup(worker);
  await killSession(place.session);
  expect(inspectSession(place.session)).toBe('vanished');
});
