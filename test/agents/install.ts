/**
 * Installs the real agent CLIs, the scripted model server and the other programs that test/agents needs, each into its own
 * folder by its own lockfile: `node test/agents/install.ts [claude-code|codex|openspec|runners|stryker|aimock ...]`. About 800 MB and 25
 * seconds in all.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const all = ['aimock', 'claude-code', 'codex', 'openspec', 'runners', 'stryker'] as const;

/** What npm needs to reach its registry as this machine is set up, and nothing else of the environment. */
const passed = [
  'PATH',
  'HOME',
  'HTTPS_PROXY',
  'https_proxy',
  'NO_PROXY',
  'no_proxy',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !all.some((known) => known === name));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}. Known: ${all.join(', ')}.`);
  process.exit(2);
}
for (const name of asked.length === 0 ? all : asked) await install(name);

async function install(name: string): Promise<void> {
  const started = Date.now();
  const env = Object.fromEntries(
    passed.flatMap((key) => (process.env[key] === undefined ? [] : [[key, process.env[key]]])),
  );
  const child = spawn('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: join(import.meta.dirname, name),
    env,
    stdio: 'inherit',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) {
    console.error(`${name}: npm ci ended with ${code}`);
    process.exit(1);
  }
  console.log(`${name}: installed in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}
