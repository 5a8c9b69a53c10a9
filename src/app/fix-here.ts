/** From something that is wrong to a work item that finds the input at fault and mends it there. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readShipped } from '../config/shipped-files.ts';
import type { CriterionTask } from '../model/criterion.ts';
import { exitCode, UserError } from '../model/user-error.ts';
import type { WorkItem } from '../model/work-item.ts';
import type { Factory } from './open-factory.ts';
import { findCheckout, registerProject } from './projects.ts';
import { addItems } from './work.ts';
import { whyHere, type Why } from './why-here.ts';

/** The same defect is mended so often; then a person has to look at it. */
const mostRounds = 5;
const instructionChars = 20_000;

/**
 * Adds the item. E_NO_TEXT without a word; E_ROUNDS when five rounds have not mended it; with `again` a sixth is begun. Everything that `whyHere`
 * refuses is refused.
 */
export async function addFix(
  factory: Factory,
  folder: string,
  options: { readonly asked: string; readonly words: string; readonly again: boolean },
): Promise<WorkItem> {
  const { asked, words, again } = options;
  if (words.trim() === '')
    throw new UserError('E_NO_TEXT', 'nothing says what is wrong', `mw fix ${asked} "What is wrong with it"`, {
      exit: exitCode.usage,
    });
  const why = await whyHere(factory.home.root, folder, asked);
  const { id: project } = await registerProject(factory.store, folder);
  const subject = why.criteria[0]?.id ?? asked;
  const round = await nextRound(factory, project, subject);
  if (round > mostRounds && !again)
    throw new UserError(
      'E_ROUNDS',
      `${mostRounds} rounds have not mended ${subject}; another one would probably not either`,
      `look at it: mw why ${asked}; or mw fix --again`,
      { exit: exitCode.notAccepted },
    );
  const [item] = await addItems(factory, project, [
    {
      key: `fix:${subject}:${round}`,
      title: `Fix ${asked}: ${words.split('\n', 1)[0] ?? ''}`.slice(0, 200),
      body: await describeDefect(folder, why, words),
      pipeline: 'fix',
      criteria: criteriaOf(why),
    },
  ]);
  if (item === undefined) throw new Error('no item was added');
  return item;
}

/** Whoever mends the line is held to the criteria that asked for it, as long as they still say the same. */
function criteriaOf({ criteria, origin }: Why): readonly CriterionTask[] {
  return criteria.flatMap(({ id, hash, today, same }) => {
    const evidence = origin.record?.criteria.find((each) => each.id === id)?.evidence ?? { type: 'test' as const };
    return same && hash !== null && today !== null
      ? [{ id, action: 'change' as const, hash, text: today, before: null, evidence }]
      : [];
  });
}

async function nextRound(factory: Factory, project: string, subject: string): Promise<number> {
  for (let round = 1; ; round += 1) {
    const key = `fix:${subject}:${round}`;
    if (!(await factory.store.itemByKey(project, [key])).has(key)) return round;
  }
}

async function describeDefect(folder: string, why: Why, words: string): Promise<string> {
  const { asked, text, origin, criteria } = why;
  const record = origin.record;
  const maker = record?.attempts.findLast(({ outcome }) => outcome === 'succeeded');
  const name = maker?.instructions?.name ?? null;
  return [
    'What a person says is wrong:',
    quote(words),
    `It is about ${asked}${text === null ? '' : `, the line: ${text.trim()}`}`,
    `It was written in commit ${origin.commit.commit} "${origin.commit.subject}"${record === null ? '' : ` by ${maker?.address ?? record.item}`}.`,
    ...criteria.flatMap(({ id, asBuilt, today, same }) => [
      `It was built for ${id}, in specs/${id.slice(0, id.indexOf('/'))}/spec.md, which said then:`,
      quote(asBuilt ?? 'not known'),
      ...(same ? [] : ['and says now:', quote(today ?? 'nothing: it is not asked for any more')]),
    ]),
    ...(name === null
      ? []
      : [
          `The maker followed the instructions "${name}" (.millwright/instructions/${name}/SKILL.md where the project has its own):`,
          quote(await instructionsNow(folder, name)),
        ]),
  ].join('\n\n');
}

async function instructionsNow(folder: string, name: string): Promise<string> {
  const { path } = await findCheckout(folder);
  const own = await readFile(join(path, '.millwright', 'instructions', name, 'SKILL.md'), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
      throw error;
    },
  );
  return (own ?? (await readShipped()).instructions.get(name) ?? 'not known').slice(0, instructionChars);
}

function quote(text: string): string {
  return text
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');
}
