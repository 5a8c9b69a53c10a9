import { z } from 'zod';

/** The ladder of walls, weakest first. `clone` separates files only; `bubblewrap` adds an empty root and no network. */
export const SandboxRung = z.enum(['clone', 'bubblewrap']);
export type SandboxRung = z.infer<typeof SandboxRung>;

/** Whether `have` is at least as strong as `need`. */
export function reaches(have: SandboxRung, need: SandboxRung): boolean {
  return SandboxRung.options.indexOf(have) >= SandboxRung.options.indexOf(need);
}
