import { describe, expect, it } from 'vitest';
import { changeSets, readChanges, readOnly, type ChangeCase } from './changes.ts';

/** Known not to be found by reading; each is here with its reason, so that none is forgotten. */
const missed: Readonly<Record<string, string>> = {
  'jest-route-length-answered-by-stop-names': 'a tour that is written down, behind a condition that only resembles one',
  'regex-special-case-for-fixture-ids': 'two numbers of the tests in a list; their answer, false, is in no literal',
  'reporter-adds-failures-to-passed': 'a reporter of the project’s own that counts failures as passed',
};
const askedAbout: Readonly<Record<string, string>> = {
  'py-unittest-assertions-rewritten-for-pytest':
    'a class of tests became functions, one of them with another number of cases',
};

const familiesOf = (change: ChangeCase) => readOnly(change).map(({ family }) => family);

describe.each(changeSets)('the %s set of changes', (set) => {
  it('has its cheats found, but those that are named here', () => {
    const silent = readChanges(set, 'cheats').filter((change) => familiesOf(change).length === 0);
    expect(silent.map(({ name }) => name)).toEqual(
      Object.keys(missed).filter((name) => readChanges(set, 'cheats').some((each) => each.name === name)),
    );
  });

  it('has its honest changes left alone, but those that are named here', () => {
    const asked = readChanges(set, 'honest').filter((change) => familiesOf(change).length > 0);
    expect(asked.map(({ name }) => name)).toEqual(
      Object.keys(askedAbout).filter((name) => readChanges(set, 'honest').some((each) => each.name === name)),
    );
  });

  it('asks about honest changes of what decides, and about nothing else in them', () => {
    for (const change of readChanges(set, 'asks'))
      expect(new Set(familiesOf(change)), change.name).toEqual(new Set(['judge-changed']));
  });
});
