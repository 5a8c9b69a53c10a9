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
 * Files of a repository that stand behind a check's command: whatever is named in it, or in a script of a package that it
 * runs, by its path or from some folder. Who may change one of them changes what the check says. `scripts`: of every
 * package.json.
 */
export function programsBehind(
  run: string,
  scripts: ReadonlyMap<string, readonly string[]>,
  files: readonly string[],
): readonly string[] {
  const words = new Set<string>();
  const seen = new Set<string>();
  let commands = [run];
  for (let depth = 0; depth < deepest && commands.length > 0; depth += 1) {
    for (const command of commands) for (const word of wordsOf(command)) words.add(word);
    commands = commands.flatMap(scriptsIn).flatMap((name) => {
      if (seen.has(name)) return [];
      seen.add(name);
      return [`pre${name}`, name, `post${name}`].flatMap((each) => scripts.get(each) ?? []);
    });
  }
  const isNamed = (path: string) => {
    for (let at = 0; at >= 0; at = path.indexOf('/', at) + 1 || -1) if (words.has(path.slice(at))) return true;
    return false;
  };
  return files.filter(isNamed);
}

/** What could be a path: words, and the values of options. */
function wordsOf(command: string): readonly string[] {
  return command
    .split(/[\s;&|()<>=,"'`$]+/)
    .flatMap((word) => normalize(word) ?? [])
    .filter((word) => /[./]/.test(word));
}

/** Names of scripts that a command has a package manager run. */
function scriptsIn(command: string): readonly string[] {
  const calls = command.matchAll(
    /\b(?:npm|pnpm|yarn|bun)\s+(?:-{1,2}\S+\s+)*(?:run(?:-script)?\s+(?:-{1,2}\S+\s+)*)?([\w:.-]+)/g,
  );
  const parallel = command.matchAll(/\b(?:npm-run-all|run-[sp])\s+([^&|;]{1,500})/g);
  return [
    ...[...calls].flatMap(([, words = '']) =>
      words.split(/\s+/).map((name) => (name === 't' || name === 'tst' ? 'test' : name)),
    ),
    ...[...parallel].flatMap(([, names = '']) => names.split(/\s+/)),
  ];
}
