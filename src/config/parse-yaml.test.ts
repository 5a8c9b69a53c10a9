import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { exitCode } from '../model/user-error.ts';
import { Name } from '../model/id.ts';
import { parseYaml } from './parse-yaml.ts';
import { configError, formatProblem } from './problem.ts';

const Sample = z.strictObject({
  version: z.literal(1).optional(),
  title: z.string().min(1).optional(),
  colour: z.enum(['red', 'green', 'blue']).optional(),
  count: z.number().int().positive().optional(),
  names: z.array(Name).min(1).optional(),
  nested: z
    .strictObject({ deep: z.record(Name, z.strictObject({ on: z.boolean().describe('Whether it is on.') })) })
    .optional(),
  either: z.union([z.string(), z.array(z.string()), z.strictObject({ not: z.string() })]).optional(),
});

function problemsOf(text: string): readonly string[] {
  const parsed = parseYaml('f.yaml', text, Sample);
  return parsed.ok ? [] : parsed.problems.map(formatProblem);
}

test('a file that fits gives its value', () => {
  const parsed = parseYaml('f.yaml', 'title: x\nnames: [a, b]\n', Sample);
  expect(parsed.ok && parsed.value).toEqual({ title: 'x', names: ['a', 'b'] });
});

test('an unknown key is refused where it stands, with the key that was meant', () => {
  expect(problemsOf('title: x\ncolor: red\n')).toEqual(['f.yaml:2:1  unknown key "color": did you mean "colour"?']);
  expect(problemsOf('nested:\n  deep:\n    a: { on: true, offf: 1 }\n')).toEqual(['f.yaml:3:20  unknown key "offf"']);
  expect(problemsOf('either: { nto: x }\n')).toContain('f.yaml:1:11  unknown key "nto": did you mean "not"?');
});

test.each([
  ['names: build\n', 'f.yaml:1:8  expected a list of names, not text'],
  ['names: []\n', 'f.yaml:1:8  must not be empty'],
  ['names:\n  - ok\n  - 3\n', 'f.yaml:3:5  expected a name, not a number'],
  [
    'names: [Bad]\n',
    'f.yaml:1:9  "Bad" does not fit: use lower-case letters, digits and hyphens, starting with a letter',
  ],
  ['title: [a]\n', 'f.yaml:1:8  expected text, not a list'],
  ['title:\n', 'f.yaml:1:1  expected text, not nothing'],
  ['colour: gren\n', 'f.yaml:1:9  "gren" is not one of red, green, blue: did you mean "green"?'],
  ['count: 1.5\n', 'f.yaml:1:8  expected a whole number, not 1.5'],
  ['count: 0\n', 'f.yaml:1:8  must be more than 0'],
  ['version: [1]\n', 'f.yaml:1:10  expected 1, not a list'],
  ['colour: { a: 1 }\n', 'f.yaml:1:9  expected red or green or blue, not a mapping of keys'],
  ['version: 2\n', 'f.yaml:1:10  expected 1, not 2'],
  ['nested: { deep: { a: {} } }\n', 'f.yaml:1:19  "on" is missing (Whether it is on)'],
  [
    'nested: { deep: { A: { on: true } } }\n',
    'f.yaml:1:19  "A" cannot be a key here: use lower-case letters, digits and hyphens, starting with a letter',
  ],
  ['either: 3\n', 'f.yaml:1:9  expected text, a list of texts or a mapping of keys, not a number'],
  ['- a\n', 'f.yaml:1:1  expected a mapping of keys, not a list'],
  ['', 'f.yaml:1:1  the file is empty'],
  ['# only a comment\n', 'f.yaml:1:1  the file is empty'],
])('a wrong value is named in plain words: %j', (text, expected) => {
  expect(problemsOf(text)).toEqual([expected]);
});

test.each([
  ['title: a\ntitle: b\n', 'f.yaml:2:1  this key is there twice'],
  ['nested:\n\tdeep: {}\n', 'f.yaml:2:1  a tab indents this line: use spaces'],
  ['title: a\n---\ntitle: b\n', 'f.yaml:2:1  a second document starts here ("---"): one file holds one'],
  ['title: !js x\n', 'f.yaml:1:8  tags ("!…") are not used here: write the plain value'],
  ['title: *x\n', 'f.yaml:1:8  "*x" names no anchor above it: quote the text if none was meant'],
  ['title: "x\n', 'f.yaml:2:1  missing closing "quote'],
])('broken YAML says what is wrong and where: %j', (text, expected) => {
  expect(problemsOf(text)).toContain(expected);
});

test('an alias that stands for a value is fine', () => {
  expect(problemsOf('names: &n [a, b]\neither: *n\n')).toEqual([]);
});

test('aliases that grow without bound are refused before they are unfolded', () => {
  const levels = Array.from({ length: 30 }, (_, i) => `  l${i + 1}: &l${i + 1} [*l${i}, *l${i}]`);
  const bomb = ['nested:', '  l0: &l0 [a]', ...levels].join('\n');
  expect(problemsOf(bomb)).toEqual(['f.yaml:1:1  its aliases grow to more than 20000 values']);
});

test('a file made of aliases is refused', () => {
  expect(problemsOf(`title: &t x\nnames: [${Array(100).fill('*t').join(', ')}]\n`)).toEqual([]);
  expect(problemsOf(`title: &t x\nnames: [${Array(101).fill('*t').join(', ')}]\n`)).toEqual([
    'f.yaml:2:409  more than 100 aliases',
  ]);
});

test('an alias inside its own anchor is refused', () => {
  expect(problemsOf('names: &n [*n]\n')).toEqual(['f.yaml:1:12  the alias "*n" stands inside what it stands for']);
});

test('nesting without end and files without end are refused as values', () => {
  expect(problemsOf(`title: ${'['.repeat(50_000)}`).length).toBeGreaterThan(0);
  expect(problemsOf('- '.repeat(100_000)).length).toBeGreaterThan(0);
  expect(problemsOf(`title: ${'x'.repeat(300_000)}`)).toEqual(['f.yaml:1:1  larger than 256 KiB']);
});

test('no text whatever makes the parser throw', () => {
  const yamlish = fc.array(
    fc.constantFrom(
      'a',
      ': ',
      '\n',
      '  ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '&a ',
      '*a',
      '"',
      "'",
      '|',
      '>',
      '#',
      '\t',
      '? ',
      '!t',
      '---',
      '<<: *a',
    ),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        yamlish.map((parts) => parts.join('')),
      ),
      (text) => {
        expect(Array.isArray(problemsOf(text))).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});

test('an unknown key is always refused, on its own line, wherever it is put', () => {
  const lines = ['title: x', 'colour: red', 'count: 3', 'names: [a]'];
  const key = fc
    .stringMatching(/^[a-z]{2,10}$/)
    .filter((name) => !Object.hasOwn(Sample.shape, name) && !['null', 'true', 'false'].includes(name));
  fc.assert(
    fc.property(key, fc.nat({ max: lines.length }), (name, place) => {
      const text = [...lines.slice(0, place), `${name}: 1`, ...lines.slice(place)].join('\n');
      expect(problemsOf(text)).toEqual([expect.stringContaining(`f.yaml:${place + 1}:1  unknown key "${name}"`)]);
    }),
  );
});

test('one letter left out of a known key brings that key as the suggestion', () => {
  const known = Object.keys(Sample.shape);
  fc.assert(
    fc.property(fc.constantFrom(...known), fc.nat(), (name, place) => {
      const typed = name.slice(0, place % name.length) + name.slice((place % name.length) + 1);
      expect(problemsOf(`${typed}: 1\n`)).toEqual([`f.yaml:1:1  unknown key "${typed}": did you mean "${name}"?`]);
    }),
  );
});

test('all problems are told at once, in the order of the file, as one UserError of exit code 2', () => {
  const parsed = parseYaml('f.yaml', 'count: x\ncolor: red\ntitle: 1\n', Sample);
  const error = configError(parsed.ok ? [] : parsed.problems);
  expect(error).toMatchObject({ code: 'E_CONFIG', exit: exitCode.usage });
  expect(error.message.split('\n').map((line) => line.split(' ')[0])).toEqual([
    'f.yaml:1:8',
    'f.yaml:2:1',
    'f.yaml:3:8',
  ]);
  expect(error.next).toContain('f.yaml at these 3 places');
});
