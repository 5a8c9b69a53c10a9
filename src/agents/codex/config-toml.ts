import type { Turn } from '../agent.ts';

/** What stands in `config.toml`: a table of values and of further tables. */
type TomlTable = { readonly [key: string]: string | number | boolean | readonly string[] | TomlTable };

/** The name of the model provider when the configuration names an endpoint. */
const provider = 'endpoint';

/** The variable that Codex reads the endpoint's key from. */
export const endpointKey = 'OPENAI_API_KEY';

/**
 * The configuration of one turn.
 *
 * Codex's own sandbox starts bubblewrap, which fails inside walls that refuse further user namespaces, and its older
 * Landlock mode now refuses to run without bubblewrap. So inside our walls it is off and ours hold; where we have none
 * (`clone`) it is the only one there is.
 */
export function configToml(turn: Turn): string {
  const { model, endpoint } = turn.config;
  const ownWalls = turn.writes ? 'workspace-write' : 'read-only';
  return writeToml({
    ...(model === undefined ? {} : { model }),
    approval_policy: 'never',
    sandbox_mode: turn.rung === 'clone' ? ownWalls : 'danger-full-access',
    check_for_update_on_startup: false,
    ...(endpoint === undefined ? {} : { model_provider: provider }),
    // Settings and instructions of the working copy may be a maker's own: a reviewer must not obey them.
    project_doc_max_bytes: 0,
    analytics: { enabled: false },
    feedback: { enabled: false },
    sandbox_workspace_write: { exclude_slash_tmp: true },
    projects: { [turn.workingCopy]: { trust_level: 'untrusted' } },
    ...(endpoint === undefined ? {} : { model_providers: { [provider]: describeProvider(endpoint) } }),
  });
}

function describeProvider(endpoint: string): TomlTable {
  return {
    name: provider,
    base_url: endpoint,
    env_key: endpointKey,
    wire_api: 'responses',
    request_max_retries: 2,
    stream_max_retries: 2,
  };
}

/** Plain values first, tables after them, as the format wants it. JSON strings are valid basic strings of TOML. */
function writeToml(table: TomlTable, path: readonly string[] = []): string {
  const entries = Object.entries(table);
  const values = entries.filter(([, value]) => !isTable(value));
  const head =
    path.length === 0 || values.length === 0 ? [] : [`[${path.map((key) => JSON.stringify(key)).join('.')}]`];
  const lines = values.map(([key, value]) => `${JSON.stringify(key)} = ${JSON.stringify(value)}`);
  const tables = entries.map(([key, value]) => (isTable(value) ? writeToml(value, [...path, key]) : ''));
  return [...head, ...lines, ...tables.filter((text) => text !== '')].join('\n');
}

function isTable(value: TomlTable[string]): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value);
}
