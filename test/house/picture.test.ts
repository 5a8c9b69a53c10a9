import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { drawTerminal, readRuns } from '../../scripts/terminal-picture.ts';

const escape = '\u001B[';

it('reads a line as stretches of one style, each at its column', () => {
  expect(readRuns(`${escape}2m1.0s${escape}22m ${escape}32m✓${escape}39m ok`)).toEqual([
    { text: '1.0s', column: 0, colour: null, bold: false, dim: true },
    { text: ' ', column: 4, colour: null, bold: false, dim: false },
    { text: '✓', column: 5, colour: '#7ee787', bold: false, dim: false },
    { text: ' ok', column: 6, colour: null, bold: false, dim: false },
  ]);
});

it('draws text as text: what it holds is no markup', () => {
  const picture = drawTerminal(['a < b & "c"', '</svg><script>'], 80, 'x > y');
  expect(picture).toContain('a &lt; b &amp; &quot;c&quot;');
  expect(picture).not.toContain('<script>');
  expect(picture.match(/<\/svg>/g)).toHaveLength(1);
});

it('gives every line a place inside the picture', () => {
  const picture = drawTerminal(
    Array.from({ length: 30 }, (_, index) => `line ${index}`),
    80,
    'title',
  );
  const height = Number(/height="(\d+)"/.exec(picture)?.[1]);
  const last = Math.max(...Array.from(picture.matchAll(/<text y="(\d+)"/g), ([, y]) => Number(y)));
  expect(last).toBeLessThan(height);
});

it('the picture of the README is a whole run of the demo, with colours', () => {
  const picture = readFileSync(new URL('../../docs/demo.svg', import.meta.url), 'utf8');
  for (const part of [
    'npm run demo',
    'factory',
    'build #3',
    'passed by 9 of 9',
    'Landed on main',
    'The program, run now',
    '#7ee787',
  ]) {
    expect(picture).toContain(part);
  }
});
