/** What is said of a delta that meets its spec. Lines are those of the delta. */
import type { Named, Rename } from './openspec-delta.ts';
import { caution, note, refusal, type Remark } from './remark.ts';

export function noSpec({ name, line }: Named, section: string): Remark {
  return refusal(
    'no-spec',
    line,
    `"${name}" stands in ${section}, but there is no such spec yet`,
    'a new spec takes ADDED requirements only',
  );
}

export function noPurpose(): Remark {
  return caution(
    'no-purpose',
    null,
    'it begins a spec without saying what that is for',
    'write "## Purpose" into the new spec: who wants what, and why',
  );
}

export function purposeUnused(): Remark {
  return note('purpose-unused', null, 'its "## Purpose" is not used: the spec has one already');
}

export function targetTwice(name: string, first: number, second: number): Remark {
  return refusal(
    'spec-twice',
    null,
    `the spec itself has "${name}" twice, on lines ${first} and ${second}`,
    'give one of the two another name in the spec',
  );
}

export function notThere(line: number, name: string, section: string, near: string | null): Remark {
  return refusal(
    near === null ? 'not-there' : 'misspelt',
    line,
    `"${name}" stands in ${section}, and the spec has no such requirement`,
    near === null ? 'look up its name in the spec' : `write it as the spec does: "${near}"`,
  );
}

/** `found`: the name that is in the way, perhaps with other capitals or spaces. */
export function exists(line: number, name: string, found: string): Remark {
  return refusal(
    name === found ? 'exists' : 'misspelt',
    line,
    name === found ? `the spec has "${name}" already` : `the spec has "${found}", which is the same name`,
    'put it below ## MODIFIED Requirements, or give it another name',
  );
}

export function scenarioLost({ name, line }: Named, dropped: readonly string[]): Remark {
  const named = dropped.map((each) => `"${each}"`).join(', ');
  return refusal(
    'scenario-lost',
    line,
    `MODIFIED "${name}" would drop what the spec has: ${named}`,
    'a MODIFIED requirement is written in whole: copy those scenarios into it',
  );
}

export function idLost({ name, line }: Named, id: string): Remark {
  return caution('id-lost', line, `${id} has no successor in "${name}"`, 'tests that name it must be looked at');
}

export function swallowed(): Remark {
  return refusal(
    'swallowed',
    null,
    'a fenced block or a comment is never closed, and would swallow requirements',
    'close it in the spec, or in the change',
  );
}

export function alreadyRenamed({ from, to, line }: Rename): Remark {
  return note('already', line, `"${from}" is called "${to}" already`);
}

export function alreadyRemoved(name: string, line: number): Remark {
  return note('already', line, `"${name}" is not in the spec: taken as removed already`);
}

export function alreadyModified({ name, line }: Named): Remark {
  return note('already', line, `"${name}" reads so already`);
}

export function alreadyAdded({ name, line }: Named): Remark {
  return note('already', line, `"${name}" is in the spec already, with the same words`);
}
