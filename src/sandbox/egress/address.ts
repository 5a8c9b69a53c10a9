/** What kind of place an IP address is. */
import { BlockList, isIPv4 } from 'node:net';

/** forbidden: never reached, even when listed (metadata services, link-local, multicast, reserved). */
export type AddressKind = 'public' | 'loopback' | 'private' | 'forbidden';

function listOf(...ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits = ''] = range.split('/');
    list.addSubnet(address, Number(bits), isIPv4(address) ? 'ipv4' : 'ipv6');
  }
  return list;
}

/** Special-purpose ranges of IANA, among them translation prefixes that lead who knows where, and the addresses at which clouds hand out credentials. */
const forbidden = listOf(
  '0.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '::/128',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
);
const loopback = listOf('127.0.0.0/8', '::1/128');
const privately = listOf('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7');
/** IPv6 that carries an IPv4 address in its last 32 bits: mapped, compatible, translated. */
const carriers = listOf('::ffff:0:0/96', '::ffff:0:0:0/96', '64:ff9b::/96', '::/96');
const plainIpv6 = listOf('::/127');

/** The kind of a canonical address. An IPv4 address inside an IPv6 one is judged as itself. */
export function classifyAddress(address: string): AddressKind {
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  // First, because BlockList itself reads a mapped address as the IPv4 one. `::` and `::1` only look like carriers.
  if (family === 'ipv6' && carriers.check(address, 'ipv6') && !plainIpv6.check(address, 'ipv6')) {
    const kind = classifyAddress(carriedIpv4(address));
    // Nobody needs these forms for a private address; they are only ever used to hide one.
    return kind === 'public' ? 'public' : 'forbidden';
  }
  if (loopback.check(address, family)) return 'loopback';
  if (forbidden.check(address, family)) return 'forbidden';
  return privately.check(address, family) ? 'private' : 'public';
}

/** The last 32 bits. */
function carriedIpv4(address: string): string {
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const words = canonical
    .split(':')
    .slice(-2)
    .map((word) => Number.parseInt(word === '' ? '0' : word, 16));
  const [high = 0, low = 0] = words;
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
