import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import { BLOCKED_IPV4, BLOCKED_IPV6, METADATA_ADDRESSES, METADATA_NAMES, NAT64, PUBLIC_IPV6 } from './blocked-ranges.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = [Address, number];

const LOOPBACK = ranges(['127.0.0.0/8', '::1/128']);
const METADATA = ranges(METADATA_ADDRESSES);
const PRIVATE = ranges([...BLOCKED_IPV4, ...BLOCKED_IPV6]);
const GLOBAL_IPV6 = ipaddr.parseCIDR(PUBLIC_IPV6);
const NAT64_RANGE = ipaddr.parseCIDR(NAT64);

/** Which addresses may be called: the public internet, and what OUTBOUND_ALLOW opens. */
export class AddressPolicy {
  readonly #opened: readonly Range[];
  readonly #names: ReadonlySet<string>;
  readonly #own: ReadonlySet<string>;

  /** @throws TypeError where an entry is neither a CIDR, an address nor a host name: a typo must not open or close silently. */
  constructor(allow: readonly string[]) {
    const entries = allow.map((entry) => entry.replace(/^\[(.*)\]$/, '$1').toLowerCase());
    this.#opened = ranges(entries.filter(isAddressEntry).map((entry) => (entry.includes('/') ? entry : `${entry}/${bits(entry)}`)));
    this.#names = new Set(entries.filter((entry) => !isAddressEntry(entry)).map(hostName));
    this.#own = new Set(
      Object.values(networkInterfaces())
        .flat()
        .flatMap((card) => (card === undefined ? [] : [card.address])),
    );
  }

  /** True where the operator opened this host by its name. */
  names(host: string): boolean {
    return this.#names.has(host);
  }

  isMetadataName(host: string): boolean {
    return METADATA_NAMES.includes(host);
  }

  /** True where a CIDR of the allow list holds the address. */
  opens(address: string): boolean {
    const parsed = unwrap(address);
    return !within(parsed, METADATA) && within(parsed, this.#opened);
  }

  isLoopback(address: string): boolean {
    return within(unwrap(address), LOOPBACK);
  }

  /** True where `host`, which resolved to `address`, may be called there. */
  admits(address: string, host: string): boolean {
    if (isIP(address) === 0) return false;
    const parsed = unwrap(address);
    if (within(parsed, METADATA)) return false;
    return this.names(host) || within(parsed, this.#opened) || (isPublic(parsed) && !this.#own.has(parsed.toString()));
  }
}

/** An IPv4 address that travels inside an IPv6 one is judged as what it is. */
function unwrap(address: string): Address {
  const parsed = ipaddr.parse(address.replace(/%.*$/, ''));
  if (parsed.kind() === 'ipv4') return parsed;
  const v6 = parsed as ipaddr.IPv6;
  if (v6.isIPv4MappedAddress()) return v6.toIPv4Address();
  return v6.match(NAT64_RANGE) ? new ipaddr.IPv4(v6.toByteArray().slice(12)) : v6;
}

function isPublic(address: Address): boolean {
  if (within(address, PRIVATE)) return false;
  return address.kind() === 'ipv4' || address.match(GLOBAL_IPV6);
}

function within(address: Address, list: readonly Range[]): boolean {
  return list.some((range) => range[0].kind() === address.kind() && address.match(range));
}

function ranges(list: readonly string[]): Range[] {
  return list.map((cidr) => ipaddr.parseCIDR(cidr));
}

function isAddressEntry(entry: string): boolean {
  return entry.includes('/') || isIP(entry) !== 0;
}

function bits(address: string): number {
  return isIP(address) === 4 ? 32 : 128;
}

function hostName(entry: string): string {
  const name = entry.replace(/\.$/, '');
  if (!/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(name)) throw new TypeError(`Not a CIDR, an address or a host name: ${JSON.stringify(entry)}`);
  return name;
}
