import { describe, expect, it } from 'vitest';
import { classifyAddress } from '../../src/sandbox/egress/address.ts';
import { findRule, parseEndpoint, parseRule, type Rule } from '../../src/sandbox/egress/endpoint.ts';
import { judgeEndpoint } from '../../src/sandbox/egress/judge.ts';

function rulesOf(...lines: readonly string[]): readonly Rule[] {
  return lines.map((line) => {
    const rule = parseRule(line);
    if (rule === null) throw new Error(`not a rule: ${line}`);
    return rule;
  });
}

/** The verdict on one attempt, with a name server that knows `names`. */
async function judge(
  written: string,
  allow: readonly string[],
  names: Readonly<Record<string, readonly string[]>> = {},
): Promise<string> {
  const endpoint = parseEndpoint(written);
  if (endpoint === null) return 'malformed';
  const judgement = await judgeEndpoint(endpoint, rulesOf(...allow), async (host) => names[host] ?? []);
  return judgement.type === 'refused'
    ? judgement.why
    : judgement.type === 'allowed'
      ? judgement.addresses.join(' ')
      : judgement.type;
}

describe('an endpoint', () => {
  it('has one reading: case and a trailing dot do not matter, and IPv6 is canonical', () => {
    expect(parseEndpoint('API.Example.com.:443')).toEqual({ host: 'api.example.com', port: 443 });
    expect(parseEndpoint('[2001:0DB8::0:1]:443')).toEqual({ host: '2001:db8::1', port: 443 });
    expect(parseEndpoint('10.0.0.1:80')).toEqual({ host: '10.0.0.1', port: 80 });
  });

  it.each([
    'example.com',
    'example.com:0',
    'example.com:65536',
    'example.com:80:80',
    ':80',
    '.:80',
    'a..b:80',
    'example.com..:80',
    'evil.com\0.example.com:80',
    'evil.com\n.example.com:80',
    'user@example.com:80',
    'example.com/x:80',
    'exa mple.com:80',
    'ex%61mple.com:80',
    'exämple.com:80',
    '2130706433:80',
    '0x7f000001:80',
    '0177.0.0.1:80',
    '127.1:80',
    '127.0.0.01:80',
    '0x7f.1:80',
    '1.2.3.4.5:80',
    '127.0.0.1.:80',
    '::1:80',
    '[::1:80',
    '[fe80::1%eth0]:80',
    '[127.0.0.1]:80',
    '-a.com:80',
    `${'a'.repeat(64)}.com:80`,
  ])('is refused as %j', (written) => {
    expect(parseEndpoint(written)).toBeNull();
  });
});

describe('the allow-list', () => {
  it('matches host and port exactly, and a star only what is below', () => {
    const rules = rulesOf('example.com:443', '*.wild.org:443');
    const matches = (written: string) => findRule(rules, parseEndpoint(written) ?? { host: '', port: 0 }) !== null;
    expect(['example.com:443', 'EXAMPLE.com.:443', 'a.wild.org:443', 'a.b.wild.org:443'].map(matches)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(
      [
        'example.com:80',
        'a.example.com:443',
        'badexample.com:443',
        'example.com.evil.net:443',
        'wild.org:443',
        'badwild.org:443',
      ].map(matches),
    ).toEqual([false, false, false, false, false, false]);
  });

  it.each(['*', '*:443', '*.:443', '**.a.com:443', 'a.*.com:443', 'a.com', 'http://a.com:80'])(
    'does not understand %j',
    (line) => {
      expect(parseRule(line)).toBeNull();
    },
  );
});

describe('an address', () => {
  it.each([
    ['93.184.215.14', 'public'],
    ['2606:4700::1111', 'public'],
    ['64:ff9b::5db8:d70e', 'public'],
    ['127.0.0.1', 'loopback'],
    ['127.9.9.9', 'loopback'],
    ['::1', 'loopback'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['fd12::1', 'private'],
    ['172.32.0.1', 'public'],
    ['100.128.0.1', 'public'],
    ['169.254.169.254', 'forbidden'],
    ['0.0.0.0', 'forbidden'],
    ['::', 'forbidden'],
    ['224.0.0.1', 'forbidden'],
    ['255.255.255.255', 'forbidden'],
    ['fe80::1', 'forbidden'],
    ['ff02::1', 'forbidden'],
    ['fd00:ec2::254', 'forbidden'],
    ['100.100.100.200', 'forbidden'],
    ['168.63.129.16', 'forbidden'],
    ['::ffff:127.0.0.1', 'forbidden'],
    ['::ffff:a9fe:a9fe', 'forbidden'],
    ['64:ff9b::7f00:1', 'forbidden'],
    ['::127.0.0.1', 'forbidden'],
    ['2002:7f00:1::', 'forbidden'],
  ])('%s is %s', (address, kind) => {
    expect(classifyAddress(address)).toBe(kind);
  });
});

describe('the judgement', () => {
  it('connects to the addresses that it checked', async () => {
    expect(
      await judge('api.example.com:443', ['api.example.com:443'], {
        'api.example.com': ['93.184.215.14', '2606:4700::1'],
      }),
    ).toBe('93.184.215.14 2606:4700::1');
  });

  it('refuses a listed name that leads inside, even if only one of its addresses does', async () => {
    const names = {
      'a.com': ['127.0.0.1'],
      'b.com': ['93.184.215.14', '10.0.0.1'],
      'c.com': ['169.254.169.254'],
      'd.com': ['::ffff:127.0.0.1'],
    };
    const allow = ['a.com:80', 'b.com:80', 'c.com:80', 'd.com:80'];
    expect(await Promise.all(allow.map((endpoint) => judge(endpoint, allow, names)))).toEqual([
      'inner-address',
      'inner-address',
      'forbidden-address',
      'forbidden-address',
    ]);
  });

  it('reaches loopback and private addresses only where they are listed as such', async () => {
    expect(await judge('127.0.0.1:8080', ['127.0.0.1:8080'])).toBe('127.0.0.1');
    expect(await judge('localhost:8080', ['localhost:8080'])).toBe('127.0.0.1 ::1');
    expect(await judge('10.0.0.5:443', ['10.0.0.5:443'])).toBe('10.0.0.5');
    expect(await judge('127.0.0.1:8081', ['127.0.0.1:8080'])).toBe('not-allowed');
    expect(await judge('127.0.0.1:8080', ['localhost:8080'])).toBe('not-allowed');
  });

  it('never reaches a metadata service, even when it is listed', async () => {
    expect(await judge('169.254.169.254:80', ['169.254.169.254:80'])).toBe('forbidden-address');
  });

  it('keeps a name that is unknown apart from one that is refused', async () => {
    expect(await judge('gone.com:80', ['gone.com:80'])).toBe('unknown-host');
    expect(await judge('gone.com:80', [])).toBe('not-allowed');
  });
});
