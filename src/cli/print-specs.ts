import type { LintedSpec } from '../app/specs-here.ts';
import { showControl } from '../model/visible-text.ts';
import type { Output } from './output.ts';

/** Specs in a few lines each: what they ask for, and what was assumed. */
export function printSpecs(specs: readonly LintedSpec[], output: Output): void {
  for (const { spec, path, ready } of specs) {
    const count = spec.requirements.reduce((sum, { criteria }) => sum + criteria.length, 0);
    output.line(`\n${output.tone('bold', showControl(spec.title ?? spec.name))}  ${path}`);
    output.line(
      `  ${spec.requirements.length} requirements, ${count} criteria${ready ? '' : ', not ready yet: mw spec lint'}`,
    );
    if (spec.assumptions.length > 0) output.line('  Assumed, because nobody said otherwise:');
    for (const each of spec.assumptions) output.line(`    - ${showControl(each)}`);
  }
}
