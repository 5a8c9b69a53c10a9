/** Why something is there: a line, a commit or a criterion of the checkout around a folder. */
import { isAbsolute, join, relative, resolve } from 'node:path';
import { readFileAt } from '../git/history.ts';
import { openKnownPasts } from '../git/known-past.ts';
import { openReadingRoom } from '../git/reading-room.ts';
import { readRef } from '../git/refs.ts';
import type { UserRepository } from '../git/user-repository.ts';
import { pastOf } from '../insight/built-reading.ts';
import type { Origin } from '../insight/trace-origin.ts';
import { exitCode, UserError } from '../model/user-error.ts';
import { isCriterionId } from '../spec/criterion-id.ts';
import { maxSpecBytes } from '../spec/max-spec-bytes.ts';
import { parseSpec } from '../spec/parse-spec.ts';
import type { Built } from '../spec/built.ts';
import { readCheckoutFile } from '../steps/checkout-file.ts';
import { digestCriterion } from '../steps/criterion-digest.ts';
import { readKept } from './kept-reading.ts';
import { findCheckout } from './projects.ts';
import { refuseShallow } from './refuse-shallow.ts';

/** A criterion then and now. */
export interface WhyCriterion {
  readonly id: string;
  /** `null` for one that the commit removes. */
  readonly hash: string | null;
  /** As it was when the commit was made; `null` where that is not known. */
  readonly asBuilt: string | null;
  /** As the spec has it now; `null` when it asks for it no more. */
  readonly today: string | null;
  readonly same: boolean;
  /** The purpose of its spec now. */
  readonly purpose: string | null;
  /** What the person asked for, in their own words, where the spec has kept it. */
  readonly useCase: string | null;
}

export interface Why {
  readonly asked: string;
  /** The line's text; `null` for a commit or a criterion. */
  readonly text: string | null;
  readonly origin: Origin;
  readonly criteria: readonly WhyCriterion[];
  /** What cannot be said, and why. */
  readonly missing: readonly string[];
}

/** E_NOT_FOUND for what is not there; E_NOT_COMMITTED for a line that no commit holds yet. */
export async function whyHere(home: string, folder: string, asked: string): Promise<Why> {
  const { path: top, repository } = await findCheckout(folder);
  const gitDir = repository.commonDir;
  const head = await readRef(repository.gitDir, 'HEAD');
  if (head === null) throw notFound('the repository has no commit yet', 'git commit, then ask again');
  const room = await openReadingRoom(join(home, 'cache'), gitDir);
  const [, file, line] = /^(.+):([1-9][0-9]{0,8})$/.exec(asked) ?? [];
  if (file !== undefined) {
    const path = relative(top, resolve(folder, file));
    if (path.startsWith('..') || isAbsolute(path))
      throw notFound(`${file} is not in ${top}`, 'give a path in this repository');
    const finding = findLine(top, gitDir, head, path, Number(line));
    finding.catch(() => undefined);
    const reading = await readKept(home, gitDir);
    const known = openKnownPasts(room, (name) => (reading === null ? null : pastOf(reading, name)));
    known.prepare(head, path);
    // Schemas take as long to load as git takes to answer.
    const loading = import('../insight/trace-origin.ts');
    const { text, lineAtHead } = await finding;
    const { originOfLine } = await loading;
    const isWork = (commit: string) => reading !== null && Object.hasOwn(reading.built.work, commit);
    const options = { notesDir: gitDir, known, isWork };
    const origin = await originOfLine(room, { commit: head, path, line: lineAtHead }, options);
    if (origin === null) throw notFound(`${path} has no line ${line}`, `git blame ${path}`);
    const { items, implements: implemented, removes } = origin.trailers;
    if (items.length + implemented.length + removes.length === 0) refuseShallow(gitDir);
    return describe(asked, text, origin, top);
  }
  const commit = isCriterionId(asked)
    ? commitOf(asked, await readBuiltOf(home, repository, folder))
    : await readRef(repository.gitDir, asked);
  if (commit === null)
    throw notFound(`there is no commit ${JSON.stringify(asked)}`, 'mw why FILE:LINE, a commit, or a criterion');
  const { originOfCommit } = await import('../insight/trace-origin.ts');
  return describe(asked, null, await originOfCommit(room, commit, gitDir), top);
}

/**
 * Also a repository whose configuration is gone or broken can be asked. Loaded when it is needed: a question about a line
 * reads neither configuration nor the whole of history.
 */
async function readBuiltOf(home: string, repository: UserRepository, folder: string): Promise<Built> {
  const [{ readProjectHere }, { readBuiltHere }] = await Promise.all([
    import('./pin-here.ts'),
    import('./built-here.ts'),
  ]);
  const target = await readProjectHere(folder).then(
    ({ config }) => config.target,
    (error: unknown) => {
      if (error instanceof UserError) return null;
      throw error;
    },
  );
  return (await readBuiltHere(home, repository, target, () => true)).built;
}

function commitOf(id: string, built: Built): string {
  const known = built.criteria[id];
  if (known !== undefined) return known.commit;
  throw notFound(`nothing is built for ${id}`, 'mw plan');
}

/** The line as it lies there, and its place in the latest commit: unsaved edits above it move it. */
async function findLine(
  top: string,
  gitDir: string,
  head: string,
  path: string,
  line: number,
): Promise<{ readonly text: string; readonly lineAtHead: number }> {
  const committed = (await readFileAt(gitDir, head, path))?.toString('utf8').split(/\r?\n/);
  const lies = await readCheckoutFile(top, path);
  const here = lies === '' ? committed : lies.split(/\r?\n/);
  const text = here?.[line - 1];
  if (here === undefined || text === undefined || (line === here.length && text === ''))
    throw notFound(
      here === undefined ? `there is no file ${path}` : `${path} has no line ${line}`,
      here === undefined ? 'git ls-files' : `a line from 1 to ${here.length - 1}`,
    );
  const lineAtHead = committed === undefined ? 0 : alignLine(here, committed, line);
  if (lineAtHead > 0) return { text, lineAtHead };
  throw new UserError(
    'E_NOT_COMMITTED',
    `${path}:${line} is not committed yet: nobody but you knows why it is there`,
    `git diff ${path}`,
    {
      exit: exitCode.notFound,
    },
  );
}

/** The place of a line in the committed text: counted from the top or from the bottom, whichever holds the same words. */
function alignLine(here: readonly string[], committed: readonly string[], line: number): number {
  const text = here[line - 1];
  const fromBottom = committed.length - (here.length - line);
  if (committed[line - 1] === text) return line;
  if (committed[fromBottom - 1] === text) return fromBottom;
  const places = committed.flatMap((each, index) => (each === text ? [index + 1] : []));
  return places.length === 0 ? 0 : places.reduce((a, b) => (Math.abs(b - line) < Math.abs(a - line) ? b : a));
}

async function describe(asked: string, text: string | null, origin: Origin, top: string): Promise<Why> {
  const { trailers, record } = origin;
  const ids = [...new Set([...trailers.implements.map(({ id }) => id), ...trailers.removes])];
  const criteria = await Promise.all(ids.map((id) => describeCriterion(id, origin, top)));
  const outside = trailers.items.length + ids.length === 0;
  const missing = [
    ...(outside || record !== null
      ? []
      : ['no note beside the commit: git fetch origin refs/notes/millwright:refs/notes/millwright']),
    ...(outside || ids.length > 0 ? [] : ['no criterion: the work was asked for in words of its own']),
  ];
  return { asked, text, origin, criteria, missing };
}

async function describeCriterion(id: string, { trailers, record }: Origin, top: string): Promise<WhyCriterion> {
  const hash = trailers.implements.find((each) => each.id === id)?.hash ?? null;
  const noted = record?.criteria.find((each) => each.id === id);
  const asBuilt = noted !== undefined && (hash === null || digestCriterion(noted.text) === hash) ? noted.text : null;
  const name = id.slice(0, id.indexOf('/'));
  const file = await readCheckoutFile(top, `specs/${name}/spec.md`, maxSpecBytes);
  const spec = file === '' ? null : parseSpec(name, file);
  const today = spec?.requirements.flatMap(({ criteria }) => criteria).find((each) => each.id === id)?.meaning ?? null;
  return {
    id,
    hash,
    asBuilt,
    today,
    same: today !== null && digestCriterion(today) === hash,
    purpose: spec?.purpose ?? null,
    useCase: spec === null || spec.useCase === '' ? null : spec.useCase,
  };
}

function notFound(what: string, next: string): UserError {
  return new UserError('E_NOT_FOUND', what, next, { exit: exitCode.notFound });
}
