/** A detected project as the text of `millwright.yaml`, written for a person to read once and keep. */
import { Document } from 'yaml';
import type { AgentConfig } from '../model/config.ts';
import type { SandboxRung } from '../model/sandbox-rung.ts';
import type { DetectedProject } from './detected-project.ts';

export interface RenderInput {
  readonly detected: DetectedProject;
  readonly agent: { readonly name: string; readonly config: AgentConfig };
  readonly target?: string;
  /** Where editors find the schema: a URL, or a path from the file. */
  readonly schema: string;
  /** Default: engineering. */
  readonly pipeline?: string;
  /** Default: bubblewrap. */
  readonly rung?: SandboxRung;
}

/** The file’s text: at most 30 lines for what `detectProject` proposes, accepted by `loadProject`. */
export function renderProject({
  detected,
  agent,
  target = 'main',
  schema,
  pipeline = 'engineering',
  rung = 'bubblewrap',
}: RenderInput): string {
  const { setup, setupNetwork, checks } = detected;
  const lines = [
    `# yaml-language-server: $schema=${schema}`,
    'version: 1',
    `target: ${flow(target)} # finished work lands here`,
    `agents:`,
    `  ${flow(agent.name)}: ${flow(agent.config)}`,
    'routes:',
    `  default: ${flow(agent.name)} # PHASE: NAME or PHASE.REVIEWER: NAME sends work elsewhere`,
    `pipeline: ${pipeline} # ${['engineering', 'quick', 'document'].filter((name) => name !== pipeline).join(', ')}, or one of .millwright/pipelines/`,
    ...(setup === null ? [] : [`setup: ${flow(setup)} # once per lock file`]),
    ...(Object.keys(checks).length === 0
      ? ['checks: {} # add one, or no work can be proven: test: { run: npm test, kind: test }']
      : ['checks: # run on a clean checkout; kind test needs a count of passed tests']),
    ...Object.entries(checks).map(([name, check]) => `  ${flow(name)}: ${flow(check)}`),
    'sandbox:',
    `  rung: ${rung} # ${rung === 'bubblewrap' ? 'clone: files apart, but no walls' : 'bubblewrap: behind walls'}`,
    ...(setupNetwork.length === 0 ? [] : [`  setupNetwork: ${flow(setupNetwork)}`]),
    'limits:',
    '  slots: 2 # sessions at a time',
    '  attempts: 4 # then the item pauses and asks you',
    '  # itemUsd: 5',
    '  # dayUsd: 20',
    'land: { mode: fast-forward } # branch: to millwright/TARGET, for you to merge',
    `protect: ${flow(detected.protect)} # agents may not change these`,
  ];
  return `${lines.join('\n')}\n`;
}

/** One line of YAML, quoted where it must be. */
function flow(value: unknown): string {
  const document = new Document(value, { version: '1.2' });
  return document.toString({ lineWidth: 0, flowCollectionPadding: true, collectionStyle: 'flow' }).trim();
}
