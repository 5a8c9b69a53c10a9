/** Blocks as one page of HTML that needs nothing else: no program, no picture, nothing from elsewhere. */
import type { Block } from './acceptance.ts';

const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 46rem; margin: 2.5rem auto; padding: 0 1.25rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { margin-top: 2.2rem; border-bottom: 1px solid var(--line); padding-bottom: .3rem; }
h3 { margin-bottom: .3rem; } ul { padding-left: 1.2rem; } li { margin: .2rem 0; }
blockquote { margin: .5rem 0; padding: .1rem 1rem; border-left: 3px solid var(--line); white-space: pre-wrap; }
pre { overflow-x: auto; padding: .8rem; border: 1px solid var(--line); border-radius: 6px; font-size: .85rem; overflow-wrap: normal; }
@media print { body { margin: 0; max-width: none; } }
`;

export function toHtml(title: string, blocks: readonly Block[]): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    // Whatever stands in the text: nothing is loaded and nothing runs.
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escape(title)}</title><style>${style}</style></head>`,
    '<body><main>',
    ...blocks.map(render),
    '</main></body></html>',
    '',
  ].join('\n');
}

function render(block: Block): string {
  switch (block.type) {
    case 'title':
      return `<h1>${escape(block.text)}</h1>`;
    case 'heading':
      return `<h2>${escape(block.text)}</h2>`;
    case 'subheading':
      return `<h3>${escape(block.text)}</h3>`;
    case 'text':
      return `<p>${escape(block.text)}</p>`;
    case 'quote':
      return `<blockquote>${escape(block.text)}</blockquote>`;
    case 'code':
      return `<pre><code>${escape(block.text)}</code></pre>`;
    case 'list':
      return `<ul>${block.lines.map((each) => `<li>${escape(each)}</li>`).join('')}</ul>`;
    case 'link':
      return `<p><a href="${escape(encodeURI(block.path))}">${escape(block.text)}</a></p>`;
  }
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
