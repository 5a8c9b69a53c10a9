/** Changes single members of an object in JSON text, so that every other byte stays as somebody else wrote it. */

interface Member {
  readonly key: string;
  /** Of its value, from and to. */
  readonly value: readonly [number, number];
}

/**
 * The text with these members of its outermost object set to strings; members that it lacks are put behind the others.
 * `text` must be one JSON object. Where a key stands twice the last one is meant, as `JSON.parse` has it.
 */
export function setMembers(text: string, values: Readonly<Record<string, string>>): string {
  const members = findMembers(text);
  const changes: { from: number; to: number; text: string }[] = [];
  const missing: string[] = [];
  for (const [key, value] of Object.entries(values)) {
    const member = members.findLast((each) => each.key === key);
    if (member === undefined) missing.push(`${JSON.stringify(key)}:${JSON.stringify(value)}`);
    else changes.push({ from: member.value[0], to: member.value[1], text: JSON.stringify(value) });
  }
  const end = members.at(-1)?.value[1] ?? text.indexOf('{') + 1;
  if (missing.length > 0)
    changes.push({ from: end, to: end, text: `${members.length === 0 ? '' : ','}${missing.join(',')}` });
  changes.sort((a, b) => a.from - b.from);
  let at = 0;
  const parts = changes.flatMap((change) => {
    const before = text.slice(at, change.from);
    at = change.to;
    return [before, change.text];
  });
  return `${parts.join('')}${text.slice(at)}`;
}

function findMembers(text: string): readonly Member[] {
  const members: Member[] = [];
  let depth = 0;
  let key: string | null = null;
  let from: number | null = null;
  const close = (to: number) => {
    if (key !== null && from !== null) members.push({ key, value: [from, text.slice(0, to).trimEnd().length] });
    key = null;
    from = null;
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (depth === 1 && key !== null && from === null && character !== ':' && !isSpace(character)) from = at;
    if (character === '"') {
      const end = endOfString(text, at);
      if (depth === 1 && key === null) key = JSON.parse(text.slice(at, end)) as string;
      at = end - 1;
    } else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      if (depth === 1) close(at);
      depth -= 1;
    } else if (character === ',' && depth === 1) close(at);
  }
  return members;
}

function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\n' || character === '\r';
}

/** Behind the closing quote. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}
