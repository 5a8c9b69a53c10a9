/** What a spec is told about itself. */

export type SpecRule =
  | 'name'
  | 'title'
  | 'purpose'
  | 'no-requirements'
  | 'duplicate-requirement'
  | 'duplicate-scenario'
  | 'no-shall'
  | 'no-criterion'
  | 'no-when'
  | 'no-then'
  | 'no-id'
  | 'duplicate-id'
  | 'stray-id'
  | 'clarification'
  | 'vague'
  | 'two-behaviours'
  | 'subjective'
  | 'no-error-behaviour'
  | 'long-line'
  | 'long-text'
  | 'evidence'
  | 'work';

export interface SpecFinding {
  readonly rule: SpecRule;
  readonly severity: 'error' | 'warning';
  /** From 1. */
  readonly line: number;
  /** The criterion it is about, where it is about one that has an id. */
  readonly criterion: string | null;
  /** Without a full stop. */
  readonly text: string;
  /** What to do. */
  readonly next: string;
}

/** Work may start when no finding is an error. */
export function isReady(findings: readonly SpecFinding[]): boolean {
  return findings.every(({ severity }) => severity !== 'error');
}

export function error(
  rule: SpecRule,
  line: number,
  text: string,
  next: string,
  criterion: string | null = null,
): SpecFinding {
  return { rule, severity: 'error', line, criterion, text, next };
}

export function warning(
  rule: SpecRule,
  line: number,
  text: string,
  next: string,
  criterion: string | null = null,
): SpecFinding {
  return { rule, severity: 'warning', line, criterion, text, next };
}
