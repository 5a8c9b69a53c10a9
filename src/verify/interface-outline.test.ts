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
    ['class Store:', '    def __init__(self, low):', 'async def clamp(value: int, low: int = 0) -> int:'],
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

test('names are those of what is declared', () => {
  expect(namesIn(outlineOf('export const clamp = (a) => a;\nexport class Store {\n}\n'))).toEqual(['clamp', 'Store']);
});

test('a long file of anything is read in one pass', () => {
  expect(outlineOf(`export function f(\n${'a,\n'.repeat(20_000)}`)).toHaveLength(1);
  expect(outlineOf(`export const x = "${'({'.repeat(500)}`)).toHaveLength(1);
});
