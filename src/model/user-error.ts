/** Exit codes of `mw`, as `mw help exit-codes` prints them. */
export const exitCode = {
  done: 0,
  error: 1,
  usage: 2,
  notAccepted: 3,
  needsPerson: 4,
  notFound: 5,
  conflict: 6,
  budget: 7,
  pending: 8,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** A mistake that the user can mend: printed without a stack, with the next thing to type. */
export class UserError extends Error {
  readonly code: string;
  readonly next: string;
  readonly exit: ExitCode;

  /** `message` says what happened and to what; `next` is a command or an edit; `code` is stable for tools. */
  constructor(code: string, message: string, next: string, options: { exit?: ExitCode; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'UserError';
    this.code = code;
    this.next = next;
    this.exit = options.exit ?? exitCode.error;
  }
}
