import { describe, expect, test } from 'vitest';
import type { AgentConfig } from '../model/config.ts';
import { chooseJudge, familyOf } from './agent-family.ts';

test.each<[Partial<AgentConfig>, string | null]>([
  [{ adapter: 'claude-code' }, 'claude'],
  [{ adapter: 'codex' }, 'gpt'],
  [{ adapter: 'command' }, null],
  [{ adapter: 'claude-code', model: 'opus' }, 'claude'],
  [{ adapter: 'claude-code', model: 'qwen3-coder:30b' }, 'qwen'],
  [{ adapter: 'codex', model: 'o4-mini' }, 'gpt'],
  [{ adapter: 'codex', model: 'zai-org/GLM-5' }, 'glm'],
  [{ adapter: 'codex', model: 'in-house-7' }, null],
  [{ adapter: 'codex', model: 'in-house-7', family: 'ours' }, 'ours'],
  [{ adapter: 'command', model: 'Devstral-Small' }, 'mistral'],
])('the family of %j is %s', (agent, family) => expect(familyOf(agent as AgentConfig)).toBe(family));

describe('who judges', () => {
  const agents: Record<string, AgentConfig> = {
    claude: { adapter: 'claude-code' },
    opus: { adapter: 'claude-code', model: 'opus' },
    codex: { adapter: 'codex' },
    local: { adapter: 'command' },
  };
  test.each<[string, Record<string, string>, string, readonly string[], string]>([
    ['one of another family than the maker', { default: 'claude', docs: 'codex' }, 'claude', ['claude'], 'codex'],
    [
      'the usual one, where it is of another family',
      { default: 'codex', build: 'claude' },
      'codex',
      ['claude'],
      'codex',
    ],
    [
      'the usual one, where no route names another family',
      { default: 'claude', docs: 'opus' },
      'claude',
      ['claude'],
      'claude',
    ],
    [
      'the usual one, where the maker’s family is not known',
      { default: 'local', docs: 'codex' },
      'local',
      ['local'],
      'local',
    ],
    ['nobody whose family is not known', { default: 'claude', docs: 'local' }, 'claude', ['claude'], 'claude'],
    [
      'nobody of the family of any maker',
      { default: 'claude', docs: 'codex' },
      'claude',
      ['claude', 'codex'],
      'claude',
    ],
  ])('is %s', (_, routes, usual, makers, judge) => {
    expect(chooseJudge({ agents, routes }, usual, makers)).toBe(judge);
  });
});
