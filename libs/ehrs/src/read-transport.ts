import { isIP } from 'node:net';
import { isRefusedPort } from '@registrar/outbound';
import type { FieldProblem } from '@registrar/problem';
import { readAuthorities, readClientCertificate, type CertificateRefusal, type ReadCertificate } from '@registrar/vault';
import type { ShownCertificate, StoredTransport, WantedTransport } from './ehr-transport.js';

const MAX_PORTS = 8;
const MAX_RANGES = 8;
/** What may be opened: addresses that hospitals use inside (RFC 1918, RFC 6598, RFC 4193). Loopback and link-local never. */
const PRIVATE =
  /^(10\.\d{1,3}|172\.(1[6-9]|2\d|3[01])|192\.168|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.\d{1,3}(\.\d{1,3})?\/(1[6-9]|2\d|3[0-2])$/;
const UNIQUE_LOCAL = /^f[cd][0-9a-f]{2}:[0-9a-f:]*\/(4[89]|[5-9]\d|1[01]\d|12[0-8])$/i;

const WORDS: Readonly<Record<CertificateRefusal, string>> = {
  empty: 'Holds no certificate.',
  too_many: 'Holds more certificates than are taken: 20 authorities, or a chain of 5.',
  private_key_inside: 'Holds a private key. It was not stored; consider it exposed.',
  unreadable: 'Holds something else than PEM certificates.',
  not_an_authority: 'Holds a certificate that may not sign others.',
  expired: 'Holds a certificate that has expired.',
  key_unreadable: 'The private key cannot be read: PEM, not encrypted.',
  key_does_not_match: 'The private key is another certificate’s.',
};

/** Reads what is asked for. @returns what is stored, without its version; or what is wrong, with pointers */
export function readTransport(wanted: WantedTransport, now: Date): Omit<StoredTransport, 'version'> | readonly FieldProblem[] {
  const errors: FieldProblem[] = [];
  const fail = (pointer: string, code: string, detail: string) => void errors.push({ pointer, code, detail });
  const taken = (pointer: string, read: readonly ReadCertificate[] | CertificateRefusal) => {
    if (typeof read !== 'string') return read.map(kept);
    fail(pointer, read, WORDS[read]);
    return [];
  };
  const authorities = wanted.authorities === undefined ? [] : taken('/ca_bundle', readAuthorities(wanted.authorities, now));
  const { clientCertificate: client, ports = [], ranges = [] } = wanted;
  const clientCertificate = client ? taken('/client_certificate', readClientCertificate(client.certificate, client.privateKey, now)) : null;
  if (ports.length > MAX_PORTS) fail('/ports', 'too_many', `At most ${MAX_PORTS}.`);
  ports.forEach((port, index) => {
    if (isRefusedPort(port)) fail(`/ports/${index}`, 'port_refused', 'This is a port of another service; nobody may open it.');
  });
  if (ranges.length > MAX_RANGES) fail('/private_ranges', 'too_many', `At most ${MAX_RANGES}.`);
  ranges.forEach((range, index) => {
    if (!isPrivateRange(range))
      fail(`/private_ranges/${index}`, 'range_refused', 'This is not a private range of at most 65,536 addresses, e.g. 10.20.0.0/16.');
  });
  return errors.length > 0 ? errors : { authorities, clientCertificate, ports, ranges };
}

function isPrivateRange(range: string): boolean {
  return isIP(range.split('/')[0] ?? '') !== 0 && (PRIVATE.test(range) || UNIQUE_LOCAL.test(range));
}

function kept({ pem, subject, fingerprint, expiresAt }: ReadCertificate): ShownCertificate & { readonly pem: string } {
  return { pem, subject, fingerprint, expires_at: expiresAt.toISOString() };
}

/** What it would open, a line each, for whoever decides. */
export function transportSummary({ authorities, clientCertificate, ports, ranges }: Omit<StoredTransport, 'version'>): string[] {
  const lines = [
    ...authorities.map(
      ({ subject, fingerprint }) => `Trusts what is signed by ${oneLine(subject)} (SHA-256 ${fingerprint}), at this EHR alone.`,
    ),
    ...(clientCertificate ?? [])
      .slice(0, 1)
      .map(({ subject }) => `Proves itself as ${oneLine(subject)} where the EHR asks for a certificate.`),
    ...ports.map((port) => `Calls port ${port} of this EHR.`),
    ...ranges.map((range) => `Calls addresses in ${range} for this EHR.`),
  ];
  return lines.length > 0 ? lines : ['Takes away what was approved before: only the rules for all hold.'];
}

const oneLine = (subject: string): string => subject.replaceAll('\n', ', ');
