/**
 * Manifests hold both what is ordinary work (a dependency, a version) and what decides about it (how tests are started,
 * which rules hold). Here the two are told apart.
 */
import { parse as parseToml, TomlError } from 'smol-toml';
import { depthOf } from './depth.ts';

/** A setting of a manifest that differs. */
export interface SettingChange {
  /** `scripts.test`, `tool.pytest`. */
  readonly setting: string;
  readonly before: string;
  readonly after: string;
}

type Table = Readonly<Record<string, unknown>>;

interface ManifestKind {
  readonly read: (text: string) => unknown;
  /** Settings at the top that are work like any other; whatever is not known decides. */
  readonly ordinary: ReadonlySet<string>;
  /** Settings that are looked into one level further down. */
  readonly opened: readonly string[];
  /** Tables of dependencies: only tools that judge, and only their source and version. */
  readonly dependencies: readonly string[];
}

const packageJson: ManifestKind = {
  read: (text) => JSON.parse(text) as unknown,
  ordinary: new Set(
    `name version description keywords author contributors maintainers license repository homepage bugs funding files
     bin main exports module types typings typesVersions browser sideEffects private peerDependenciesMeta publishConfig
     man directories icon contributes activationEvents categories displayName publisher`.split(/\s+/),
  ),
  opened: ['scripts'],
  dependencies: ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies', 'bundledDependencies'],
};

const pyproject: ManifestKind = {
  read: parseToml,
  ordinary: new Set(['project', 'dependency-groups']),
  opened: ['tool'],
  dependencies: [],
};

const cargo: ManifestKind = {
  read: parseToml,
  ordinary: new Set(['package', 'features', 'lib', 'bin', 'badges']),
  opened: [],
  dependencies: ['dependencies', 'dev-dependencies', 'build-dependencies', 'target'],
};

const kinds: Readonly<Record<string, ManifestKind>> = {
  'package.json': packageJson,
  'pyproject.toml': pyproject,
  'Cargo.toml': cargo,
};

/** Programs whose other version, or other source, is another judge. */
const judges =
  /^(?:vitest|@vitest\/.*|jest|jest-.*|@jest\/.*|ts-jest|babel-jest|mocha|chai|ava|tap|jasmine.*|karma.*|@playwright\/.*|playwright.*|cypress|typescript|eslint.*|@eslint\/.*|@typescript-eslint\/.*|typescript-eslint|oxlint.*|@biomejs\/.*|c8|nyc|@stryker-mutator\/.*|tsx|ts-node|@swc\/.*|pytest.*|coverage|mypy|ruff|pyright|tox|nox)$/;

/** Sections of `tool` that say what is packaged and needed. */
const packagers = new Set(['poetry', 'setuptools', 'flit', 'uv']);

const maxDepth = 100;

const foreignSource = /^(?:file:|link:|portal:|npm:|git|https?:|github:|\.{0,2}\/)/;

export function isManifest(path: string): boolean {
  return Object.hasOwn(kinds, nameOf(path));
}

/**
 * The settings of a manifest that decide what checks prove, and that differ. A text that cannot be read differs as a
 * whole. `null`: there was, or is, no such file.
 */
export function compareManifests(path: string, before: string | null, after: string | null): readonly SettingChange[] {
  const kind = kinds[nameOf(path)];
  if (kind === undefined) return [];
  const old = readTable(kind, before ?? '{}', before === null);
  const now = readTable(kind, after ?? '{}', after === null);
  if (old === null || now === null) {
    return before === after ? [] : [{ setting: 'everything', before: 'readable', after: 'not readable' }];
  }
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((key) => {
    if (kind.ordinary.has(key)) return [];
    if (kind.dependencies.includes(key)) return compareDependencies(key, asTable(old[key]), asTable(now[key]));
    if (kind.opened.includes(key)) return compareOpened(key, asTable(old[key]), asTable(now[key]), before === null);
    return differs(key, old[key], now[key]);
  });
}

/** New scripts are work; those that others start by themselves (`pretest`, `postinstall`) are not. */
function compareOpened(key: string, old: Table, now: Table, isNewFile: boolean): readonly SettingChange[] {
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((name) => {
    if (key === 'tool' && packagers.has(name)) return [];
    const startsByItself =
      /^(?:pre|post)/.test(name) || ['install', 'prepare', 'test', 'build'].includes(name) || key !== 'scripts';
    if (!Object.hasOwn(old, name) && (!startsByItself || (isNewFile && key === 'scripts'))) return [];
    return differs(`${key}.${name}`, old[name], now[name]);
  });
}

function compareDependencies(key: string, old: Table, now: Table): readonly SettingChange[] {
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((name) => {
    const source = now[name];
    const isForeign = typeof source === 'string' ? foreignSource.test(source) : hasSource(source);
    return judges.test(name) || isForeign ? differs(`${key}.${name}`, old[name], source) : [];
  });
}

function hasSource(value: unknown): boolean {
  return ['path', 'git', 'registry', 'package'].some((key) => Object.hasOwn(asTable(value), key));
}

function differs(setting: string, before: unknown, after: unknown): readonly SettingChange[] {
  const [old, now] = [show(before), show(after)];
  return old === now ? [] : [{ setting, before: old, after: now }];
}

/** The same for equal values, whatever the order of keys. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const sorted = (_: string, each: unknown): unknown =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : typeof each === 'bigint'
        ? `${each}`
        : each;
  return typeof value === 'string' ? value : JSON.stringify(value, sorted);
}

function readTable(kind: ManifestKind, text: string, isAbsent: boolean): Table | null {
  if (isAbsent) return {};
  // Nobody writes such a manifest by hand, and comparing it would go as deep.
  if (depthOf(text) > maxDepth) return null;
  try {
    const value = kind.read(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TomlError) return null;
    throw error;
  }
}

function asTable(value: unknown): Table {
  return typeof value === 'object' && value !== null ? (value as Table) : {};
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
