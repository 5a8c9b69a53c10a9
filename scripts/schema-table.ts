/** JSON Schemas as Markdown tables: one row a key, one table for each object inside. Pure. */
import { z } from 'zod';

/** The parts of a JSON Schema that our own schemas use. */
interface Node {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
  readonly pattern?: string;
  readonly items?: Node;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Node | boolean;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
}

interface Table {
  readonly path: string;
  readonly about: string;
  readonly node: Node;
}

/** The schema of what a person writes, defaults not yet filled in. */
export function toNode(schema: z.ZodType): Node {
  return z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }) as Node;
}

/** A table for the object and for every object below it; `name` stands for the keys of a map, for example `agents.NAME`. */
export function writeTables(root: Node, title: string, level = 2): string {
  const heading = '#'.repeat(level);
  return collectTables(root, '', '')
    .map(({ path, about, node }) =>
      [
        `${heading} ${path === '' ? title : `\`${path}\``}`,
        '',
        ...(about === '' ? [] : [about, '']),
        writeTable(node),
      ].join('\n'),
    )
    .join('\n\n');
}

/** Rows of one object: key, type, whether it must be there or what stands in for it, meaning. */
export function writeTable({ properties = {}, required = [] }: Node, objects: 'below' | 'listed' = 'below'): string {
  const rows = Object.entries(properties).map(([key, node]) => {
    const fallback = required.includes(key)
      ? '**required**'
      : node.default === undefined
        ? ''
        : describeDefault(node.default);
    return `| \`${key}\` | ${typeOf(node, objects)} | ${fallback} | ${cell(node.description ?? '')} |`;
  });
  return ['| key | type | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

/** What a value may be, in words, safe inside a table. `objects`: whether a table of their keys follows, or they are listed. */
export function typeOf(node: Node, objects: 'below' | 'listed' = 'below'): string {
  if (node.const !== undefined) return code(node.const);
  if (node.enum !== undefined) return node.enum.map(code).join(' or ');
  const choices = node.anyOf ?? node.oneOf;
  if (choices !== undefined)
    return [...new Set(choices.map((each) => tagOf(each) ?? typeOf(each, 'listed')))].join(' or ');
  if (node.items !== undefined) return `list of ${typeOf(node.items, objects)}`;
  const inside = insideOf(node);
  if (inside !== null) return `map of ${typeOf(inside, objects)}`;
  if (node.properties !== undefined)
    return objects === 'below' ? 'keys below' : `keys ${Object.keys(node.properties).map(code).join(', ')}`;
  return [node.type ?? 'anything']
    .flat()
    .map((type) => words[type] ?? type)
    .join(' or ');
}

const words: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'number',
  integer: 'whole number',
  boolean: '`true` or `false`',
  object: 'keys and values',
  null: '`null`',
  anything: 'any value',
};

/** A member of a tagged union goes by its tag. */
function tagOf({ properties }: Node): string | null {
  const tag = properties?.['type']?.const;
  return tag === undefined ? null : code(tag);
}

function collectTables(node: Node, path: string, about: string): readonly Table[] {
  const below = Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const at = path === '' ? key : `${path}.${key}`;
    const inside = insideOf(child);
    if (inside?.properties !== undefined) return collectTables(inside, `${at}.NAME`, child.description ?? '');
    if (child.items?.properties !== undefined) return collectTables(child.items, `${at}[]`, child.description ?? '');
    return child.properties === undefined ? [] : collectTables(child, at, child.description ?? '');
  });
  return node.properties === undefined ? below : [{ path, about, node }, ...below];
}

function insideOf({ additionalProperties }: Node): Node | null {
  return typeof additionalProperties === 'object' ? additionalProperties : null;
}

function describeDefault(value: unknown): string {
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  if (!isEmpty) return code(value);
  return Array.isArray(value) ? 'none' : '';
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
