import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printableJson, showControl } from './visible-text.ts';

test.each([
  ['an escape sequence', '\x1b[31mred', '\\u{1b}[31mred'],
  ['a carriage return that would overwrite the line', 'bad\rgood', 'bad\\u{d}good'],
  ['a backspace and a delete', 'a\bb\x7f', 'a\\u{8}b\\u{7f}'],
  ['a C1 control sequence introducer', '\x9b2J', '\\u{9b}2J'],
  ['a bidirectional override', 'abc\u202Etxt.exe', 'abc\\u{202e}txt.exe'],
  ['a bidirectional isolate', '\u2066x\u2069', '\\u{2066}x\\u{2069}'],
  ['zero-width characters', 'pass\u200Bword\u2060\uFEFF', 'pass\\u{200b}word\\u{2060}\\u{feff}'],
  ['tag characters that spell a hidden instruction', 'hi\u{E0049}\u{E0067}', 'hi\\u{e0049}\\u{e0067}'],
  ['supplementary variation selectors that carry hidden bytes', 'a\u{E0100}', 'a\\u{e0100}'],
  ['a line separator', 'a\u2028b', 'a\\u{2028}b'],
  ['half of a surrogate pair', 'a\uD800b', 'a\\u{d800}b'],
])('makes %s visible', (_what, text, shown) => {
  expect(showControl(text)).toBe(shown);
});

test.each(['tab\tand\nline', 'Grüße, 世界, مرحبا', '⚠️ done ✓', '', '👩 🎉'])('leaves %j alone', (text) => {
  expect(showControl(text)).toBe(text);
});

const acting = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

test('nothing that acts on a display is left, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(acting.test(showControl(text).replaceAll(/[\t\n]/g, ''))).toBe(false);
    }),
  );
});

test('red control: the property’s pattern finds an escape that was let through', () => {
  expect(acting.test('\x1b[0m')).toBe(true);
});

test('a second pass changes nothing', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => showControl(showControl(text)) === showControl(text)));
});

test('JSON for a terminal holds the same value, and nothing that acts on it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.constantFrom(0, 2), (value, text, indent) => {
      const whole = { value, text, hostile: '\u001B[2J\u009B31m\u202E\u{E0041}\uFEFF' };
      const printed = printableJson(whole, indent);
      expect(JSON.parse(printed)).toEqual(JSON.parse(JSON.stringify(whole)));
      expect(showControl(printed)).toBe(printed);
    }),
  );
});
