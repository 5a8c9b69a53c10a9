/**
 * Test runners report to us beside their own output, into a file, each line with a word that only this run knows. What a
 * program prints is then no report, and a runner that ends early leaves one that is not whole.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readReportLines, type OwnReport } from '../verify/own-report.ts';
import { readCheckoutFile } from './checkout-file.ts';

/** The same distance from `src/steps/` and from `dist/steps/`. */
const shipped = fileURLToPath(new URL('../../reporters/', import.meta.url));

export interface Reporting {
  readonly env: Readonly<Record<string, string>>;
  readonly readOnly: readonly string[];
  readonly writable: readonly string[];
  /** What was reported; `null` when nothing was. */
  read(): Promise<OwnReport | null>;
}

/** Lays out the reporters for one run of one check, below `folder`, named after its session. */
export async function prepareReporting(folder: string, session: string): Promise<Reporting> {
  const [programs, reports] = [join(folder, `${session}.reporter`), join(folder, `${session}.report`)];
  // A session that is adopted after its worker died goes on with the word that it was given.
  const word = join(folder, `${session}.word`);
  for (const path of [programs, reports]) await mkdir(path, { recursive: true, mode: 0o700 });
  await writeFile(word, randomUUID(), { mode: 0o600, flag: 'wx' }).catch(ignoreExisting);
  const nonce = await readFile(word, 'utf8');
  for (const name of await readdir(shipped)) {
    const text = await readFile(join(shipped, name), 'utf8');
    // A string of JSON is one of JavaScript and of Python.
    const filled = text
      .replace(/(['"])__NONCE__\1/, () => JSON.stringify(nonce))
      .replace(/(['"])__FOLDER__\1/, () => JSON.stringify(reports));
    await writeFile(join(programs, name), filled, { mode: 0o600 });
  }
  const nodeTest = join(programs, 'node-test.mjs');
  const options = [
    `--require=${join(programs, 'preload.cjs')}`,
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${nodeTest}`,
    // It writes nothing there, but a device would not do: node flushes it.
    `--test-reporter-destination=${join(reports, 'nothing')}`,
  ];
  return {
    env: { NODE_OPTIONS: options.map(quote).join(' '), PYTEST_ADDOPTS: '-p mw_report', PYTHONPATH: programs },
    readOnly: [programs],
    writable: [reports],
    async read() {
      const names = (await readdir(reports)).filter((name) => name.endsWith('.jsonl')).slice(0, maxReports);
      const texts = await Promise.all(names.map((name) => readCheckoutFile(reports, name)));
      return readReportLines(texts, nonce);
    },
  };
}

/** As node reads it: a home may lie in a folder with a space in its name. */
function quote(option: string): string {
  return `"${option.replaceAll(/[\\"]/g, (each) => `\\${each}`)}"`;
}

/** Runners that one check starts, one after the other or beside each other. */
const maxReports = 500;

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
