import type { Capabilities } from './capabilities.js';

export type DocumentKind = 'smart-configuration' | 'oauth-authorization-server' | 'openid-configuration' | 'udap';

/** One document that discovery asked for. `problem` is a stable code, e.g. `html`, `absent`, `issuer_mismatch`, `blocked_address`. */
export interface DiscoveredDocument {
  readonly kind: DocumentKind;
  readonly url: string;
  readonly status?: number;
  readonly found: boolean;
  readonly problem?: string;
}

/** One thing that is missing or contradictory, what it means for registering, and who mends it. */
export interface DiscoveryProblem {
  readonly id: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly says: string;
  readonly consequence: string;
  readonly mends: string;
}

/** The endpoints of an authorization server. */
export interface Endpoints {
  readonly token?: string;
  readonly registration?: string;
  readonly authorization?: string;
  readonly jwks?: string;
  readonly revocation?: string;
  readonly introspection?: string;
  readonly userinfo?: string;
  readonly pushedAuthorizationRequest?: string;
  readonly management?: string;
}

/** What a FHIR base URL or an issuer led to. */
export interface Discovery {
  readonly issuer?: string;
  readonly issuerConfirmed: boolean;
  readonly documents: readonly DiscoveredDocument[];
  readonly endpoints: Endpoints;
  readonly capabilities: Capabilities;
  readonly problems: readonly DiscoveryProblem[];
  readonly status: 'ready' | 'unreachable' | 'quarantined' | 'manual_only';
  readonly origins: readonly string[];
}
