/**
 * Addresses that are no place on the public internet (IANA special-purpose registries, RFC 6890). `OUTBOUND_ALLOW` opens a
 * part of them, never a part of METADATA_ADDRESSES. Of IPv6 only 2000::/3 is public at all: what is not in it needs no row.
 */
export const BLOCKED_IPV4: readonly string[] = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared, carrier-grade NAT
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relay
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarking
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and the broadcast address
];

export const PUBLIC_IPV6 = '2000::/3';

export const BLOCKED_IPV6: readonly string[] = [
  '2001::/23', // protocol assignments: Teredo, ORCHID, benchmarking
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4: carries any IPv4 address
  '3fff::/20', // documentation
];

/** NAT64 (RFC 6052): the last 32 bits are the IPv4 address that is really called, so that one is judged. */
export const NAT64 = '64:ff9b::/96';

/** Where clouds hand out credentials. No setting opens these. */
export const METADATA_ADDRESSES: readonly string[] = [
  '169.254.169.254/32', // AWS, Azure, Google, Oracle, DigitalOcean
  '169.254.169.253/32', // AWS resolver
  '169.254.170.2/32', // AWS containers
  '169.254.170.23/32', // AWS pod identity
  '168.63.129.16/32', // Azure host
  '100.100.100.200/32', // Alibaba
  '192.0.0.192/32', // Oracle, older
  'fd00:ec2::/32', // AWS
  'fd20:ce::254/128', // Google
];

export const METADATA_NAMES: readonly string[] = [
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
  'metadata.azure.internal',
  'metadata.packet.net',
];

/** Ports of mail, shells, directories, databases and caches: no setting opens them off the loopback interface. */
export const REFUSED_PORTS: ReadonlySet<number> = new Set([
  7, 9, 19, 20, 21, 22, 23, 25, 53, 69, 110, 111, 119, 123, 135, 137, 139, 143, 161, 179, 389, 445, 465, 514, 587, 636, 873, 993, 995, 1433,
  1521, 2049, 2375, 2376, 2379, 3306, 3389, 5432, 5672, 5900, 6379, 6443, 9042, 9092, 9200, 9300, 10250, 11211, 27017,
]);

/** Whether nobody may open this port, for whatever server: a port of another service, or one of the first 1,023 besides 443. */
export function isRefusedPort(port: number): boolean {
  return port !== 443 && (port < 1_024 || port > 65_535 || REFUSED_PORTS.has(port));
}
