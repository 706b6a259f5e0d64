import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Secret } from '@registrar/secret';

/** Why uploaded certificates are not taken. Stable: shown. */
export type CertificateRefusal =
  'empty' | 'too_many' | 'private_key_inside' | 'unreadable' | 'not_an_authority' | 'expired' | 'key_unreadable' | 'key_does_not_match';

export interface ReadCertificate {
  readonly pem: string;
  readonly subject: string;
  /** SHA-256 over the DER bytes, in hexadecimal. */
  readonly fingerprint: string;
  readonly expiresAt: Date;
}

const MAX_AUTHORITIES = 20;
const MAX_CHAIN = 5;
const BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/**
 * Reads a bundle of certificate authorities: PEM certificates that may sign others, twenty at most, and nothing else. A private
 * key inside is refused, so that it is never stored (A34).
 */
export function readAuthorities(text: string, now: Date): readonly ReadCertificate[] | CertificateRefusal {
  const read = readCertificates(text, MAX_AUTHORITIES);
  if (typeof read === 'string') return read;
  if (read.some(({ certificate }) => !certificate.ca)) return 'not_an_authority';
  if (read.some(({ expiresAt }) => expiresAt <= now)) return 'expired';
  return read.map(shown);
}

/** Reads what a client proves itself with: its certificate, with those above it, and the key that belongs to the first. */
export function readClientCertificate(text: string, key: Secret, now: Date): readonly ReadCertificate[] | CertificateRefusal {
  const read = readCertificates(text, MAX_CHAIN);
  if (typeof read === 'string') return read;
  const [own] = read;
  if (!own || own.expiresAt <= now) return 'expired';
  try {
    if (!own.certificate.checkPrivateKey(createPrivateKey(key.expose()))) return 'key_does_not_match';
  } catch {
    return 'key_unreadable';
  }
  return read.map(shown);
}

type Read = ReadCertificate & { readonly certificate: X509Certificate };

function readCertificates(text: string, most: number): readonly Read[] | CertificateRefusal {
  if (/PRIVATE KEY/.test(text)) return 'private_key_inside';
  const blocks = text.match(BLOCK) ?? [];
  if (text.replace(BLOCK, '').trim() !== '') return 'unreadable';
  if (blocks.length === 0) return 'empty';
  if (blocks.length > most) return 'too_many';
  try {
    return blocks.map((pem) => {
      const certificate = new X509Certificate(pem);
      const fingerprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
      return { certificate, pem, subject: certificate.subject, fingerprint, expiresAt: new Date(certificate.validTo) };
    });
  } catch {
    return 'unreadable';
  }
}

function shown({ pem, subject, fingerprint, expiresAt }: Read): ReadCertificate {
  return { pem, subject, fingerprint, expiresAt };
}
