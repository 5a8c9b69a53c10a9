/** What a factory says of itself as it starts: that it joins another one, that it has nothing to do. */
import type { Factory } from '../app/open-factory.ts';
import { readPicture } from '../insight/item-row.ts';
import type { FactoryView } from '../machine/factory-view.ts';
import type { Output } from './output.ts';

/** Says which processes work on the same items already; nothing where there is none. */
export async function tellJoining({ store }: Factory, output: Pick<Output, 'talk'>): Promise<void> {
  const { workers } = await readPicture(store, { ids: [] });
  if (workers.length === 0) return;
  const pids = workers.map(({ pid }) => pid).join(', ');
  output.talk(`A factory runs already (process ${pids}); this one joins it.`);
}

/** Says once, on a terminal, that there is no work: else nothing is to be seen there until somebody adds some. */
export function createIdleTeller({ rows, talk }: Pick<Output, 'rows' | 'talk'>): (view: FactoryView) => void {
  let told = rows === null;
  return ({ items }) => {
    if (told || items.length > 0) return;
    told = true;
    talk('Waiting for work; mw add in another terminal, Ctrl-C ends.');
  };
}
