import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readXml, scanXml } from './xml.ts';

test('elements, attributes, references, comments and CDATA are read', () => {
  const root = readXml(`<?xml version="1.0"?>
    <!-- a comment with <tags> -->
    <a one="1 &lt; 2" two='&#65;&#x42; "&amp;"'>x &gt; y<b/><![CDATA[<c> & ]]>z<b.c-d xml:id="e"></b.c-d ></a>
  `);
  expect(root).toMatchObject({ name: 'a', text: 'x > y<c> & z' });
  expect([...(root?.attributes ?? [])]).toEqual([
    ['one', '1 < 2'],
    ['two', 'AB "&"'],
  ]);
  expect(root?.children.map(({ name }) => name)).toEqual(['b', 'b.c-d']);
});

test.each([
  ['nothing', ''],
  ['text alone', 'a'],
  ['an open element', '<a>'],
  ['a wrong end', '<a></b>'],
  ['an end too many', '<a/></a>'],
  ['two roots', '<a/><b/>'],
  ['text behind the root', '<a/>b'],
  ['an attribute twice', '<a b="1" b="2"/>'],
  ['an attribute without quotes', '<a b=1/>'],
  ['an attribute without a value', '<a b/>'],
  ['attributes without a space', '<a b="1"c="2"/>'],
  ['an end with attributes', '<a></a b="1">'],
  ['an end that ends itself', '<a></a/>'],
  ['an unknown reference', '<a>&b;</a>'],
  ['a reference without an end', '<a>&amp</a>'],
  ['a name of every object', '<a>&constructor;</a>'],
  ['a character that is none', '<a>&#x110000;</a>'],
  ['an open comment', '<a/><!-- b'],
  ['open CDATA', '<a><![CDATA[b</a>'],
  ['a document type', '<!DOCTYPE a><a/>'],
  ['entities of its own', '<!DOCTYPE a [<!ENTITY b "&c;&c;">]><a>&b;</a>'],
  ['a space before the name', '< a/>'],
])('%s is refused', (_what, text) => {
  expect(readXml(text)).toBeNull();
});

test('elements nest 64 levels and no further', () => {
  const nest = (levels: number) => `${'<a>'.repeat(levels)}${'</a>'.repeat(levels)}`;
  expect(readXml(nest(64))).not.toBeNull();
  expect(readXml(nest(65))).toBeNull();
  expect(readXml('<a>'.repeat(1_000_000))).toBeNull();
});

test('control characters of an output pass', () => {
  expect(readXml('<a>\x1b[31mred\x00</a>')?.text).toBe('\x1b[31mred\x00');
});

const shards = fc.constantFrom(
  '<',
  '>',
  '/',
  '</',
  '/>',
  '<a',
  '<a>',
  '</a>',
  '<a b="1"',
  " c='2'",
  '=',
  '"',
  "'",
  '&',
  '&lt;',
  '&#',
  ';',
  ' ',
  '\n',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<?',
  '?>',
  '<!DOCTYPE',
  'x',
);

test('tokens stand side by side and cover the text, so that each character is read once', () => {
  fc.assert(
    fc.property(fc.array(shards, { maxLength: 40 }), (parts) => {
      const text = parts.join('');
      let at = 0;
      for (const token of scanXml(text)) {
        const closesItself = token.type === 'close' && token.name === null;
        expect(token.end - at).toBeGreaterThanOrEqual(closesItself ? 0 : 1);
        at = token.end;
      }
      expect(at).toBe(text.length);
    }),
    { numRuns: 1_000 },
  );
});

test('no text throws', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(shards, fc.string({ unit: 'binary' })), { maxLength: 30 }), (parts) => {
      const root = readXml(`<a>${parts.join('')}</a>`);
      if (root !== null) expect(root.name).toBe('a');
    }),
    { numRuns: 1_000 },
  );
});
