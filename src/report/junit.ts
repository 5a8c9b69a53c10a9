/** JUnit's XML, as most CI servers read it: a suite for each reviewer, a case for each finding that stops, one where none does. */
import { isStopping } from '../model/outcome.ts';
import type { ReviewerReport, ReviewReport } from './review-report.ts';
import { tellFinding } from './tell-finding.ts';

export function toJunit({ reviews }: ReviewReport): string {
  const suites = reviews.map(suiteOf);
  const sum = (count: (suite: Suite) => number) => suites.reduce((all, each) => all + count(each), 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="review" tests="${sum(({ cases }) => cases.length)}" failures="${sum(({ failures }) => failures)}" errors="${sum(({ errors }) => errors)}">`,
    ...suites.map(
      ({ name, seconds, cases, failures, errors }) =>
        `  <testsuite name="${escape(name)}" tests="${cases.length}" failures="${failures}" errors="${errors}" time="${seconds}">\n${cases.join('\n')}\n  </testsuite>`,
    ),
    '</testsuites>',
    '',
  ].join('\n');
}

interface Suite {
  readonly name: string;
  readonly seconds: string;
  readonly cases: readonly string[];
  readonly failures: number;
  readonly errors: number;
}

function suiteOf({ reviewer, verdict, findings, why, durationMs }: ReviewerReport): Suite {
  const seconds = (durationMs / 1_000).toFixed(3);
  const open = (name: string) => `    <testcase classname="review.${escape(reviewer)}" name="${escape(name)}">`;
  const common = { name: reviewer, seconds };
  if (verdict === 'none') {
    const body = `<error message="${escape(why ?? 'no verdict')}"/>`;
    return { ...common, cases: [`${open('verdict')}${body}</testcase>`], failures: 0, errors: 1 };
  }
  const remarks = findings.filter((each) => !isStopping(each)).map(tellFinding);
  const said = remarks.length === 0 ? '' : `<system-out>${escape(remarks.join('\n'))}</system-out>`;
  if (verdict === 'pass') return { ...common, cases: [`${open('verdict')}${said}</testcase>`], failures: 0, errors: 0 };
  const stopping = findings.filter(isStopping);
  const failed = (title: string, text: string) =>
    `${open(title)}<failure message="${escape(title)}">${escape(text)}</failure></testcase>`;
  const cases = stopping.map((each) => failed(each.title, tellFinding(each)));
  const all = cases.length > 0 ? cases : [failed('verdict', 'failed without a finding')];
  const whole = remarks.length === 0 ? all : [...all, `${open('remarks')}${said}</testcase>`];
  return { ...common, cases: whole, failures: all.length, errors: 0 };
}

/** Text that no reader of XML 1.0 stumbles over: characters that it forbids are left out. */
function escape(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
