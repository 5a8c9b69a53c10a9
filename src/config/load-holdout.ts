/** `holdout.yaml`: text to `Holdout`, or every mistake in it with its place. */
import { Holdout } from '../model/holdout.ts';
import { parseYaml } from './parse-yaml.ts';
import type { Problem } from './problem.ts';

/** The file's name in a hold-out's folder. */
export const holdoutFile = 'holdout.yaml';

export type LoadedHoldout =
  | { readonly ok: true; readonly holdout: Holdout }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export function loadHoldout(text: string, file: string = holdoutFile): LoadedHoldout {
  const parsed = parseYaml(file, text, Holdout);
  return parsed.ok ? { ok: true, holdout: parsed.value } : parsed;
}
