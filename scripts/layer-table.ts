/** Writes the table of layers into ARCHITECTURE.md. `node scripts/layer-table.ts`, or `--check` to compare only. */
import { fileURLToPath } from 'node:url';
import { keepFresh } from './keep-fresh.ts';
import type { Layer } from './layers.ts';
import { layers } from './layers.ts';

const begin = '<!-- layers -->';
const end = '<!-- /layers -->';

/** The document with the table between its markers replaced. Throws when a marker is missing. Pure. */
export function writeLayerTable(document: string, table: Readonly<Record<string, Layer>>): string {
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from === -1 || to < from) throw new Error(`no ${begin} … ${end} in the document`);
  return `${document.slice(0, from + begin.length)}\n\n${renderTable(table)}\n\n${document.slice(to)}`;
}

function renderTable(table: Readonly<Record<string, Layer>>): string {
  const rows = Object.entries(table).map(([folder, { allow, node, why }]) => {
    const imports = allow.map((name) => `\`${name}\``).join(', ') || 'nothing of ours';
    return `| \`${folder}\` | ${why} | ${imports} | ${node ? 'yes' : 'no'} |`;
  });
  return ['| folder | what it does | may import | effects |', '|---|---|---|---|', ...rows].join('\n');
}

if (import.meta.main) {
  const file = fileURLToPath(new URL('../ARCHITECTURE.md', import.meta.url));
  keepFresh(file, (present) => writeLayerTable(present, layers), 'node scripts/layer-table.ts');
}
