/** What must hold of a factory, its repository and its machine once its work is done, whatever was killed before. */
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { checkJournal } from '../../src/app/check-journal.ts';
import type { Factory } from '../../src/app/open-factory.ts';
import { git } from '../support/cli-desk.ts';
import type { LedgerLine } from './ledger.ts';
import { describeProcess, factoryProcesses } from './processes.ts';
import { sessionsOf } from './workload.ts';

/** Each line is one thing that should not be so. `cut` are effects whose session was killed, which the journal must say. */
export async function findLeftovers(
  factory: Factory,
  repository: string,
  items: readonly string[],
  cut: readonly string[] = [],
): Promise<readonly string[]> {
  const { root } = factory.home;
  return [
    ...(await judgeJournal(factory, items, cut)),
    ...judgeRepository(repository, items),
    ...judgeHome(root),
    ...factoryProcesses(root).map((row) => `a process is left: ${describeProcess(row)}`),
  ];
}

/**
 * Who was paid how often. `inFlight` are the sessions that were killed themselves: those may begin a second time. None
 * may ever end twice, and nobody else may be paid at all.
 */
export function judgeLedger(
  lines: readonly LedgerLine[],
  items: readonly string[],
  inFlight: readonly string[],
): readonly string[] {
  const expected = new Set(items.flatMap(sessionsOf));
  const count = (type: LedgerLine['type'], session: string) =>
    lines.filter((line) => line.type === type && line.session === session).length;
  const strangers = [...new Set(lines.map(({ session }) => session))].filter((session) => !expected.has(session));
  return [
    ...strangers.map((session) => `${session} should never have been needed`),
    ...[...expected].flatMap((session) => {
      const starts = count('start', session);
      const ends = count('end', session);
      const most = inFlight.includes(session) ? 2 : 1;
      return [
        ...(ends === 1 ? [] : [`${session} ended ${ends} times`]),
        ...(starts <= most ? [] : [`${session} was started ${starts} times`]),
      ];
    }),
  ];
}

async function judgeJournal(
  factory: Factory,
  items: readonly string[],
  cut: readonly string[],
): Promise<readonly string[]> {
  const { problems } = await checkJournal(factory, items);
  const rows = await factory.store.items({ ids: items });
  const events = (await Promise.all(items.map((item) => factory.store.events({ item })))).flat();
  const lost = events.flatMap(({ body }) => (body.type === 'effect-lost' ? [body] : []));
  return [
    ...problems.map((problem) => `db check: ${problem}`),
    ...rows
      .filter(({ state }) => state.status !== 'landed')
      .map(({ state }) => `${state.item.id} is ${state.status}: ${state.reason?.code} ${state.reason?.text}`),
    ...events.flatMap(({ body }) => (body.type === 'effect-broke' ? [`${body.effect} broke: ${body.error}`] : [])),
    ...lost
      .filter(({ effect }, index) => !cut.includes(effect) || lost.findIndex((each) => each.effect === effect) < index)
      .map(({ effect, token, why }) => `lost: ${effect}#${token}: ${why}`),
    ...cut
      .filter((effect) => !lost.some((each) => each.effect === effect))
      .map((effect) => `what the killed session of ${effect} may have cost is not in the journal`),
    ...(await factory.store.running()).map(({ effect, worker }) => `${effect} still runs on ${worker}`),
  ];
}

function judgeRepository(repository: string, items: readonly string[]): readonly string[] {
  const trailers = git(
    repository,
    'log',
    '--format=%(trailers:key=Millwright-Item,valueonly,separator=%x20)',
    'main',
  ).split('\n');
  // Where landed commits come from stays beside them.
  const ours = ['refs/heads/main', 'refs/notes/millwright'];
  const branches = git(repository, 'for-each-ref', '--format=%(refname)').split('\n');
  const status = git(repository, 'status', '--porcelain');
  return [
    ...items.flatMap((item) => {
      const landings = trailers.filter((trailer) => trailer === item).length;
      return landings === 1 ? [] : [`${item} landed ${landings} times`];
    }),
    ...items
      .filter((item) => !existsSync(join(repository, `${item}.txt`)))
      .map((item) => `${item}.txt is not in the checkout`),
    ...branches.filter((ref) => !ours.includes(ref)).map((ref) => `the ref ${ref} is left`),
    ...(status === '' ? [] : [`the checkout is not clean: ${status.replaceAll('\n', ', ')}`]),
    ...filesIn(join(repository, '.git'))
      .filter((name) => name.endsWith('.lock'))
      .map((name) => `.git/${name} is left`),
  ];
}

function judgeHome(root: string): readonly string[] {
  const projects = join(root, 'projects');
  const inProjects = filesIn(projects).filter((path) => /^[^/]+\/(copies|environments)\//.test(path));
  return [
    ...namesIn(join(root, 'sessions')).map((name) => `the session folder ${name} is left`),
    ...namesIn(join(root, 'trash')).map((name) => `trash/${name} is left`),
    ...namesIn(join(root, 'run')).map((name) => `run/${name} is left`),
    ...inProjects
      .filter((path) => path.endsWith('.owner'))
      .map((path) => `a working copy is owned: ${path} by ${readlinkSync(join(projects, path))}`),
    ...inProjects.filter((path) => /\.(discarded-[^/]*|making)$/.test(path)).map((path) => `${path} is left`),
  ];
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** Paths below a folder, files and folders. */
function filesIn(folder: string): readonly string[] {
  return existsSync(folder) ? (readdirSync(folder, { recursive: true }) as string[]) : [];
}
