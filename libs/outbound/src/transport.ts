import type { Secret } from '@registrar/secret';

/** What one server needs beside the rules for all: added to them, never in their place. */
export interface Transport {
  /** Further certificate authorities (PEM), for this server alone. */
  readonly authorities: readonly string[];
  /** What to prove ourselves with where the server asks for it (mutual TLS). */
  readonly clientCertificate?: { readonly certificate: string; readonly privateKey: Secret };
  /** Ports beside 443. Those of mail, shells and databases stay shut. */
  readonly ports: readonly number[];
  /** Private ranges (CIDR) that the server's name may resolve into. Cloud metadata services stay shut. */
  readonly ranges: readonly string[];
}
