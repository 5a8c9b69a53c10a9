import { expect, test } from 'vitest';
import { readTrailers, writeTrailers } from './trailers.ts';

const hash = '0123456789abcdef';
const written = writeTrailers({
  item: 'MW-4',
  run: 2,
  attempts: ['MW-4/build#1', 'MW-4/build#3'],
  criteria: [
    { id: 'login/AC-1', action: 'implement', hash },
    { id: 'login/AC-2', action: 'remove', hash },
    { id: 'login/AC-3', action: 'adopt', hash },
  ],
});

test('what is written is read back', () => {
  expect(readTrailers(`Log in\n\n${written}\n`)).toMatchObject({
    items: ['MW-4'],
    runs: ['MW-4:2'],
    attempts: ['MW-4/build#1', 'MW-4/build#3'],
    implements: [
      { id: 'login/AC-1', hash },
      { id: 'login/AC-3', hash },
    ],
    removes: ['login/AC-2'],
    reverts: null,
  });
});

test('a squash of several commits says what each of them said', () => {
  const squash = `Log in (#12)\n\n* Log in\n\n${written}\n\n* Log out\n\n    Implements: logout/AC-1@${hash}\n    Millwright-Item: MW-5\n`;
  expect(readTrailers(squash)).toMatchObject({ items: ['MW-4', 'MW-5'], removes: ['login/AC-2'] });
  expect(readTrailers(squash).implements.map(({ id }) => id)).toEqual(['login/AC-1', 'login/AC-3', 'logout/AC-1']);
});

test('a subject, a sentence, and what has not the form say nothing', () => {
  const text = `Implements: login/AC-1@${hash}\n\nThis Implements: login/AC-2@${hash} nearly.\nImplements: login/AC-3@xyz\nImplements: ../AC-1@${hash}\nRemoves: login\n`;
  expect(readTrailers(text)).toMatchObject({ implements: [], removes: [], items: [] });
});
