import { isIP } from 'node:net';
import type { AddressPolicy } from './address-policy.js';
import { REFUSED_PORTS } from './blocked-ranges.js';
import type { OutboundCode } from './outbound-failure.js';

/** A URL that passed every check that needs no DNS, taken apart once; nothing after this parses it again. */
export interface Target {
  readonly url: string;
  readonly secure: boolean;
  /** Lower-case, punycode, without brackets and without a trailing dot. */
  readonly hostname: string;
  readonly port: number;
  /** What undici connects to and what a same-origin rule compares. */
  readonly origin: string;
  readonly path: string;
}

const MAX_URL = 4096;

/** The rules of one Outbound: addresses and ports. */
export class TargetPolicy {
  readonly #ports: ReadonlySet<number>;

  constructor(
    readonly addresses: AddressPolicy,
    extraPorts: readonly number[],
  ) {
    this.#ports = new Set([443, ...extraPorts.filter((port) => !REFUSED_PORTS.has(port))]);
  }

  /** The URL taken apart, or why it may not be called. A name that the operator opened is judged when it is resolved. */
  parse(raw: string): Target | OutboundCode {
    // WHATWG parsing forgives tabs, newlines and backslashes; another reader of the same text may not.
    if (raw.length > MAX_URL || /[\s\\#]/.test(raw) || !URL.canParse(raw)) return 'invalid_url';
    const url = new URL(raw);
    const secure = url.protocol === 'https:';
    if (!secure && url.protocol !== 'http:') return 'invalid_url';
    if (url.username !== '' || url.password !== '') return 'invalid_url';
    const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
    if (hostname === '' || hostname.endsWith('.')) return 'invalid_url';
    const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
    const host = isIP(hostname) === 6 ? `[${hostname}]` : hostname;
    const origin = `${url.protocol}//${host}${url.port === '' ? '' : `:${url.port}`}`;
    const target = { url: url.href, secure, hostname, port, origin, path: url.pathname + url.search };
    return this.#refuseName(target) ?? target;
  }

  /** Why `address`, which the target's host resolved to or is connected with, may not be called. */
  refuseAddress(address: string, target: Target): OutboundCode | undefined {
    if (!this.addresses.admits(address, target.hostname)) return 'blocked_address';
    if (this.addresses.isLoopback(address)) return undefined;
    if (!target.secure) return 'invalid_url';
    return this.#ports.has(target.port) ? undefined : 'port_refused';
  }

  /** True where the URL names a loopback address that the allow list opens. `localhost` counts (RFC 6761). */
  isAllowedLoopback(raw: string): boolean {
    const target = this.parse(raw);
    if (typeof target === 'string') return false;
    if (isIP(target.hostname) !== 0) return this.addresses.isLoopback(target.hostname);
    return isLocalhost(target.hostname);
  }

  #refuseName(target: Target): OutboundCode | undefined {
    const { hostname } = target;
    if (this.addresses.isMetadataName(hostname)) return 'blocked_address';
    if (isIP(hostname) !== 0) return this.#refuseLiteral(target);
    if (this.addresses.names(hostname)) return undefined;
    if (isLocalhost(hostname)) return this.addresses.opens('127.0.0.1') || this.addresses.opens('::1') ? undefined : 'blocked_address';
    if (!target.secure) return 'invalid_url';
    return this.#ports.has(target.port) ? undefined : 'port_refused';
  }

  /** Authorization servers have names: a bare address, a public one too, is called only where a CIDR opens it. */
  #refuseLiteral(target: Target): OutboundCode | undefined {
    return this.addresses.opens(target.hostname) ? this.refuseAddress(target.hostname, target) : 'blocked_address';
  }
}

function isLocalhost(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost');
}
