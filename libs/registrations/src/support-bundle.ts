import type { Environment } from '@registrar/database';
import type { ClientMetadata } from '@registrar/dcr';
import type { AttemptKind, AttemptStatus } from './operation-status.js';
import type { RegistrationStatus } from './lifecycle.js';

/** One exchange as the vendor's support needs it: when, from where, what, and what was answered. */
export interface SupportExchange {
  readonly id: string;
  readonly kind: AttemptKind;
  readonly status: AttemptStatus;
  readonly marker: string;
  readonly markerMember: string | null;
  /** Where it was sent; of a query only the names are shown, and `client_id`. */
  readonly url: string;
  /** UTC, by Registrar's clock; the vendor's own is `correlation.date`. */
  readonly startedAt: Date;
  readonly deadlineAt: Date;
  readonly finishedAt: Date | null;
  readonly localAddress: string | null;
  readonly upstreamStatus: number | null;
  readonly correlation: Readonly<Record<string, string>> | null;
  /** What the answer meant, and the server's own words, redacted and cut. */
  readonly outcome: Readonly<Record<string, unknown>> | null;
  readonly clientId: string | null;
  readonly metadata: ClientMetadata;
  readonly metadataDigest: string;
}

/** What is known of a registration that a vendor's support may see: no secret, no token, no note of a person. */
export interface SupportBundle {
  readonly registrationId: string;
  readonly generatedAt: Date;
  readonly environment: Environment;
  readonly status: RegistrationStatus;
  readonly vendor: string;
  readonly issuer: string | null;
  readonly fhirBaseUrl: string | null;
  readonly endpoints: { readonly registration?: string; readonly token?: string };
  readonly clientId: string | null;
  readonly authMethod: string | null;
  readonly manageable: 'yes' | 'no' | 'control_lost' | null;
  readonly requestedMetadata: ClientMetadata | null;
  readonly grantedMetadata: ClientMetadata | null;
  readonly problem: { readonly code: string; readonly title: string } | null;
  /** Every address that the exchanges left from. */
  readonly egressAddresses: readonly string[];
  /** The newest first. */
  readonly exchanges: readonly SupportExchange[];
}

const SHOWN = new Set(['client_id']);

/** An address without what a server may have put into its query: names stay, values go, but that of `client_id`. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return '';
  const parsed = new URL(url);
  const query = [...parsed.searchParams].map(
    ([name, value]) => `${encodeURIComponent(name)}=${SHOWN.has(name) ? encodeURIComponent(value) : 'redacted'}`,
  );
  return `${parsed.origin}${parsed.pathname}${query.length === 0 ? '' : `?${query.join('&')}`}`;
}
