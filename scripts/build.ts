/** Makes dist/ for publishing: plain tsc, then what tsc leaves alone. `node scripts/build.ts` */
import { spawnSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

/**
 * tsc rewrites the endings of imports, not those of files that are started or read beside the code:
 * `new URL('./wrapper.ts', import.meta.url)` becomes `./wrapper.js`. Pure.
 */
export function rewriteFileUrls(code: string): string {
  return code.replaceAll(/(new URL\(\s*(['"`])(?:\.{1,2}\/)[^'"`]+)\.ts(\2\s*,\s*import\.meta\.url)/g, '$1.js$3');
}

function build(): number {
  rmSync(dist, { recursive: true, force: true });
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const compiled = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
  if (compiled.status !== 0) return compiled.status ?? 1;
  for (const file of globSync('src/**/*.sql', { cwd: root })) {
    const target = join(dist, file.slice('src/'.length));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(root, file), target);
  }
  for (const file of globSync('**/*.js', { cwd: dist })) {
    const path = join(dist, file);
    const code = readFileSync(path, 'utf8');
    const rewritten = rewriteFileUrls(code);
    if (rewritten !== code) writeFileSync(path, rewritten);
  }
  return 0;
}

if (import.meta.main) process.exitCode = build();
