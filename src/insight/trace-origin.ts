/** From a line or a commit to what asked for it, by git alone: blame, trailers and notes. No database is opened. */
import type { KnownPasts } from '../git/known-past.ts';
import { readNote } from '../git/notes.ts';
import { readMessages, type CommitMessage } from '../git/messages.ts';
import { traceLine, type Hop } from '../git/trace-line.ts';
import { ProvenanceRecord } from '../model/provenance.ts';
import { readTrailers, type Trailers } from '../model/trailers.ts';

export interface Origin {
  /** Where the words were in the commit that brought them; `null` when a commit was asked about. */
  readonly place: { readonly path: string; readonly line: number } | null;
  /** What happened to them since, newest first. */
  readonly hops: readonly (Hop & { readonly author: string; readonly subject: string })[];
  readonly commit: Omit<CommitMessage, 'note'>;
  readonly trailers: Trailers;
  /** The note beside the commit; `null` when it has none that can be read. */
  readonly record: ProvenanceRecord | null;
}

export interface OriginOptions {
  /** Where the notes are, when the repository that is read has none. */
  readonly notesDir?: string;
  readonly known?: KnownPasts;
  /** Whether a commit is known to be the factory's: its note is read while the rest is found out. */
  readonly isWork?: (commit: string) => boolean;
}

/** `null` when the file has no such line at that commit. */
export async function originOfLine(
  gitDir: string,
  place: { readonly commit: string; readonly path: string; readonly line: number },
  { notesDir = gitDir, known, isWork = () => false }: OriginOptions = {},
): Promise<Origin | null> {
  const messages = new Map<string, CommitMessage>();
  const notes = new Map<string, Promise<string | null>>();
  // Read while it is looked for whether the way goes on; a failure counts where the note is used.
  const openNote = (commit: string) => {
    const note = notes.get(commit) ?? readNote(notesDir, commit);
    note.catch(() => undefined);
    notes.set(commit, note);
  };
  const isOurs = async (commit: string) => {
    if (isWork(commit)) openNote(commit);
    const message = messages.get(commit) ?? (await readMessage(gitDir, commit));
    messages.set(commit, message);
    if (!saysWork(message)) return false;
    openNote(commit);
    return true;
  };
  const traced = await traceLine({ gitDir, ...place, isOurs, ...(known === undefined ? {} : { known }) });
  if (traced === null) return null;
  const hops = traced.hops.map((hop) => {
    const message = messages.get(hop.commit);
    return { ...hop, author: message?.author ?? '', subject: message?.subject ?? '' };
  });
  const message = messages.get(traced.commit) ?? (await readMessage(gitDir, traced.commit));
  const note = notes.get(traced.commit) ?? null;
  return { ...originOf(message, await note), place: { path: traced.path, line: traced.line }, hops };
}

/** Throws for a commit that the repository does not have. */
export async function originOfCommit(gitDir: string, commit: string, notesDir = gitDir): Promise<Origin> {
  const message = await readMessage(gitDir, commit);
  return originOf(message, saysWork(message) ? await readNote(notesDir, commit) : null);
}

async function readMessage(gitDir: string, commit: string): Promise<CommitMessage> {
  const message = (await readMessages(gitDir, [commit])).get(commit);
  if (message === undefined) throw new Error(`${gitDir} has no commit ${commit}`);
  return message;
}

function originOf(message: CommitMessage, note: string | null): Origin {
  const record = parseRecord(note, message.commit);
  return { place: null, hops: [], commit: message, trailers: readTrailers(message.text), record };
}

/** Whether the commit says that it came out of a factory. */
function saysWork({ text }: CommitMessage): boolean {
  const { items, implements: implemented, removes } = readTrailers(text);
  return items.length + implemented.length + removes.length > 0;
}

/** The record in a note; `null` for a note that is none, or is of another commit. */
export function parseRecord(note: string | null, commit: string): ProvenanceRecord | null {
  if (note === null) return null;
  try {
    const parsed = ProvenanceRecord.safeParse(JSON.parse(note));
    return parsed.success && parsed.data.commit === commit ? parsed.data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
