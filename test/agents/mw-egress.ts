/** What the egress proxies of a home's living sessions have logged so far. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One line per attempt to leave a session: `allowed 127.0.0.1:1234`. Read while sessions live: their logs go with them. */
export function readEgress(home: string): readonly string[] {
  const sessions = join(home, 'sessions');
  const turns = unlessGone(() => readdirSync(sessions)).flatMap((effect) =>
    unlessGone(() => readdirSync(join(sessions, effect))).map((turn) => join(sessions, effect, turn)),
  );
  return turns
    .flatMap((turn) => unlessGone(() => readFileSync(join(turn, 'egress.jsonl'), 'utf8').split('\n')))
    .filter((line) => line !== '')
    .map((line) => {
      const { host, port, verdict } = JSON.parse(line) as { host: string; port: number | null; verdict: string };
      return `${verdict} ${host}:${port}`;
    });
}

/** Folders of sessions go while they are looked at. */
function unlessGone(list: () => readonly string[]): readonly string[] {
  try {
    return list();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
