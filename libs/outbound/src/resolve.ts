import { lookup as systemLookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { OutboundFailure } from './outbound-failure.js';
import type { Target, TargetPolicy } from './target.js';

/** Resolves a name to all its addresses, in the order to try them. */
export type LookupFn = (hostname: string) => Promise<readonly { address: string; family: number }[]>;

const DNS_MS = 3_000;
const MAX_ADDRESSES = 64;

export const defaultLookup: LookupFn = (hostname) => systemLookup(hostname, { all: true, verbatim: true });

/**
 * The addresses to connect to. Every one must pass, or none is called: a mixed answer is how a rebinding server is told apart.
 * @throws OutboundFailure dns_failed, blocked_address, port_refused or invalid_url
 */
export async function resolve(target: Target, policy: TargetPolicy, lookup: LookupFn): Promise<readonly string[]> {
  const addresses = isIP(target.hostname) === 0 ? await ask(target.hostname, lookup) : [target.hostname];
  for (const address of addresses) {
    const refusal = policy.refuseAddress(address, target);
    if (refusal !== undefined) throw new OutboundFailure(refusal, 'before_send');
  }
  return addresses;
}

async function ask(hostname: string, lookup: LookupFn): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new OutboundFailure('dns_failed', 'before_send', { reason: 'ETIMEOUT' }));
    }, DNS_MS);
  });
  try {
    const found = await Promise.race([lookup(hostname), late]);
    if (found.length === 0 || found.length > MAX_ADDRESSES) throw new OutboundFailure('dns_failed', 'before_send');
    return found.map(({ address }) => address);
  } catch (error) {
    if (error instanceof OutboundFailure) throw error;
    throw new OutboundFailure('dns_failed', 'before_send', { reason: reasonOf(error) });
  } finally {
    clearTimeout(timer);
  }
}

/** The error's code where it is one; a message could hold an address. */
export function reasonOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code) ? code : undefined;
}
