import type { Factory } from '../app/open-factory.ts';

const usual = 2;

/** As many sessions as the projects together may have; `usual` before any project was configured. */
export async function defaultSlots(factory: Factory): Promise<number> {
  const projects = await factory.store.projects();
  return Math.max(usual, ...projects.map(({ limits }) => limits?.slots ?? usual));
}
