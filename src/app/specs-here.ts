/** The specs of the checkout around a folder: `specs/NAME/spec.md`, as they lie there. */
import { lstat, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nearestWord } from '../config/nearest-word.ts';
import { exitCode, UserError } from '../model/user-error.ts';
import { assignIds } from '../spec/assign-ids.ts';
import { isSpecName } from '../spec/criterion-id.ts';
import { lintSpec } from '../spec/lint-spec.ts';
import { maxSpecBytes } from '../spec/max-spec-bytes.ts';
import { parseSpec } from '../spec/parse-spec.ts';
import type { Spec } from '../spec/spec.ts';
import { isReady, type SpecFinding } from '../spec/spec-finding.ts';
import { findCheckout } from './projects.ts';
import { readPlainText } from './read-plain-text.ts';

export interface SpecHere {
  /** From the top of the checkout. */
  readonly path: string;
  readonly text: string;
  readonly spec: Spec;
}

export interface LintedSpec extends SpecHere {
  readonly findings: readonly SpecFinding[];
  /** Whether work may start on it. */
  readonly ready: boolean;
  /** Ids that were written into the file just now. */
  readonly given: readonly string[];
}

const specsFolder = 'specs';
const specFile = 'spec.md';

/**
 * All specs by name, or those that are named. UserErrors: E_NO_SPECS when there is none, E_NOT_FOUND with the nearest
 * name, and those of `readPlainText`.
 */
export async function readSpecs(folder: string, names: readonly string[]): Promise<readonly SpecHere[]> {
  const { path: top } = await findCheckout(folder);
  const known = await listSpecs(top);
  if (known.length === 0) {
    throw new UserError(
      'E_NO_SPECS',
      `there is no ${specsFolder}/NAME/${specFile} in ${top}`,
      `mw spec new "who wants what, and why"; or write ${specsFolder}/NAME/${specFile} yourself, as docs/specs.md shows`,
      { exit: exitCode.notFound },
    );
  }
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw noSuchSpec(unknown, known);
  const wanted = names.length === 0 ? known : known.filter((name) => names.includes(name));
  return Promise.all(wanted.map((name) => readSpec(top, name)));
}

/** Judges specs; with `fix`, gives criteria their ids first and writes what that changed. */
export async function lintSpecs(
  folder: string,
  names: readonly string[],
  fix: boolean,
): Promise<readonly LintedSpec[]> {
  const { path: top } = await findCheckout(folder);
  const specs = await readSpecs(folder, names);
  const linted: Omit<LintedSpec, 'ready'>[] = [];
  for (const spec of specs) linted.push(await lintOne(top, spec, fix));
  return addClashes(linted);
}

async function lintOne(top: string, here: SpecHere, fix: boolean): Promise<Omit<LintedSpec, 'ready'>> {
  const { name } = here.spec;
  const assigned = fix && isSpecName(name) ? assignIds(name, here.text) : { file: here.text, given: [] };
  if (assigned.file !== here.text) await writeFile(join(top, here.path), assigned.file);
  const spec = assigned.file === here.text ? here.spec : parseSpec(name, assigned.file);
  const findings = lintSpec(spec, assigned.file);
  return { path: here.path, text: assigned.file, spec, findings, given: assigned.given.map(({ id }) => id) };
}

/** An id that stands in two specs names neither. */
function addClashes(linted: readonly Omit<LintedSpec, 'ready'>[]): readonly LintedSpec[] {
  const owners = Map.groupBy(
    linted.flatMap(({ path, spec }) => [...new Set(spec.layout.ids.map(({ id }) => id))].map((id) => ({ id, path }))),
    ({ id }) => id,
  );
  return linted.map((each) => {
    const clashes = each.spec.layout.ids.flatMap(({ id, line }): readonly SpecFinding[] => {
      const other = owners.get(id)?.find(({ path }) => path !== each.path);
      if (other === undefined) return [];
      const text = `${id} stands in ${other.path} too`;
      const next = 'remove the comment where it does not belong, then mw spec lint --fix';
      return [{ rule: 'duplicate-id', severity: 'error', line, criterion: id, text, next }];
    });
    const findings = [...each.findings, ...clashes].sort((a, b) => a.line - b.line);
    return { ...each, findings, ready: isReady(findings) };
  });
}

/** Also what is none of ours to follow, such as a link: reading it says so, and nobody takes a spec for removed. */
async function listSpecs(top: string): Promise<readonly string[]> {
  const entries = await readdir(join(top, specsFolder), { withFileTypes: true }).catch(absent);
  const folders = (entries ?? []).filter((entry) => entry.isDirectory() || entry.isSymbolicLink());
  const found: string[] = [];
  for (const { name } of folders) {
    const file = await lstat(join(top, specsFolder, name, specFile)).catch(absent);
    if (file !== null) found.push(name);
  }
  return found.sort();
}

async function readSpec(top: string, name: string): Promise<SpecHere> {
  const path = join(specsFolder, name, specFile);
  const text = await readPlainText(top, path, maxSpecBytes);
  if (text === null) throw noSuchSpec(name, []);
  return { path, text, spec: parseSpec(name, text) };
}

function noSuchSpec(name: string, known: readonly string[]): UserError {
  const near = nearestWord(name, known);
  return new UserError(
    'E_NOT_FOUND',
    `there is no spec ${JSON.stringify(name)}${near === null ? '' : `: did you mean "${near}"?`}`,
    'mw spec list',
    { exit: exitCode.notFound },
  );
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}
