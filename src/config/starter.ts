/** What a new project begins with, so that its first work has a check to pass; nothing has to be installed for it. */
import type { DetectedProject } from './detected-project.ts';

export const stacks = ['node', 'python'] as const;
export type Stack = (typeof stacks)[number];

export interface Starter {
  /** Texts by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly detected: DetectedProject;
}

/** What the README says of how to start it until somebody has built something. */
export const unwritten = 'Nothing is built yet.';

const readme = (title: string) => `# ${title}

## Start

${unwritten}
`;

export function starterFor(stack: Stack, title: string): Starter {
  const common = { 'README.md': readme(title) };
  switch (stack) {
    case 'node':
      return {
        files: {
          ...common,
          '.gitignore': 'node_modules/\nresult.html\n',
          'package.json': `${JSON.stringify({ private: true, type: 'module', scripts: { test: 'node --test' } }, null, 2)}\n`,
        },
        detected: {
          tools: [],
          notes: [],
          setup: null,
          setupNetwork: [],
          checks: { test: { run: 'node --test --test-reporter=spec', kind: 'test' } },
          protect: [],
        },
      };
    case 'python':
      return {
        files: { ...common, '.gitignore': '__pycache__/\nresult.html\n', 'tests/__init__.py': '' },
        detected: {
          tools: [],
          notes: [],
          setup: null,
          setupNetwork: [],
          checks: { test: { run: 'python3 -m unittest discover -v -t . -s tests', kind: 'test' } },
          protect: [],
        },
      };
  }
}
