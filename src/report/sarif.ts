/** SARIF 2.1.0 (OASIS): one run for each reviewer. GitHub keeps at most 20 runs of a file and 5,000 results of a run. */
import type { Finding, Severity } from '../model/outcome.ts';
import type { ReviewerReport, ReviewReport } from './review-report.ts';

const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  blocker: 'error',
  major: 'error',
  minor: 'warning',
  note: 'note',
};

/** `fingerprint` gives a short, stable name to a text, by which a platform knows a finding again. */
export function toSarif({ version, commit, reviews }: ReviewReport, fingerprint: (text: string) => string): object {
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: reviews.map((review) => runOf(review, version, commit, fingerprint)),
  };
}

function runOf(
  { reviewer, verdict, findings, why }: ReviewerReport,
  version: string,
  commit: string,
  fingerprint: (text: string) => string,
): object {
  const notified = why === null ? {} : { toolExecutionNotifications: [{ level: 'error', message: { text: why } }] };
  return {
    tool: { driver: { name: `millwright/${reviewer}`, semanticVersion: version, rules: [{ id: reviewer }] } },
    automationDetails: { id: `millwright/${reviewer}/${commit}` },
    invocations: [{ executionSuccessful: verdict !== 'none', ...notified }],
    results: findings.map((finding) => resultOf(reviewer, finding, fingerprint)),
  };
}

function resultOf(reviewer: string, finding: Finding, fingerprint: (text: string) => string): object {
  const { severity, title, file, line, evidence } = finding;
  const region = line === null ? {} : { region: { startLine: line } };
  const place = file === null ? {} : { physicalLocation: { artifactLocation: { uri: uriOf(file) }, ...region } };
  return {
    ruleId: reviewer,
    level: levels[severity],
    message: { text: evidence === '' ? title : `${title}\n\n${evidence}` },
    ...(file === null ? {} : { locations: [place] }),
    partialFingerprints: { 'millwrightFinding/v1': fingerprint(`${reviewer}\n${file ?? ''}\n${title}`) },
    properties: { severity },
  };
}

/** A path as a relative reference: what is special in one is escaped. */
function uriOf(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
