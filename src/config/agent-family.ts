/** Whose model an agent asks. Models of one family make the same mistakes, so a judge should be of another one. */
import type { AgentConfig, ProjectConfig } from '../model/config.ts';

/** By what their makers call them; the first that fits. */
const families: readonly (readonly [string, RegExp])[] = [
  ['claude', /claude|\b(?:opus|sonnet|haiku)\b/],
  ['gpt', /\b(?:chat)?gpt|\bo[1-9]\b|codex/],
  ['gemini', /gemini|gemma/],
  ['llama', /llama/],
  ['qwen', /qwen|qwq/],
  ['mistral', /mistral|mixtral|codestral|devstral|magistral|ministral/],
  ['deepseek', /deepseek/],
  ['grok', /grok/],
  ['glm', /\bglm/],
  ['kimi', /kimi/],
  ['minimax', /minimax/],
  ['granite', /granite/],
  ['phi', /\bphi-?[0-9]/],
];

/** What a program asks when it is not told which model. */
const ofProgram: Readonly<Record<AgentConfig['adapter'], string | null>> = {
  'claude-code': 'claude',
  codex: 'gpt',
  command: null,
  scripted: null,
};

/** `null` where nobody can tell. */
export function familyOf({ family, model, adapter }: AgentConfig): string | null {
  if (family !== undefined) return family;
  if (model === undefined) return ofProgram[adapter];
  const name = model.toLowerCase();
  return families.find(([, pattern]) => pattern.test(name))?.[0] ?? null;
}

/**
 * `usual`, unless it is known to be of a maker's family and another agent that some route names is known not to be: then
 * the first such one. A family that is not known is never taken for another one.
 */
export function chooseJudge(
  { agents, routes }: Pick<ProjectConfig, 'agents' | 'routes'>,
  usual: string,
  makers: readonly string[],
): string {
  const family = (name: string) => {
    const agent = Object.hasOwn(agents, name) ? agents[name] : undefined;
    return agent === undefined ? null : familyOf(agent);
  };
  const made = makers.map(family);
  const own = family(usual);
  if (own === null || !made.includes(own) || made.includes(null)) return usual;
  const other = Object.values(routes).find((name) => {
    const found = family(name);
    return found !== null && !made.includes(found);
  });
  return other ?? usual;
}
