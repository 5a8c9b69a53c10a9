import { z } from 'zod';
import { parseYaml } from './parse-yaml.ts';

/** Instructions for one role, in the form of a SKILL.md. */
export interface Skill {
  readonly name: string | null;
  readonly description: string | null;
  /** What the agent is told: the text without its front matter. */
  readonly body: string;
}

const FrontMatter = z.looseObject({ name: z.string().optional(), description: z.string().optional() });

/** The parts of a SKILL.md. Total: a text without front matter that can be read is a body and nothing else. */
export function readSkill(text: string): Skill {
  const match = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(text);
  const parsed = match === null ? null : parseYaml('SKILL.md', match[1] ?? '', FrontMatter);
  if (match === null || parsed === null || !parsed.ok) return { name: null, description: null, body: text.trim() };
  const { name = null, description = null } = parsed.value;
  return { name, description, body: text.slice(match[0].length).trim() };
}
