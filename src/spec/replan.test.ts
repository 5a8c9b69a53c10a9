/** What an edit of specs plans: everything that it changes the meaning of, and nothing else. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldHistory, nothingBuilt, type Built } from './built.ts';
import { comparePlan, type Wanted } from './compare.ts';
import { parseSpec } from './parse-spec.ts';
import { planItems, type PlanContext } from './plan-items.ts';
import { listWanted } from './wanted.ts';
import { parseWorkPlan } from './work-plan.ts';

/** How something is written that means the same. Numbers choose among ways; they are drawn anew for each word or line. */
interface Style {
  readonly lineEnd: '\n' | '\r\n';
  readonly next: () => number;
}

interface Scenario {
  readonly id: number;
  readonly name: string;
  readonly steps: readonly { readonly kind: string; readonly words: readonly string[] }[];
}

interface Requirement {
  readonly name: string;
  readonly statement: readonly string[];
  readonly sentences: readonly { readonly id: number; readonly words: readonly string[] }[];
  readonly scenarios: readonly Scenario[];
}

interface SpecModel {
  readonly name: string;
  readonly requirements: readonly Requirement[];
}

const plain: Style = { lineEnd: '\n', next: () => 0 };

const word = fc.constantFrom(
  'month',
  'invoice',
  'zip',
  '409',
  'snake_case_name',
  '2 * 3',
  '`*.ts`',
  'spät',
  '"x"',
  '(all)',
  'a-b',
  'x,y',
);
const words = fc.array(word, { minLength: 1, maxLength: 8 });
const scenario = fc.record({
  name: fc.constantFrom('One', 'Another', 'A third'),
  steps: fc.tuple(words, words, words).map(([given, when, then]) => [
    { kind: 'GIVEN', words: given },
    { kind: 'WHEN', words: when },
    { kind: 'THEN', words: then },
  ]),
});
const requirement = fc.record({
  name: fc.constantFrom('Archive', 'Errors', 'Access'),
  statement: words.map((rest) => ['The', 'system', 'SHALL', ...rest]),
  sentences: fc.array(
    words.map((rest) => ['WHEN', 'it', 'happens,', 'the', 'system', 'SHALL', ...rest]),
    { maxLength: 2 },
  ),
  scenarios: fc.array(scenario, { minLength: 1, maxLength: 3 }),
});
const specs = fc
  .array(fc.array(requirement, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 })
  .map((drawn) => drawn.map((requirements, index) => number(`spec-${index + 1}`, requirements)));
const style: fc.Arbitrary<Style> = fc
  .record({
    lineEnd: fc.constantFrom('\n' as const, '\r\n' as const),
    ways: fc.array(fc.nat({ max: 59 }), { minLength: 20, maxLength: 60 }),
  })
  .map(({ lineEnd, ways }) => {
    let at = 0;
    return { lineEnd, next: () => ways[at++ % ways.length] ?? 0 };
  });

/** Every criterion has an id. */
function number(
  name: string,
  requirements: readonly (Omit<Requirement, 'sentences' | 'scenarios'> & {
    readonly sentences: readonly (readonly string[])[];
    readonly scenarios: readonly Omit<Scenario, 'id'>[];
  })[],
): SpecModel {
  let last = 0;
  return {
    name,
    requirements: requirements.map((each) => ({
      ...each,
      sentences: each.sentences.map((own) => ({ id: (last += 1), words: own })),
      scenarios: each.scenarios.map((own) => ({ id: (last += 1), ...own })),
    })),
  };
}

function render({ name, requirements }: SpecModel, how: Style): string {
  const blank = () => ['', '  ', '\t'][how.next() % 3] ?? '';
  const lines = [
    `# ${name}`,
    '## Purpose',
    'To have it.',
    '## Requirements',
    ...requirements.flatMap((each) => [
      `### Requirement: ${each.name}`,
      blank(),
      ...text(each.statement, how, ''),
      blank(),
      ...each.sentences.flatMap(({ id, words: own }) => text([...own, mark(name, id)], how, `${marker(how)} `)),
      ...each.scenarios.flatMap((own) => [
        '',
        `#### Scenario: ${own.name}`,
        mark(name, own.id),
        ...own.steps.flatMap((step) => text([step.kind, ...step.words], how, `${marker(how)} `)),
      ]),
    ]),
  ];
  return lines.join(how.lineEnd);
}

function marker({ next }: Style): string {
  return ['-', '*', '+', '1.'][next() % 4] ?? '-';
}

function mark(spec: string, id: number): string {
  return `<!-- ${spec}/AC-${id} -->`;
}

/** Words in one line or in several, with more or less room between them, some of them emphasized. */
function text(own: readonly string[], how: Style, start: string): readonly string[] {
  const indent = ' '.repeat(start.length);
  const joined = own
    .map((each, index) => {
      const gap = index === 0 ? '' : ([' ', '  ', '\t', `${how.lineEnd}${indent}`][how.next() % 4] ?? ' ');
      return `${gap}${emphasized(each, how)}`;
    })
    .join('');
  return [`${start}${joined}${['', ' ', '   '][how.next() % 3]}`];
}

function emphasized(own: string, { next }: Style): string {
  const sign = ['', '**', '', '*', '', '_', '', '__', '', '***', ''][next() % 11] ?? '';
  return /^\w/.test(own) && !own.includes(' ') ? `${sign}${own}${sign}` : own;
}

function wantedOf(models: readonly SpecModel[], how: Style): readonly Wanted[] {
  return models.flatMap((model) => listWanted(parseSpec(model.name, render(model, how)), [], (meaning) => meaning));
}

/** What history says after everything was built. */
function buildAll(models: readonly SpecModel[]): Built {
  const commits = wantedOf(models, plain).map(({ id, hash }, index) => ({
    commit: `commit-${index}`,
    at: '2026-01-01T00:00:00Z',
    files: [],
    takesBack: [],
    trailers: {
      items: ['MW-1'],
      runs: [],
      attempts: [],
      implements: [{ id, hash }],
      removes: [],
      reverts: null,
      revertsSince: null,
    },
  }));
  return foldHistory(nothingBuilt, commits);
}

/** The criteria of the items that are planned, item by item. */
function plan(models: readonly SpecModel[], built: Built, how: Style = plain, context: Partial<PlanContext> = {}) {
  const rows = comparePlan(wantedOf(models, how), built, [], []);
  const items = planItems(rows, { before: new Map(), files: new Map(), plans: new Map(), ...context });
  return items.map(({ criteria }) => criteria.map(({ id }) => id).sort());
}

function idsIn({ name }: SpecModel, { sentences, scenarios }: Requirement): string[] {
  return [...sentences, ...scenarios].map(({ id }) => `${name}/AC-${id}`).sort();
}

/** Specs with one of their requirements, and with means to put another one in its place. */
const chosen = fc.tuple(specs, fc.nat(), fc.nat()).map(([models, a, b]) => {
  const model = models[a % models.length] as SpecModel;
  const own = model.requirements[b % model.requirements.length] as Requirement;
  const replace = (fresh: Requirement): readonly SpecModel[] =>
    models.map((each) =>
      each === model
        ? { ...each, requirements: each.requirements.map((other) => (other === own ? fresh : other)) }
        : each,
    );
  return { models, model, own, replace };
});

describe('when everything is built', () => {
  test('nothing is planned', () => {
    fc.assert(
      fc.property(specs, (models) => {
        expect(plan(models, buildAll(models))).toEqual([]);
      }),
    );
  });

  test('white space, line ends, line breaks, list markers and emphasis plan nothing', () => {
    fc.assert(
      fc.property(specs, style, (models, how) => {
        expect(plan(models, buildAll(models), how)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('other names and another order plan nothing', () => {
    fc.assert(
      fc.property(chosen, fc.nat(), ({ models, own, replace }, turn) => {
        const by = turn % own.scenarios.length;
        const scenarios = [...own.scenarios.slice(by), ...own.scenarios.slice(0, by)];
        const renamed = scenarios.map((each) => ({ ...each, name: `${each.name}, renamed` }));
        const edited = replace({ ...own, name: 'Renamed', scenarios: renamed }).map((model) => ({
          ...model,
          requirements: model.requirements.toReversed(),
        }));
        expect(plan(edited, buildAll(models))).toEqual([]);
      }),
    );
  });

  test('an edited scenario plans one item, with this criterion alone', () => {
    fc.assert(
      fc.property(chosen, fc.nat(), fc.nat({ max: 2 }), ({ models, model, own, replace }, which, place) => {
        const target = own.scenarios[which % own.scenarios.length] as Scenario;
        const steps = target.steps.map((each, index) =>
          index === place ? { ...each, words: [...each.words, 'other'] } : each,
        );
        const edited = replace({
          ...own,
          scenarios: own.scenarios.map((each) => (each === target ? { ...each, steps } : each)),
        });
        expect(plan(edited, buildAll(models))).toEqual([[`${model.name}/AC-${target.id}`]]);
        const rest = model.requirements.flatMap((each) => idsIn(model, each)).join(', ');
        const plans = new Map([
          [model.name, parseWorkPlan(`# Work\n\n## 1. All of it\nCriteria: ${rest}\nSize: small\n`)],
        ]);
        expect(plan(edited, buildAll(models), plain, { plans })).toEqual([[`${model.name}/AC-${target.id}`]]);
      }),
    );
  });

  test('an edited statement plans the criteria of its requirement', () => {
    fc.assert(
      fc.property(chosen, ({ models, model, own, replace }) => {
        const edited = replace({ ...own, statement: [...own.statement, 'other'] });
        const planned = plan(edited, buildAll(models));
        expect(planned).toEqual([idsIn(model, own)]);
      }),
    );
  });

  test('a removed requirement plans the removal of its criteria, a new one what it asks for', () => {
    fc.assert(
      fc.property(chosen, ({ models, model, own }) => {
        const without = models.map((each) =>
          each === model ? { ...each, requirements: each.requirements.filter((other) => other !== own) } : each,
        );
        expect(plan(without, buildAll(models)).flat().sort()).toEqual(idsIn(model, own));
        expect(plan(models, buildAll(without)).flat().sort()).toEqual(idsIn(model, own));
      }),
    );
  });
});
