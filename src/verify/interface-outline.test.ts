import { expect, test } from 'vitest';
import { namesIn, outlineOf } from './interface-outline.ts';

test.each<[string, string, readonly string[]]>([
  [
    'TypeScript',
    `/** A secret of its maker. */
export interface Limits {
  // also secret
  readonly low: number;
}
export async function clamp(
  value: number,
  { low }: Limits,
): Promise<number> {
  if (value > 1) return hidden(value);
}
function hidden(value: number): number { return value; }
export const wide = (value: number): number => value * 2;
export class Store {
  #own = 1;
  private key() {
    return 1;
  }
  get(name: string): string {
    return this.#own;
  }
}`,
    [
      'export interface Limits {',
      '  readonly low: number;',
      '}',
      'export async function clamp( value: number, { low }: Limits, ): Promise<number>',
      'export const wide = (value: number): number',
      'export class Store',
      '  get(name: string): string',
    ],
  ],
  [
    'Python',
    'class Store:\n    """Secret."""\n    def __init__(self, low):\n        self.low = low\n    def _own(self): ...\n\nasync def clamp(value: int,\n                low: int = 0) -> int:\n    return value\n',
    ['class Store', '    def __init__(self, low)', 'async def clamp(value: int, low: int) -> int'],
  ],
  [
    'Go',
    '// secret\ntype Limits struct {\n\tLow int\n}\n\nfunc (l *Limits) Clamp(value int) int {\n\treturn value\n}\n',
    ['type Limits struct {', '\tLow int', '}', 'func (l *Limits) Clamp(value int) int'],
  ],
  [
    'Rust',
    'pub struct Limits {\n    pub low: u8,\n}\nimpl Limits {\n    pub fn clamp(&self, value: u8) -> u8 {\n        value\n    }\n}\n',
    ['pub struct Limits {', '    pub low: u8,', '}', 'impl Limits', '    pub fn clamp(&self, value: u8) -> u8'],
  ],
  [
    'Java',
    'public final class Limits {\n  private int low;\n  public int clamp(int value) {\n    return value;\n  }\n}\n',
    ['public final class Limits', '  public int clamp(int value)'],
  ],
])('what a file of %s declares is shown, and not how it does it', (_, text, expected) => {
  expect(outlineOf(text)).toEqual(expected);
});

test.each<[string, string]>([
  ['a one-line function', 'export function f(a) { return a + 7777; }'],
  ['a one-line function of Python', 'def f(x): return x + 7777'],
  ['a one-line function of Kotlin', 'fun f(x: Int) = x + 7777'],
  ['a one-line function of Go', 'func F() int { x := 7777; return x }'],
  ['a default value', 'export function f(a = 7777, { b = 7777 } = {}) {}'],
  ['a default value of Python', 'def f(x=7777, *, y: int = 7777):'],
  ['an arrow', 'export const f = (a, b = 7777) => 7777;'],
  ['a default export', 'export default make(7777);'],
  ['a destructured export', 'export const { a, b } = make(7777);'],
  ['an export of old', 'exports.x = 7777;\nmodule.exports = make(7777);'],
  ['a field', 'class A {\n  public int x = 7777;\n  static y = 7777;\n  public static z: number = 7777;\n}'],
  ['a one-line class', 'export class A { x = 7777; }'],
  ['a statement that begins like a declaration', 'func f() {\n  record.add(7777)\n  type = 7777\n  object.x(7777)\n}'],
  ['a call with a function in it', 'export function f() {\n  retry(3, 7777, function () {\n  });\n}'],
  [
    'a comment',
    'export interface A {\n  a: number; // 7777\n  /* 7777 */ b: string;\n}\n// 7777\nexport type B = string; // 7777',
  ],
  ['what follows a bracket in a comment', 'export interface A { // (\n  a: number;\n}\nconst b = 7777;\n'],
  ['a bracket that nobody closes', `export interface A {\n${'  a: number;\n'.repeat(90)}const b = 7777;`],
])('nothing of %s is told but what it declares', (_, text) => {
  expect(outlineOf(text).join('\n')).not.toContain('7777');
});

test('names are those of what is declared', () => {
  expect(namesIn(outlineOf('export const clamp = (a) => a;\nexport class Store {\n}\n'))).toEqual(['clamp', 'Store']);
});

test('a long file of anything is read in one pass', () => {
  expect(outlineOf(`export function f(\n${'a,\n'.repeat(20_000)}`)).toHaveLength(1);
  expect(outlineOf(`  a(${'):'.repeat(190_000)}`)).toEqual([]);
  expect(outlineOf(' '.repeat(390_000))).toEqual([]);
  expect(outlineOf('x'.repeat(5_000_000))).toEqual([]);
  expect(outlineOf(`export const x = "${'({'.repeat(150)}`)).toHaveLength(1);
});
