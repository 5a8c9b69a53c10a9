import { isStopping, type Review, type ReviewOutcome } from '../model/outcome.ts';

/** Lines of a file before and after the change; `null`: there is no such file. */
export interface CitedFile {
  readonly before: number | null;
  readonly after: number | null;
}

/**
 * A review whose findings have been held against the files that they cite. What stops a change must be where it says:
 * a blocker or major finding in a file or at a line that is not there makes it no review. Of lesser ones the place is
 * taken away. A review that says one thing and finds another contradicts itself, and is none either.
 */
export function verifyFindings(review: Review, files: ReadonlyMap<string, CitedFile>): ReviewOutcome {
  const stops = review.findings.filter(isStopping);
  const problems = stops.flatMap(({ title, file, line }) => {
    const fault = faultOf(file, line, files);
    return fault === null ? [] : [`the finding "${title.slice(0, 100)}" cites ${fault}`];
  });
  if (review.verdict === 'fail' && stops.length === 0)
    problems.push('the verdict is fail, and no finding is a blocker or major: say what is wrong, or pass it');
  if (problems.length > 0) return { type: 'malformed', problems: problems.slice(0, 20) };
  const findings = review.findings.map((finding) =>
    faultOf(finding.file, finding.line, files) === null ? finding : { ...finding, file: null, line: null },
  );
  return { type: 'reviewed', review: { ...review, findings } };
}

function faultOf(file: string | null, line: number | null, files: ReadonlyMap<string, CitedFile>): string | null {
  if (file === null) return null;
  const { before = null, after = null } = files.get(file) ?? {};
  const lines = Math.max(before ?? 0, after ?? 0);
  if (before === null && after === null) return `${file}, which is not there`;
  return line !== null && line > lines ? `${file}:${line}, and the file has ${lines} lines` : null;
}
