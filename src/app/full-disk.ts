/** Telling a full disk from a bug: it is nobody's fault in the code, and nothing may be charged to an item for it. */
import { statfs } from 'node:fs/promises';
import { UserError } from '../model/user-error.ts';
import { diskFull } from '../store/postgres/layout.ts';

/** Below this nothing works any more, whatever words a failing program found for it. */
const leastBytes = 1024 * 1024;
/** The file system's words, and PostgreSQL's disk_full. */
const codes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', '53100']);

/** E_DISK_FULL when a full disk explains the error, `null` otherwise. */
export async function explainFullDisk(home: string, error: unknown): Promise<UserError | null> {
  if (error instanceof UserError) return error.code === 'E_DISK_FULL' ? error : null;
  if (codes.has((error as { readonly code?: unknown } | null)?.code)) return diskFull(home, error);
  const { bavail, bsize } = await statfs(home);
  return bavail * bsize < leastBytes ? diskFull(home, error) : null;
}
