import type { Turn } from '../agent.ts';

/** The tool that Claude Code adds by itself when a schema is asked. */
const schemaTool = 'StructuredOutput';

/**
 * The tools of a turn, both offered and allowed: what is not offered costs no prompt (the full set doubles the first
 * request). Running commands stays in turns that write nothing, since a reviewer must run tests: the walls and the
 * import hold what such a command writes, not this list.
 */
export function toolsOf(turn: Turn): readonly string[] {
  const reading = ['Bash', 'Glob', 'Grep', 'Read'];
  return turn.writes ? [...reading, 'Edit', 'Write'] : reading;
}

/** Whether a call of this tool cannot have been carried out in this turn. */
export function isRefused(tool: string, turn: Turn): boolean {
  return tool !== schemaTool && !toolsOf(turn).includes(tool);
}
