/** How imports and exports say what they did. */
import type { PlacedRemark, Told } from '../app/interchange/told.ts';
import { exitCode } from '../model/user-error.ts';
import { showControl } from '../model/visible-text.ts';
import type { CliContext } from './context.ts';
import { oneLine } from './output.ts';

/** Notes of one kind beyond these are counted only; `--json` has them all. */
const shownNotes = 5;

export interface ReportOptions {
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

/** Prints it, and sets the exit code: 3 when something was not done. */
export function reportTold(told: Told, options: ReportOptions, context: CliContext): void {
  const { files, items, known, remarks } = told;
  const { output } = context;
  if (remarks.some(({ severity }) => severity === 'error')) context.exit(exitCode.notAccepted);
  if (options.json === true) return output.json({ dryRun: options.dryRun === true, files, items, known, remarks });
  for (const { path, state } of files) if (state !== 'unchanged') output.line(`${showControl(path)}  ${state}`);
  const unchanged = files.filter(({ state }) => state === 'unchanged').length;
  if (unchanged > 0) output.line(`${count(unchanged, 'file')} unchanged`);
  for (const { id, key, title } of items) output.line(`${id ?? 'new'}  ${oneLine(key, 60)}  ${oneLine(title, 80)}`);
  if (known.length > 0) output.line(`${count(known.length, 'item')} known already`);
  for (const remark of shorten(remarks)) output.line(remark);
  if (files.length + items.length + known.length === 0) output.line('nothing to write');
  if (options.dryRun === true) output.talk('  Nothing was written: this was a dry run');
}

function shorten(remarks: readonly PlacedRemark[]): readonly string[] {
  const notes = new Map<string, number>();
  const lines = remarks.flatMap(({ file, line, severity, rule, text, next }) => {
    if (severity === 'note') {
      const before = notes.get(rule) ?? 0;
      notes.set(rule, before + 1);
      if (before >= shownNotes) return [];
    }
    const said = `${showControl(file)}${line === null ? '' : `:${line}`}  ${severity}: ${showControl(text)}`;
    return next === '' ? [said] : [said, `    ${showControl(next)}`];
  });
  const hidden = [...notes.values()].reduce((sum, each) => sum + Math.max(0, each - shownNotes), 0);
  return hidden === 0 ? lines : [...lines, `${count(hidden, 'more note')}: --json lists all of them`];
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
