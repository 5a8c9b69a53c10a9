/** Decides about one attempt to leave the sandbox. */
import { isIP } from 'node:net';
import { classifyAddress } from './address.ts';
import { findRule, type Endpoint, type Rule } from './endpoint.ts';

/** `addresses` are the only ones to connect to: they were checked, and a second lookup could answer differently. */
export type Judgement =
  | { readonly type: 'allowed'; readonly addresses: readonly string[] }
  | { readonly type: 'refused'; readonly why: Refusal }
  | { readonly type: 'unknown-host' };

/**
 * not-allowed: no rule names it · forbidden-address: metadata, link-local, reserved · inner-address: the name leads to
 * this machine or a private network, and was not listed as that very address.
 */
export type Refusal = 'not-allowed' | 'forbidden-address' | 'inner-address';

/** All addresses of a name; empty when there are none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/**
 * Loopback and private addresses are only reached where that very address, or `localhost`, is in the list: a public
 * name may not lead inside. One bad address among several refuses the name.
 */
export async function judgeEndpoint(endpoint: Endpoint, rules: readonly Rule[], resolve: Resolve): Promise<Judgement> {
  const rule = findRule(rules, endpoint);
  if (rule === null) return { type: 'refused', why: 'not-allowed' };
  const { host } = endpoint;
  if (host === 'localhost') return { type: 'allowed', addresses: ['127.0.0.1', '::1'] };
  const literal = isIP(host) !== 0;
  const addresses = literal ? [host] : await resolve(host);
  if (addresses.length === 0) return { type: 'unknown-host' };
  const kinds = addresses.map(classifyAddress);
  if (kinds.includes('forbidden')) return { type: 'refused', why: 'forbidden-address' };
  if (!literal && kinds.some((kind) => kind !== 'public')) return { type: 'refused', why: 'inner-address' };
  return { type: 'allowed', addresses };
}
