/** The real Stryker, as a project would use it: on changed lines alone, in a checkout of the candidate. */
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDesk, type Desk } from '../support/cli-desk.ts';
import { addItems, projectFiles, showItem } from '../support/cli-project.ts';
import { binFolder, whyNotInstalled } from './installed.ts';

const missing = whyNotInstalled('stryker');
vi.setConfig({ testTimeout: 180_000 });

const maker = `
cat > src/fits.mjs <<'END'
export const none = 0;

export function fits(size, room) {
  if (room < 0) throw new RangeError('no room');
  return size <= room;
}
END
tests() { printf "import { expect, test } from 'vitest';\\nimport { fits } from '../src/fits.mjs';\\ntest('what is smaller fits', () => expect(fits(1, 2)).toBe(true));\\n%s\\n" "$1" > test/fits.test.mjs; }
case "$prompt" in
  *'tests notice'*) tests "test('edges', () => { expect(fits(2, 2)).toBe(true); expect(fits(3, 2)).toBe(false); expect(fits(0, 0)).toBe(true); expect(() => fits(1, -1)).toThrow('no room'); });" ;;
  *) tests '' ;;
esac
`;

const config = {
  testRunner: 'vitest',
  reporters: ['json'],
  jsonReporter: { fileName: 'mutation.json' },
  allowEmpty: true,
};

describe.skipIf(missing !== null)('a check of mutants by Stryker', () => {
  let desk: Desk;
  beforeAll(() => {
    const modules = dirname(binFolder('stryker'));
    const link = `ln -sfn ${modules} node_modules`;
    desk = openDesk(
      projectFiles({
        maker,
        checks: `checks:
  test: { run: '${link} && ${process.execPath} node_modules/.bin/vitest run', kind: test }
  mutation:
    run: '${link} && ${process.execPath} node_modules/.bin/stryker run --mutate "$MW_CHANGED_LINES"'
    kind: mutation
    report: mutation.json
    minimum: 90
`,
        files: {
          '.gitignore': 'node_modules\n',
          'package.json': '{ "type": "module" }',
          'stryker.config.json': JSON.stringify(config),
          'src/fits.mjs': 'export const none = 0;\n',
          'test/none.test.mjs': "import { test } from 'vitest';\ntest('is here', () => {});\n",
        },
      }),
    );
  });
  afterAll(() => desk.close());

  it('sends weak tests back with what they did not notice, and lets strong ones land', async () => {
    const [id = ''] = await addItems(desk, [{ title: 'Say what fits', body: 'Within its room.' }]);
    await desk.mw(['run', id]);
    const shown = await showItem(desk, id);
    expect(
      shown,
      JSON.stringify(shown.checks.map(({ name, status, excerpt }) => [name, status, excerpt])),
    ).toMatchObject({ state: 'landed', phases: [{ attempts: 2 }] });
    const scores = shown.checks.filter(({ name }) => name === 'mutation').map(({ excerpt }) => excerpt);
    expect(scores[0]).toMatch(/src\/fits\.mjs:5 \[[0-9a-f]{10}\]: "size <= room" could be "size < room"/);
    expect(scores[0]).not.toContain('fits.mjs:1 ');
    expect(scores[1]).toMatch(/^tests notice [0-9]+ of [0-9]+ changes to the changed lines \((?:9[0-9]|100) %/);
  });
});
