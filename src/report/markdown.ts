/** Blocks as Markdown. What comes from agents is text and nothing else: no mark of theirs is one. */
import type { Block } from './acceptance.ts';

export function toMarkdown(blocks: readonly Block[]): string {
  return `${blocks.map(render).join('\n\n')}\n`;
}

function render(block: Block): string {
  switch (block.type) {
    case 'title':
      return `# ${line(block.text)}`;
    case 'heading':
      return `## ${line(block.text)}`;
    case 'subheading':
      return `### ${line(block.text)}`;
    case 'text':
      return line(block.text);
    case 'quote':
      return block.text
        .split('\n')
        .map((each) => `> ${line(each)}`.trimEnd())
        .join('\n');
    case 'code': {
      const ticks = '`'.repeat(Math.max(2, ...[...block.text.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
      return `${ticks}\n${block.text}\n${ticks}`;
    }
    case 'list':
      return block.lines.map((each) => `- ${line(each)}`).join('\n');
    case 'link':
      return `[${line(block.text)}](${encodeURI(block.path)})`;
  }
}

function line(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_{}[\]<>#|~!&]/g, (mark) => `\\${mark}`)
    .trim();
}
