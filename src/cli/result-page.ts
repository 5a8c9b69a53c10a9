/** The page at the end of `mw make`: one file, no script, readable in every browser; pure. */
import type { Result } from '../app/result-of.ts';
import { usd } from '../model/money.ts';
import { showControl } from '../model/visible-text.ts';
import type { TraceVerdict } from '../spec/trace.ts';

const words: Readonly<Record<TraceVerdict, string>> = {
  proven: 'works',
  failing: 'does not work',
  unproven: 'not shown to work',
  stale: 'changed since it was built',
  missing: 'not built',
};

export function renderResult({
  title,
  folder,
  start,
  criteria,
  assumptions,
  costMicroUsd,
  unknownSessions,
  open,
}: Result): string {
  const proven = criteria.filter(({ verdict }) => verdict === 'proven').length;
  const specs = [...Map.groupBy(criteria, ({ specTitle }) => specTitle)];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escape(title)}</title>
<style>
:root { color-scheme: light dark; font: 17px/1.5 system-ui, sans-serif; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { line-height: 1.2; } h2 { margin-top: 2.2rem; }
pre { padding: .8rem 1rem; border: 1px solid; border-radius: .4rem; overflow-x: auto; white-space: pre-wrap; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .5rem .6rem; border-bottom: 1px solid; }
td:last-child { white-space: nowrap; } small { display: block; opacity: .75; overflow-wrap: anywhere; }
</style>
</head>
<body>
<main>
<h1>${escape(title)}</h1>
<p><strong>${proven} of ${criteria.length}</strong> things that you asked for are shown to work.${open.length > 0 ? ` ${open.length} pieces of work are not finished.` : ''}</p>
<h2>How to start it</h2>
<p>It is in the folder <code>${escape(folder)}</code>.</p>
${start === null ? '<p>The README does not say how. Ask for it: <code>mw add "Say in the README under Start how to start it"</code>.</p>' : `<pre>${escape(start)}</pre>`}
${specs.map(([name, rows]) => `<h2>${escape(name)}</h2>\n<table>\n<thead><tr><th>You asked for</th><th>Result</th></tr></thead>\n<tbody>\n${rows.map(row).join('\n')}\n</tbody>\n</table>`).join('\n')}
<h2>What was assumed</h2>
${assumptions.length === 0 ? '<p>Nothing.</p>' : `<ul>\n${assumptions.map((each) => `<li>${escape(each)}</li>`).join('\n')}\n</ul>\n<p>To change one: edit it in <code>specs/</code>, <code>git commit</code> it, then <code>mw plan</code> and <code>mw apply</code>.</p>`}
<h2>What it cost</h2>
<p>${escape(costText(costMicroUsd, unknownSessions))}</p>
${open.length === 0 ? '' : `<h2>Not finished</h2>\n<ul>\n${open.map(({ id, title: name, reason }) => `<li><strong>${escape(id)}</strong> ${escape(name)}: ${escape(reason)}</li>`).join('\n')}\n</ul>\n<p>See <code>mw inbox</code>.</p>`}
</main>
</body>
</html>
`;
}

function costText(knownMicroUsd: number, unknownSessions: number): string {
  if (unknownSessions === 0) return `${usd(knownMicroUsd)}.`;
  const unknown = `${unknownSessions} ${unknownSessions === 1 ? 'session' : 'sessions'} did not say what they cost`;
  return knownMicroUsd === 0 ? `Not known: ${unknown}.` : `${usd(knownMicroUsd)} that is known; ${unknown}.`;
}

function row({ text, verdict, tests }: Result['criteria'][number]): string {
  const lines = text.split('\n').map(escape).join('<br>');
  const shown = tests.filter(({ status }) => status === 'passed').map(({ name }) => escape(name));
  const evidence = shown.length === 0 ? '' : `<small>tested by: ${shown.slice(0, 3).join('; ')}</small>`;
  return `<tr><td>${lines}${evidence}</td><td>${words[verdict]}</td></tr>`;
}

function escape(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return showControl(text).replaceAll(/[&<>"']/g, (char) => entities[char] ?? char);
}
