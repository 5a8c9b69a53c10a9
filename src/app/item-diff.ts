import { access } from 'node:fs/promises';
import { savedRepository } from '../git/candidate.ts';
import { diffText } from '../git/diff.ts';
import type { Factory } from './open-factory.ts';
import { requireItem } from './work.ts';

const maxBytes = 8 * 1024 * 1024;

/** What an item changes against the commit it started from: landed, or the candidate so far. Empty when nothing yet. */
export async function readDiff(
  factory: Factory,
  id: string,
  stat: boolean,
): Promise<{ readonly text: string; readonly cut: boolean }> {
  const { item, base, head } = await requireItem(factory, id);
  if (base === null || head === null || base === head) return { text: '', cut: false };
  const project = factory.home.project(item.project);
  const saved = savedRepository({ gitDir: project.trusted });
  const gitDir = (await exists(project.candidate(item.id))) ?? (await exists(saved)) ?? project.trusted;
  return diffText({ gitDir, from: base, to: head, maxBytes, stat });
}

async function exists(path: string): Promise<string | null> {
  return access(path).then(
    () => path,
    () => null,
  );
}
