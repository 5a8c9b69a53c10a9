/** Writes .oxlintrc.json from the table of layers. `node scripts/lint-config.ts`, or `--check` to compare only. */
import { fileURLToPath } from 'node:url';
import { keepFresh } from './keep-fresh.ts';
import type { Layer } from './layers.ts';
import { layers } from './layers.ts';

type Rules = Readonly<Record<string, unknown>>;
interface Override {
  readonly files: readonly string[];
  readonly rules: Rules;
}
interface LintConfig {
  readonly [key: string]: unknown;
  readonly overrides: readonly Override[];
}
interface Pattern {
  readonly group?: readonly string[];
  readonly regex?: string;
  readonly message: string;
}

/** Folders whose subfolders are adapters of one port: none may import another. */
const adapterFolders = ['agents', 'sandbox', 'engine'];
/** The only rooms that may read the environment. */
const readEnvironment = ['app', 'cli'];
/** Subfolders this deep below src/FOLDER are covered. */
export const deepest = 2;

const withEffects = 'This layer is pure: effects come in as arguments.';

const everywhere: Rules = {
  'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
  'max-lines-per-function': ['error', { max: 80, skipBlankLines: false, skipComments: false }],
  'import/no-cycle': ['error', { ignoreTypes: false }],
  'import/no-default-export': 'error',
  'unicorn/prefer-node-protocol': 'error',
  'oxc/no-barrel-file': ['error', { threshold: 0 }],
  'no-empty': ['error', { allowEmptyCatch: false }],
  'no-console': 'off',
  'no-await-in-loop': 'off',
  'no-control-regex': 'off',
  'typescript/no-floating-promises': 'error',
  'typescript/no-misused-promises': 'error',
  'typescript/only-throw-error': 'error',
  'typescript/no-explicit-any': 'error',
  'typescript/switch-exhaustiveness-check': [
    'error',
    { allowDefaultCaseForExhaustiveSwitch: false, requireDefaultForNonUnion: false },
  ],
  'typescript/consistent-type-imports': 'error',
};

/** In tests a sentence may be long, and the layers, the clock and the environment are free. */
const relaxed: Rules = {
  'max-lines-per-function': 'off',
  'no-restricted-imports': 'off',
  'no-restricted-globals': 'off',
  'no-restricted-properties': 'off',
  'node/no-process-env': 'off',
  'vitest/no-focused-tests': 'error',
  // A second argument is the message; properties expect in the branch that they are about.
  'vitest/valid-expect': ['error', { maxArgs: 2 }],
  'vitest/no-conditional-expect': 'off',
  'vitest/expect-expect': ['error', { assertFunctionNames: ['expect', 'fc.assert', 'assert*', 'expect*'] }],
};

const noEnvironment = { object: 'process', property: 'env', message: 'Only app/ and cli/ read the environment.' };

const pureGlobals = [
  'process',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'fetch',
  'crypto',
  'console',
];
const pureProperties = [
  { object: 'Date', property: 'now', message: withEffects },
  { object: 'Math', property: 'random', message: withEffects },
];
const packagesWithEffects = '^(pg|execa|commander|@clack/.*)$';

/** The configuration as oxlint reads it. Pure. */
export function createLintConfig(table: Readonly<Record<string, Layer>>): LintConfig {
  return {
    $schema: './node_modules/oxlint/configuration_schema.json',
    plugins: ['typescript', 'unicorn', 'oxc', 'import', 'node', 'vitest'],
    categories: { correctness: 'error' },
    ignorePatterns: ['dist', 'node_modules', 'coverage', 'demo/**', '**/fixtures/**', '**/recordings/**'],
    rules: everywhere,
    overrides: [
      ...Object.entries(table).flatMap(([folder, layer]) => createOverrides(folder, layer)),
      // ES5 on purpose; `import(` would be a syntax error to the Node that it must still talk to.
      {
        files: ['bin/mw.cjs'],
        rules: {
          'no-var': 'off',
          'unicorn/prefer-node-protocol': 'off',
          'typescript/no-implied-eval': 'off',
          'no-unused-vars': 'off',
        },
      },
      // What test runners load: they ask for a default export, and may run under an old Node.
      {
        files: ['reporters/**'],
        rules: { 'import/no-default-export': 'off', 'typescript/unbound-method': 'off' },
      },
      { files: ['vitest.config.ts'], rules: { 'import/no-default-export': 'off' } },
      { files: ['**/*.test.ts', 'test/**'], rules: relaxed },
    ],
  };
}

/** One override for each depth, because a relative import says `..` once more there. */
function createOverrides(folder: string, layer: Layer): readonly Override[] {
  return Array.from({ length: deepest + 1 }, (_, depth) => ({
    files: [`src/${folder}/${'*/'.repeat(depth)}*.ts`],
    rules: {
      'no-restricted-imports': ['error', { patterns: createPatterns(folder, layer, depth) }],
      'no-restricted-globals': [
        'error',
        ...(layer.node ? [] : pureGlobals.map((name) => ({ name, message: withEffects }))),
      ],
      'no-restricted-properties': [
        'error',
        ...(readEnvironment.includes(folder) ? [] : [noEnvironment]),
        ...(layer.node ? [] : pureProperties),
      ],
      'node/no-process-env': readEnvironment.includes(folder) ? 'off' : 'error',
    },
  }));
}

function createPatterns(folder: string, layer: Layer, depth: number): readonly Pattern[] {
  const source = '../'.repeat(depth + 1);
  const message = `${folder}/ may import only: ${layer.allow.join(', ') || 'nothing of ours'}`;
  const patterns: Pattern[] = [
    {
      group: [`${source}*`, `${source}*/**`, ...allowImports(source, layer.allow)],
      message,
    },
  ];
  if (adapterFolders.includes(folder) && depth > 0) {
    const own = '../'.repeat(depth);
    patterns.push({ group: [`${own}*/**`], message: `an adapter of ${folder}/ may not import another adapter` });
  }
  if (!readEnvironment.includes(folder)) {
    patterns.push({ regex: '^node:process$', message: noEnvironment.message });
  }
  if (!layer.node) {
    patterns.push({ regex: '^node:', message: withEffects }, { regex: packagesWithEffects, message: withEffects });
  }
  return patterns;
}

/**
 * gitignore syntax: files inside a forbidden folder can be allowed only after the folder itself is, and the rule that
 * forbids the rest of the folder must stand once, before all of them.
 */
function allowImports(source: string, allow: readonly string[]): readonly string[] {
  const whole = allow.filter((allowed) => !allowed.includes('/'));
  const partly = new Set(allow.flatMap((allowed) => (allowed.includes('/') ? [allowed.split('/')[0] ?? ''] : [])));
  return [
    ...whole.flatMap((folder) => [`!${source}${folder}`, `!${source}${folder}/**`]),
    ...[...partly].flatMap((folder) => [`!${source}${folder}`, `${source}${folder}/*`]),
    ...allow.flatMap((allowed) => (allowed.includes('/') ? [`!${source}${allowed}`] : [])),
  ];
}

/** JSON with one line for each override, so that a change of one layer is a change of its lines. */
function renderConfig({ overrides, ...general }: LintConfig): string {
  const head = JSON.stringify(general, null, 2).replace(/\n\}$/, '');
  const lines = overrides.map((override) => `    ${JSON.stringify(override)}`).join(',\n');
  return `${head},\n  "overrides": [\n${lines}\n  ]\n}\n`;
}

if (import.meta.main) {
  const file = fileURLToPath(new URL('../.oxlintrc.json', import.meta.url));
  keepFresh(file, () => renderConfig(createLintConfig(layers)), 'node scripts/lint-config.ts');
}
