import { expect, test } from 'vitest';
import type { PinnedPhase, PinnedPipeline } from '../model/pipeline.ts';
import { describeCondition, describePipeline, drawPipeline } from './describe-pipeline.ts';

const phase: PinnedPhase = {
  id: 'triage',
  maker: {
    instructions: { name: 'triage', hash: '0'.repeat(64) },
    agent: 'claude',
    output: { type: 'schema', name: 'triage', schema: {} },
    writes: false,
  },
  checks: [],
  reviews: [],
  approval: false,
  loop: { to: 'triage', max: 4 },
  attempts: 4,
  when: null,
  limits: { idleMs: 1, sessionMs: 1 },
};

const pipeline: PinnedPipeline = {
  name: 'own',
  phases: [
    phase,
    {
      ...phase,
      id: 'build',
      maker: { ...phase.maker!, writes: true, output: { type: 'text' } },
      checks: ['test'],
      when: { 'triage.size': ['medium', 'large'], 'triage.risk': { not: 'low' } },
      loop: { to: 'build', max: 1 },
      attempts: 1,
    },
    {
      ...phase,
      id: 'end',
      maker: null,
      reviews: [{ id: 'security', instructions: { name: 'x', hash: '0'.repeat(64) }, agent: 'codex' }],
      approval: true,
      loop: { to: 'build', max: 3 },
    },
  ],
  agents: {},
  checks: { test: { run: 'npm test', kind: 'test' } },
  setup: null,
  target: 'main',
  rung: 'bubblewrap',
  network: { setup: [], checks: [] },
  readOnly: [],
  limits: { slots: 1, itemMicroUsd: null, dayMicroUsd: null, checkMs: 1, copyBytes: 1 },
  land: 'fast-forward',
  protect: [],
  guard: { tests: [], judges: [], allow: [] },
};

test('a person can read who makes, what judges, and where findings go', () => {
  expect(describePipeline(pipeline)).toBe(`own, lands on main, walls: bubblewrap

 1  triage claude follows triage, reads only, result: triage
           at most 4 attempts
 2  build  claude follows triage, changes files, result: the change itself
           only when triage.size is medium or large and triage.risk is not low
           checks (observed): test
           at most one attempt
 3  end    judges only
           reviews (examined): security (codex)
           a person approves (accepted)
           findings go back to build, at most 3 times

Checks
    test (test): npm test
    mutants: not measured; no check of kind mutation
`);
});

test('a condition reads as a sentence', () => {
  expect(describeCondition({ 'a.b': true })).toBe('a.b is true');
  expect(describeCondition({ 'a.b': { not: [1, 2] } })).toBe('a.b is not 1 or 2');
});

test('the graph has every way through the pipeline, and no id that Mermaid would misread', () => {
  expect(drawPipeline(pipeline).split('\n')).toEqual([
    'flowchart TD',
    '  start(["work item"]) --> p0',
    '  landed(["lands on main"])',
    '  p0["triage"]',
    '  p1["build<br/>checks: test"]',
    '  p2["end<br/>1 reviewer<br/>approval"]',
    '  p0 --> p1',
    '  p1 --> p2',
    '  p2 --> landed',
    '  p0 -. "unless triage.size is medium or large and triage.risk is not low" .-> p2',
    '  p1 -- "findings, at most once" --> p1',
    '  p2 -- "findings, at most 3 times" --> p1',
    '',
  ]);
});

test('text from files cannot break out of its label', () => {
  const when = { 'triage.note': '"] --> <b>#x' };
  const graph = drawPipeline({ ...pipeline, phases: [phase, { ...phase, id: 'next', when }] });
  expect(graph).toContain('"unless triage.note is #quot;] --#gt; #lt;b#gt;#35;x"');
});
