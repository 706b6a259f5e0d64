import type { Secret } from '@registrar/secret';

/** How to reach one EHR, beside the rules for all: every member adds, none replaces. */
export interface WantedTransport {
  /** A bundle of PEM certificates. */
  readonly authorities?: string | undefined;
  readonly clientCertificate?: { readonly certificate: string; readonly privateKey: Secret } | undefined;
  readonly ports?: readonly number[] | undefined;
  /** Private ranges, as CIDRs. */
  readonly ranges?: readonly string[] | undefined;
}

/** A certificate as it is shown. */
export interface ShownCertificate {
  readonly subject: string;
  readonly fingerprint: string;
  readonly expires_at: string;
}

/** As it is kept with the EHR: public parts alone. The private key is sealed in the vault under the EHR's id with this version. */
export interface StoredTransport {
  readonly version: number;
  readonly authorities: readonly (ShownCertificate & { readonly pem: string })[];
  readonly clientCertificate: readonly (ShownCertificate & { readonly pem: string })[] | null;
  readonly ports: readonly number[];
  readonly ranges: readonly string[];
}

export interface ProposedTransport extends StoredTransport {
  readonly approvalId: string;
  /** SHA-256 over all of it: what is approved is this, and nothing else. */
  readonly hash: string;
}

export interface EhrTransport {
  readonly active: StoredTransport | null;
  readonly proposed: ProposedTransport | null;
}

export const CLIENT_CERTIFICATE_KEY = 'client_certificate_key';
