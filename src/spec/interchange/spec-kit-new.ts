/** Writes a spec that never was spec-kit's as a `spec.md` of its own: requirements become stories, sentences FR ids. */
import { numberOf } from '../criterion-id.ts';
import { parseSpec } from '../parse-spec.ts';
import { plainText } from '../plain-text.ts';
import type { Criterion } from '../spec.ts';
import { caution, type Remark } from './remark.ts';
import { readUnits, writeUnit, type Unit } from './spec-kit-units.ts';
import { dropIds, type Written } from './spec-kit-write.ts';

/** `name`: of the spec. A sentence with the id `NAME/AC-7` becomes FR-007; one without an id gets a number behind all of these. */
export function writeNewSpecKit(name: string, spec: string): Written {
  const { title, purpose, requirements } = parseSpec(name, spec);
  const numbers = numberSentences(requirements.flatMap(({ criteria }) => criteria));
  const remarks: Remark[] = [];
  const out = [`# Feature Specification: ${title ?? name}\n\n**Status**: Draft\n`];
  if (purpose !== '') out.push(`**Input**: User description: "${purpose}"\n`);
  out.push('\n');
  let place: 'before' | 'purpose' | 'inside' | 'after' = 'before';
  let story = 0;
  let last = 0;
  for (const unit of readUnits(dropIds(spec))) {
    place = moveOn(unit, place);
    if (place === 'purpose' || (place === 'before' && unit.text.startsWith('# '))) continue;
    const requirement = place === 'inside' ? /^###\s+requirement:\s*(.*)$/i.exec(unit.text)?.[1] : undefined;
    if (unit.kind === 'heading' && /^## requirements\s*$/i.test(unit.text)) {
      out.push('## User Scenarios & Testing *(mandatory)*', unit.gap);
    } else if (unit.kind === 'heading' && requirement !== undefined) {
      story += 1;
      last = 0;
      out.push(`### User Story ${story} - ${requirement} (Priority: P2)`, unit.gap);
    } else {
      const number = place === 'inside' ? takeNumber(unit, numbers) : null;
      const written = number === null ? writeUnit(unit, null, last) : null;
      out.push(written?.text ?? writeSentence(unit, number ?? 0), unit.gap);
      remarks.push(...(written?.remarks ?? []));
      last = written?.number ?? last;
    }
  }
  if (story > 0)
    remarks.push(caution('priority', null, 'every story was given priority P2', 'order them in the new file'));
  return { text: `${out.join('').trimEnd()}\n`, remarks };
}

function moveOn({ kind, text }: Unit, place: 'before' | 'purpose' | 'inside' | 'after') {
  if (kind !== 'heading' || !/^#{1,2}\s/.test(text)) return place;
  if (/^## purpose\s*$/i.test(text)) return 'purpose';
  if (/^## requirements\s*$/i.test(text)) return 'inside';
  return place === 'before' ? 'before' : 'after';
}

/** Numbers by sentence, in the order of the file where one stands twice. */
function numberSentences(criteria: readonly Criterion[]): Map<string, number[]> {
  const sentences = criteria.filter(({ kind }) => kind === 'sentence');
  let next = sentences.reduce((most, { id }) => Math.max(most, id === null ? 0 : numberOf(id)), 0) + 1;
  const numbers = new Map<string, number[]>();
  for (const { id, sentence } of sentences) {
    const given = numbers.get(sentence) ?? [];
    given.push(id === null ? next : numberOf(id));
    if (id === null) next += 1;
    numbers.set(sentence, given);
  }
  return numbers;
}

function takeNumber({ kind, text }: Unit, numbers: Map<string, number[]>): number | null {
  return kind === 'line' ? (numbers.get(plainText(text))?.shift() ?? null) : null;
}

function writeSentence({ text }: Unit, number: number): string {
  return `- **FR-${String(number).padStart(3, '0')}**: ${text.replace(/^\s*(?:[-*+]|\d{1,9}[.)])\s+/, '')}`;
}
