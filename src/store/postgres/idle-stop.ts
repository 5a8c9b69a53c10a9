import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Layout } from './layout.ts';
import { isSameProcess, identifyProcess } from './process.ts';

/**
 * Starts two processes from one command: a small loop that ends the server once nobody has used it for a while, and,
 * in its own place, the server. One command, so that no server runs without its loop. The loop is orphaned on purpose
 * (a double fork): PostgreSQL takes the death of a child it does not know for a crash.
 */
export function serverCommand(layout: Layout, idleStopMs: number, server: readonly string[]): readonly string[] {
  const pauseMs = Math.min(longestPauseMs, idleStopMs / 3);
  const rounds = Math.max(1, Math.round(idleStopMs / pauseMs));
  // Not every sleep knows fractions; only a very short idle time needs them.
  const pause = pauseMs >= 1_000 ? String(Math.round(pauseMs / 1_000)) : (pauseMs / 1_000).toFixed(2);
  return [
    '/bin/sh',
    '-c',
    startScript,
    'mw-postgres',
    loopScript,
    layout.socketFolder,
    layout.cluster,
    pause,
    String(rounds),
    ...server,
  ];
}

/** Ends the loop, if it still runs. */
export async function endIdleStopper(layout: Layout): Promise<void> {
  const text = await readFile(path.join(layout.socketFolder, 'idle-stop'), 'utf8').catch(ignoreMissing);
  const [pid, ...startTime] = text?.trim().split(' ') ?? [];
  const identity = identifyProcess(Number(pid));
  if (identity === null || identity.startTime !== startTime.join(' ')) return;
  if (isSameProcess(identity)) process.kill(identity.pid, 'SIGTERM');
}

const longestPauseMs = 20_000;

const startScript = `
loop=$1 folder=$2 cluster=$3 pause=$4 rounds=$5
shift 5
( /bin/sh -c "$loop" mw-idle-stop "$$" "$folder" "$cluster" "$pause" "$rounds" </dev/null >/dev/null 2>&1 3<&- & )
exec "$@"
`;

/**
 * The titles of PostgreSQL's own processes say who is connected, so the loop needs no client program and no password.
 * A file \`used\` stands for uses that came and went between two looks. The start time keeps it from ever sending a
 * signal to a program that got the server's number.
 */
const loopScript = `
server=$1 folder=$2 cluster=$3 pause=$4 rounds=$5
born() {
  if [ -d /proc/self ]; then
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
    set -- \${stat##*) }
    shift 19
    echo "$1"
  else
    set -- $(ps -o lstart= -p "$1")
    echo "$*"
  fi
}
connected() {
  title="^postgres: $cluster: .*\\[local\\]"
  if [ -d /proc/self ]; then
    grep -qs "$title" /proc/[0-9]*/cmdline
  else
    ps -axo command= | grep -q "$title"
  fi
}
identity=$(born "$server")
echo "$$ $(born "$$")" >"$folder/idle-stop"
nap=
trap '[ -z "$nap" ] || kill "$nap"; exit 0' TERM
quiet=0
while :; do
  sleep "$pause" &
  nap=$!
  wait "$nap"
  [ "$(born "$server")" = "$identity" ] || exit 0
  if [ -e "$folder/used" ]; then
    rm -f "$folder/used"
    quiet=0
  elif connected; then
    quiet=0
  else
    quiet=$((quiet + 1))
  fi
  if [ "$quiet" -ge "$rounds" ]; then
    kill -INT "$server"
    exit 0
  fi
done
`;

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  return undefined;
}
