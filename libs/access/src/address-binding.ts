import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Whether the text is an address or a CIDR, IPv4 or IPv6, in the forms that everybody reads in the same way. */
export function isAddressRange(text: string): boolean {
  const [address = '', bits, more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || address.includes('%') || more !== undefined) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** Whether the caller's address lies in one of the ranges. What is not known lies in none. */
export function isWithin(address: string | undefined, ranges: readonly string[]): boolean {
  if (address === undefined || isIP(address) === 0) return false;
  const caller = ipaddr.process(address.replace(/%.*$/, ''));
  return ranges.some((range) => {
    const [network = '', bits] = range.split('/');
    const parsed = ipaddr.parse(network);
    return (
      parsed.kind() === caller.kind() && caller.match(parsed, bits === undefined ? (parsed.kind() === 'ipv4' ? 32 : 128) : Number(bits))
    );
  });
}
