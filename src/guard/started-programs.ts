/** What a command starts that lies in the repository: whoever may change it changes what the command says. */
import type { AgentConfig } from '../model/config.ts';

const interpreters = new Set([
  'sh',
  'bash',
  'dash',
  'zsh',
  'node',
  'deno',
  'bun',
  'python',
  'python3',
  'ruby',
  'perl',
  'env',
  'exec',
  'time',
  'nice',
]);

/** Paths in the repository that a command starts: the first word of each part, or the script of an interpreter. */
export function programsOf({ command }: Pick<AgentConfig, 'command'>): readonly string[] {
  if (command === undefined) return [];
  const parts =
    typeof command === 'string' ? command.split(/&&|\|\||[;|\n]/).map((part) => part.trim().split(/\s+/)) : [command];
  return parts.flatMap((words) => {
    const plain = words
      .map((word) => word.replaceAll(/^["']|["']$/g, ''))
      .filter((word) => !word.startsWith('-') && !/^[A-Za-z_]\w*=/.test(word));
    const program = plain.find((word) => !interpreters.has(word.slice(word.lastIndexOf('/') + 1)));
    if (program === undefined || program === '' || /^[/~]|[$`*?]/.test(program)) return [];
    const path = normalize(program);
    return path === null ? [] : [path];
  });
}

/** Without `.` and `..`; `null` when it leads out of the repository. */
function normalize(path: string): string | null {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..' && parts.pop() === undefined) return null;
    if (part !== '' && part !== '.' && part !== '..') parts.push(part);
  }
  return parts.join('/');
}

/** Scripts that start each other, at most. */
const deepest = 10;

/**
 * Programs of the repository behind a check's command, through the scripts of a package: `npm test` starts what
 * `scripts.test` starts. `scripts`: of the package.json beside it.
 */
export function programsBehind(run: string, scripts: Readonly<Record<string, string>>): readonly string[] {
  const programs = new Set<string>();
  const seen = new Set<string>();
  let commands = [run];
  for (let depth = 0; depth < deepest && commands.length > 0; depth += 1) {
    for (const command of commands) for (const program of programsOf({ command })) programs.add(program);
    commands = commands
      .flatMap((command) => scriptsIn(command))
      .flatMap((name) => {
        if (seen.has(name)) return [];
        seen.add(name);
        return [`pre${name}`, name, `post${name}`].flatMap((each) =>
          Object.hasOwn(scripts, each) ? [scripts[each] ?? ''] : [],
        );
      });
  }
  return [...programs];
}

/** Names of scripts that a command has a package manager run. */
function scriptsIn(command: string): readonly string[] {
  const calls = command.matchAll(
    /\b(?:npm|pnpm|yarn|bun)\s+(?:-{1,2}\S+\s+)*(?:run(?:-script)?\s+(?:-{1,2}\S+\s+)*)?([\w:.-]+)/g,
  );
  const parallel = command.matchAll(/\b(?:npm-run-all|run-[sp])\s+([^&|;]+)/g);
  return [
    ...[...calls].map(([, name = '']) => (name === 't' || name === 'tst' ? 'test' : name)),
    ...[...parallel].flatMap(([, names = '']) => names.split(/\s+/)),
  ];
}
