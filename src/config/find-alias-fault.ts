/** Aliases let a small file unfold to a huge or endless value; this is looked at before anything is unfolded. */
import { type Document, isAlias, isCollection, isNode, isPair, type Node } from 'yaml';

/** How many values a file may hold once its aliases are followed. */
const maxValues = 20_000;
/** Configuration repeats itself little; finding what an alias stands for is slow in files that are made of them. */
const maxAliases = 100;

/** What is wrong at `offset` of the text. */
export interface AliasFault {
  readonly offset: number;
  readonly message: string;
}

interface Walk {
  readonly anchors: Map<string, Node>;
  /** Values that a finished node unfolds to; a node without an entry is still open. */
  readonly sizes: Map<Node, number>;
  aliases: number;
  fault: AliasFault | null;
}

/** Why the aliases of a document cannot be followed, `null` when they can. Linear in the size of the text. */
export function findAliasFault(document: Document): AliasFault | null {
  const walk: Walk = { anchors: new Map(), sizes: new Map(), aliases: 0, fault: null };
  const size = measure(document.contents, walk);
  if (walk.fault === null && size > maxValues)
    return { offset: 0, message: `its aliases grow to more than ${maxValues} values` };
  return walk.fault;
}

/** Values below `node`, in the order of the text, so that an alias sees only the anchors above it. */
function measure(node: unknown, walk: Walk): number {
  if (walk.fault !== null) return 0;
  if (isPair(node)) return measure(node.key, walk) + measure(node.value, walk);
  if (!isNode(node)) return 0;
  if (isAlias(node)) return measureAlias(node.source, node.range?.[0] ?? 0, walk);
  if ('anchor' in node && typeof node.anchor === 'string') walk.anchors.set(node.anchor, node);
  let size = 1;
  if (isCollection(node)) for (const item of node.items) size += measure(item, walk);
  walk.sizes.set(node, size);
  return size;
}

function measureAlias(name: string, offset: number, walk: Walk): number {
  walk.aliases += 1;
  const target = walk.anchors.get(name);
  const size = target === undefined ? undefined : walk.sizes.get(target);
  if (size !== undefined && walk.aliases <= maxAliases) return size;
  if (target === undefined)
    walk.fault = { offset, message: `"*${name}" names no anchor above it: quote the text if none was meant` };
  else if (size === undefined)
    walk.fault = { offset, message: `the alias "*${name}" stands inside what it stands for` };
  else walk.fault = { offset, message: `more than ${maxAliases} aliases` };
  return 0;
}
