/** What an import or an export tells a person: what was refused, what was taken differently, what only stays where it was. */
export interface Remark {
  /** A stable word for programs. */
  readonly rule: string;
  /** error: this part is not done · warning: done, and worth a look · note: for completeness. */
  readonly severity: 'error' | 'warning' | 'note';
  /** From 1, in the file that is read; `null` for all of it. */
  readonly line: number | null;
  /** Without a full stop. */
  readonly text: string;
  /** What to do; empty when there is nothing to do. */
  readonly next: string;
}

export function refusal(rule: string, line: number | null, text: string, next: string): Remark {
  return { rule, severity: 'error', line, text, next };
}

export function caution(rule: string, line: number | null, text: string, next: string): Remark {
  return { rule, severity: 'warning', line, text, next };
}

export function note(rule: string, line: number | null, text: string): Remark {
  return { rule, severity: 'note', line, text, next: '' };
}

/** Whether something was refused. */
export function isRefused(remarks: readonly Remark[]): boolean {
  return remarks.some(({ severity }) => severity === 'error');
}
