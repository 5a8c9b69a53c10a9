/**
 * The program that stands between a worker and a session: a shell script, because it must cost two milliseconds and
 * outlive everything that started it. It runs in a session (setsid) of its own.
 *
 * Descriptors it is given: 0 the program's stdin · 3 the script that becomes the program · 4 the start mark, not empty
 * once the program runs · 6.. inputs of the walls. All are nameless files, so that environments leave nothing on disk.
 * 5 stays free: the shell opens the script there, and only a number below 10 makes it move it out of the program's way.
 * Arguments: the directory, then the command of the egress proxy if there is one.
 *
 * - The claim is created exclusively; whoever loses the race leaves. It is not synced: after a crash of the machine the
 *   boot id differs, and it no longer counts as alive.
 * - The receipt is one short line; without its line end it does not count, so that it needs no rename to be whole. It
 *   is synced, because what it stands for has been paid: by the worker that reads it, which costs no process, or here
 *   when that worker has gone, as the changed parent tells.
 * - Times come from /proc/uptime: no process to start, and no jump when somebody sets the clock.
 * - `timeout` (from the script on descriptor 3) holds the wall limit even when no worker lives, in its own group.
 * - Signals meant for the program reach the shell too when they are sent to everything; a caught signal lets it stay
 *   for the receipt, and unlike an ignored one it is not inherited.
 */
export const wrapperScript = `
set -u
umask 077
cd "$1" || exit 70
shift
trap : HUP INT TERM
field() { shift 19; start=$1; }
read -r stat <"/proc/$$/stat" && read -r boot </proc/sys/kernel/random/boot_id && read -r begun _ </proc/uptime || exit 70
field \${stat##*) }
set -C
{ printf '%s %s %s %s\\n' "$$" "$start" "$boot" "$begun" >claim; } 2>/dev/null || exit 75
set +C
code=0
if [ $# -gt 0 ]; then
  ready=$("$@" "$$" "$start" 2>egress.err 3<&- 4<&- 6<&- 7<&- &)
  [ "$ready" = ready ] || code=125
fi
if [ "$code" = 0 ]; then
  ( . /proc/self/fd/3 ) >stdout 2>stderr
  code=$?
fi
started=no
[ -s /proc/self/fd/4 ] && started=yes
read -r ended _ </proc/uptime
printf '%s %s %s %s\\n' "$code" "$started" "$begun" "$ended" >receipt || exit 71
read -r stat <"/proc/$$/stat"
set -- \${stat##*) }
[ "$2" = "$PPID" ] || sync receipt
`;

/** Exit code of a wrapper that found the session claimed by another one. */
export const lostTheRace = 75;

/** One word for the shell, whatever it holds. */
export function quoteWord(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * The script on descriptor 3: sets exactly this environment and becomes the program under its wall limit. Throws for
 * what no environment can hold, which only our own code could ask for.
 */
export function writeProgramScript(program: {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly marksStart: boolean;
  readonly timeout: string;
  readonly wallMs: number;
}): string {
  const words = [...program.argv, program.cwd, ...Object.entries(program.env).flat()];
  if (words.some((word) => word.includes('\0'))) throw new Error('a command or its environment holds a NUL character');
  const strange = Object.keys(program.env).find((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  if (strange !== undefined) throw new Error(`not a name for a variable: ${strange}`);
  // `timeout` would take 0 for "no limit".
  if (!(program.wallMs >= 1)) throw new Error(`not a wall limit: ${program.wallMs} ms`);
  const limit = [program.timeout, '-k', '2', (program.wallMs / 1000).toFixed(3)];
  return [
    'trap - HUP INT TERM',
    'umask 022',
    `cd ${quoteWord(program.cwd)} || exit 125`,
    ...(program.marksStart ? [] : ['echo >&4', 'exec 4<&-']),
    'unset PWD OLDPWD PATH',
    ...Object.entries(program.env).map(([name, value]) => `export ${name}=${quoteWord(value)}`),
    `exec ${[...limit, ...program.argv].map(quoteWord).join(' ')} 3<&-`,
    '',
  ].join('\n');
}
