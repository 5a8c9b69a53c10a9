/** Runs the demo as on a terminal of 80 columns and draws what it said: `node scripts/picture.ts` writes docs/demo.svg. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createContext } from '../src/cli/context.ts';
import { runDemo } from '../src/cli/demo.ts';
import { createOutput } from '../src/cli/output.ts';
import { drawTerminal } from './terminal-picture.ts';

const columns = 80;
const command = 'npm run demo';

/** A stream that remembers, and looks like a terminal when `isTTY` is set. */
function createScreen(isTTY: boolean): { readonly stream: NodeJS.WriteStream; text(): string } {
  let written = '';
  const stream = { isTTY, columns, rows: 24, write: (text: string) => (written += text) !== '' };
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => written };
}

async function main(): Promise<void> {
  // Colours are decided by the process's own stdout, which is no terminal here.
  process.env['FORCE_COLOR'] = '1';
  const stdout = createScreen(true);
  // No terminal: the live block moves the cursor, which a picture cannot show.
  const stderr = createScreen(false);
  const code = await runDemo({ ...createContext(), output: createOutput(stdout.stream, stderr.stream, false) }, null);
  if (code !== 0) throw new Error(`the demo ended with exit code ${code}:\n${stdout.text()}${stderr.text()}`);
  const lines = [`\u001B[2m$\u001B[22m ${command}`, '', ...stdout.text().trimEnd().split('\n')];
  const file = fileURLToPath(new URL('../docs/demo.svg', import.meta.url));
  writeFileSync(file, drawTerminal(lines, columns, command));
  console.log(`wrote docs/demo.svg, ${lines.length} lines`);
}

if (import.meta.main) await main();
