/** Writes what a person needs to accept or reject one item, into a folder of theirs. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readItem, type ItemPage } from '../insight/item-page.ts';
import { exitCode, UserError } from '../model/user-error.ts';
import { showControl } from '../model/visible-text.ts';
import { layOutPack, type AcceptancePack, type AcceptedCriterion } from '../report/acceptance.ts';
import { toHtml } from '../report/html.ts';
import { toMarkdown } from '../report/markdown.ts';
import { readDiff } from './item-diff.ts';
import type { Factory } from './open-factory.ts';
import { requireItem } from './work.ts';

/** Answers its files. E_EXISTS where something else lies in the folder. */
export async function writeAcceptance(factory: Factory, id: string, folder: string): Promise<readonly string[]> {
  await requireItem(factory, id);
  const page = await readItem(factory.store, id);
  const target = resolve(folder);
  await requireOwnFolder(target);
  await mkdir(join(target, 'logs'), { recursive: true });
  const logs = await writeLogs(factory, page, target);
  const { text } = await readDiff(factory, id, true);
  const blocks = layOutPack(packOf(page, logs, showControl(text.trimEnd())));
  const files = [
    [packNames[0], toMarkdown(blocks)],
    [packNames[1], toHtml(`${id}: ${page.row.title}`, blocks)],
  ] as const;
  for (const [name, content] of files) await writeFile(join(target, name), content);
  return [...files.map(([name]) => join(target, name)), ...[...logs.values()].map((name) => join(target, name))];
}

const packNames = ['acceptance.md', 'acceptance.html'] as const;

/** A folder that is not there, is empty, or holds an earlier pack. */
async function requireOwnFolder(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const foreign = names.find((name) => name !== 'logs' && !packNames.some((own) => own === name));
  if (foreign !== undefined)
    throw new UserError(
      'E_EXISTS',
      `${folder} holds other files, such as ${JSON.stringify(foreign)}`,
      'name a new folder',
      {
        exit: exitCode.conflict,
      },
    );
}

/** The last log of each check on the candidate, by the check's name. */
async function writeLogs(factory: Factory, page: ItemPage, target: string): Promise<ReadonlyMap<string, string>> {
  const written = new Map<string, string>();
  for (const { name, log } of lastChecks(page)) {
    const content = log === null ? null : await factory.artifacts.read(log.hash);
    if (content === null) continue;
    const path = `logs/${name}.log`;
    await writeFile(join(target, path), showControl(content.toString('utf8')));
    written.set(name, path);
  }
  return written;
}

function lastChecks({ checks }: ItemPage): ItemPage['checks'] {
  const last = checks.at(-1)?.commit;
  const byName = new Map(checks.filter(({ commit }) => commit === last).map((check) => [check.name, check]));
  // What a hold-out prints would say what it looks at.
  return [...byName.values()].filter(({ kind }) => kind !== 'criteria');
}

function packOf(page: ItemPage, logs: ReadonlyMap<string, string>, changes: string): AcceptancePack {
  const { row, item } = page;
  const isGate = (claim: string) => /^(?:review|breaker|approval) /.test(claim);
  return {
    id: row.id,
    title: showControl(row.title),
    request: showControl(item.body),
    state: showControl(`${row.state}${row.reason === '' ? '' : `: ${row.reason}`}`),
    next: row.next,
    commit: page.landed?.commit ?? page.claims.find(({ commit }) => commit !== null)?.commit ?? null,
    criteria: item.criteria.map((task) => criterionOf(task, page)),
    checks: lastChecks(page).map(({ name, status, tests, excerpt }) => ({
      name,
      status,
      says:
        tests === null
          ? showControl(excerpt.split('\n')[0] ?? '')
          : `${tests.passed} tests passed, ${tests.failed} failed`,
      log: logs.get(name) ?? null,
    })),
    reviews: page.claims
      .filter(({ claim }) => isGate(claim))
      .map(({ claim, level, proof }) => ({ claim, level: level ?? 'nothing known', proof: showControl(proof) })),
    findings: page.findings.map((each) => ({
      ...each,
      title: showControl(each.title),
      evidence: showControl(each.evidence),
      file: each.file === null ? null : showControl(each.file),
    })),
    changes,
  };
}

function criterionOf(task: AcceptedCriterion['task'], { claims, checks, breaks }: ItemPage): AcceptedCriterion {
  const claim = claims.find((each) => each.claim === task.id);
  const verdict = checks.flatMap(({ criteria }) => criteria ?? []).findLast(({ id }) => id === task.id);
  const cases = new Map(breaks.flatMap((round) => round.cases.map((each) => [each.path, each] as const)));
  return {
    task: { ...task, text: showControl(task.text), before: task.before === null ? null : showControl(task.before) },
    level: claim?.level ?? 'nothing known',
    proof: showControl(claim?.proof ?? 'nothing has been judged yet'),
    tests: (verdict?.tests ?? []).map(({ name, file, status }) => ({
      name: showControl(name),
      file: file === null ? null : showControl(file),
      status,
    })),
    holdout: verdict?.holdout ?? null,
    cases: [...cases.values()]
      .filter(({ criteria, verdict: how }) => criteria.includes(task.id) && (how === 'held' || how === 'broke'))
      .map(({ path, verdict: how }) => ({ path: showControl(path), verdict: how })),
  };
}
