/** A terminal's text as an SVG picture: monospaced, with the colours of its escape codes. Pure. */

interface Run {
  readonly text: string;
  readonly column: number;
  readonly colour: string | null;
  readonly bold: boolean;
  readonly dim: boolean;
}

type Style = Pick<Run, 'colour' | 'bold' | 'dim'>;

const charWidth = 7.8;
const lineHeight = 17;
const margin = 16;
const barHeight = 34;
const background = '#12161c';
const foreground = '#d7dce2';
const plain: Style = { colour: null, bold: false, dim: false };
const colours: Readonly<Record<string, string>> = { 31: '#ff7b72', 32: '#7ee787', 33: '#e3b341', 36: '#79c0ff' };

/** `lines` as a terminal got them; `columns` wide; `title` stands in the bar above and is what a screen reader says. */
export function drawTerminal(lines: readonly string[], columns: number, title: string): string {
  const width = Math.ceil(columns * charWidth + 2 * margin);
  const height = barHeight + lines.length * lineHeight + margin;
  const rows = lines.flatMap((line, index) => {
    const runs = readRuns(line).filter(({ text }) => text.trim() !== '');
    if (runs.length === 0) return [];
    const y = barHeight + (index + 1) * lineHeight - 4;
    return [`<text y="${y}">${runs.map(drawRun).join('')}</text>`];
  });
  const dots = ['#ff5f57', '#febc2e', '#28c840'].map(
    (fill, index) => `<circle cx="${20 + index * 18}" cy="17" r="5.5" fill="${fill}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(title)}">`,
    '<style>text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}</style>',
    `<rect width="${width}" height="${height}" rx="8" fill="${background}"/>`,
    ...dots,
    `<text x="${width / 2}" y="21" text-anchor="middle" fill="#8b949e">${escapeXml(title)}</text>`,
    `<g fill="${foreground}" xml:space="preserve">`,
    ...rows,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** Stretches of one style, each with the column it begins at. Codes that are not a style are left out. */
export function readRuns(line: string): readonly Run[] {
  const runs: Run[] = [];
  let style = plain;
  let column = 0;
  for (const part of line.split(/(\u001B\[[0-9;]*m)/)) {
    const codes = /^\u001B\[([0-9;]*)m$/.exec(part)?.[1];
    if (codes !== undefined) style = codes.split(';').reduce(applyCode, style);
    else if (part !== '') {
      runs.push({ text: part, column, ...style });
      column += countColumns(part);
    }
  }
  return runs;
}

function applyCode(style: Style, code: string): Style {
  const colour = colours[code];
  if (colour !== undefined) return { ...style, colour };
  switch (code) {
    case '':
    case '0':
      return plain;
    case '1':
      return { ...style, bold: true };
    case '2':
      return { ...style, dim: true };
    case '22':
      return { ...style, bold: false, dim: false };
    case '39':
      return { ...style, colour: null };
  }
  return style;
}

/** Its width is given, so that columns meet whichever font is there. */
function drawRun({ text, column, colour, bold, dim }: Run): string {
  const lead = text.length - text.trimStart().length;
  const shown = text.trim();
  const attributes = [
    `x="${round(margin + (column + lead) * charWidth)}"`,
    `textLength="${round(countColumns(shown) * charWidth)}"`,
    ...(colour === null ? [] : [`fill="${colour}"`]),
    ...(bold ? ['font-weight="bold"'] : []),
    ...(dim ? ['opacity="0.6"'] : []),
  ];
  return `<tspan ${attributes.join(' ')}>${escapeXml(shown)}</tspan>`;
}

/** Every character that we print is one column wide. */
function countColumns(text: string): number {
  return Array.from(text).length;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
