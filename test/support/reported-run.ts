/** Runs a project's tests as a check would, with our reporters, and answers what was reported. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { prepareReporting } from '../../src/steps/own-report.ts';
import type { OwnReport } from '../../src/verify/own-report.ts';
import { write } from './cli-desk.ts';

export interface ReportedRun {
  readonly code: number | null;
  readonly output: string;
  readonly report: OwnReport | null;
  /** `status name` of each test, sorted. */
  readonly told: readonly string[];
}

export async function runReported(
  files: Readonly<Record<string, string>>,
  command: string,
  path: readonly string[] = [],
): Promise<ReportedRun> {
  const root = mkdtempSync(join(tmpdir(), 'mw reported "-'));
  try {
    write(join(root, 'tree'), files);
    const reporting = await prepareReporting(root, 'test');
    const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command], {
      cwd: join(root, 'tree'),
      encoding: 'utf8',
      env: {
        PATH: [...path, dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
        HOME: root,
        CI: '1',
        NO_COLOR: '1',
        ...reporting.env,
      },
    });
    const report = await reporting.read();
    const strip = (path: string) => path.replaceAll(`${root}/tree/`, '');
    const tests = (report?.tests ?? []).map(({ name, file, status: how }) => ({
      name: strip(name),
      file: file === null ? null : strip(file),
      status: how,
    }));
    const told = tests.map((test) => `${test.status} ${test.name}`).sort();
    return { code: status, output: `${stdout}${stderr}`, report: report === null ? null : { ...report, tests }, told };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
