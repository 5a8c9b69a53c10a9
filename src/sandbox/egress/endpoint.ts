/** How endpoints are written, and what of it is refused: a name must have one reading only. */
import { isIPv4, isIPv6 } from 'node:net';

export interface Endpoint {
  /** Lower case, no trailing dot; an IPv6 address in its canonical form, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** One line of the allow-list. */
export interface Rule extends Endpoint {
  /** Whether it was written `*.host`: every name below, not the host itself. */
  readonly below: boolean;
}

const label = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;
/** Anything that some resolver would read as an IPv4 address: decimal, octal, hexadecimal, short forms. */
const numeric = /^(0x[0-9a-f]*|[0-9]+)$/;

/** The one spelling of a host; `null` for everything that is not plainly a DNS name or a canonical address. */
export function normalizeHost(written: string): string | null {
  if (written.startsWith('[') && written.endsWith(']')) {
    const address = written.slice(1, -1);
    // Zone identifiers name interfaces of this machine.
    return isIPv6(address) && !address.includes('%') ? canonicalIpv6(address) : null;
  }
  if (isIPv4(written)) return written;
  const name = written.toLowerCase().replace(/\.$/, '');
  if (name.length === 0 || name.length > 253) return null;
  const labels = name.split('.');
  if (!labels.every((part) => label.test(part))) return null;
  return numeric.test(labels.at(-1) ?? '') ? null : name;
}

function canonicalIpv6(address: string): string {
  return new URL(`http://[${address}]/`).hostname.slice(1, -1);
}

/** `host:port` or `[v6]:port`; `null` when it is not exactly that. Control characters, user names, paths all fail. */
export function parseEndpoint(text: string): Endpoint | null {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]+):([0-9]{1,5})$/.exec(text);
  if (match === null) return null;
  const host = normalizeHost(match[1] ?? '');
  const port = Number(match[2]);
  return host === null || port < 1 || port > 65_535 ? null : { host, port };
}

/** A line of the allow-list: `host:port` or `*.host:port`; `null` when it is neither. */
export function parseRule(text: string): Rule | null {
  const below = text.startsWith('*.');
  const endpoint = parseEndpoint(below ? text.slice(2) : text);
  return endpoint === null ? null : { ...endpoint, below };
}

/** The first rule that allows the endpoint by name; addresses are a question of their own. */
export function findRule(rules: readonly Rule[], { host, port }: Endpoint): Rule | null {
  const found = rules.find(
    (rule) => rule.port === port && (rule.below ? host.endsWith(`.${rule.host}`) : host === rule.host),
  );
  return found ?? null;
}

/** As it is written in a URL and in the log. */
export function formatEndpoint({ host, port }: Endpoint): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
