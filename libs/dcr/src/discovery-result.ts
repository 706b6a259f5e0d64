import type { OutboundCode } from '@registrar/outbound';
import type { Capabilities } from './capabilities.js';
import type { Mender } from './linter-finding.js';
import type { JsonRefusal } from './strict-json.js';

/** Where to look: at least one of the two, as a person entered it. */
export interface DiscoveryInput {
  readonly fhirBaseUrl?: string;
  readonly issuer?: string;
  /** Plain http is taken for loopback addresses that the outbound guard opens; false outside of a sandbox. */
  readonly allowLoopbackHttp: boolean;
  /** Workspace and tenant: connections are never shared between partitions. */
  readonly partition?: string;
}

export type DocumentKind = 'smart-configuration' | 'oauth-authorization-server' | 'openid-configuration' | 'udap';

/** Why a document that was asked for is not used. An OutboundCode where there was no answer. */
export type DocumentProblem =
  OutboundCode | JsonRefusal | 'absent' | 'refused' | 'server_error' | 'html' | 'not_object' | 'issuer_mismatch' | 'not_udap';

/** One document that discovery asked for; `problem` is there exactly where it is not `found`. */
export interface DiscoveredDocument {
  readonly kind: DocumentKind;
  readonly url: string;
  readonly status?: number;
  readonly found: boolean;
  readonly problem?: DocumentProblem;
}

/** One thing that is missing or contradictory, what it means for registering, and who mends it. */
export interface DiscoveryProblem {
  /** Stable: `discovery.what_is_wrong`. */
  readonly id: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly says: string;
  /** What it means for registering. */
  readonly consequence: string;
  readonly mends: Mender;
}

/** The endpoints of an authorization server: absolute, byte for byte as published where they were absolute there. */
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
  /** As entered, or else as the SMART configuration names it. */
  readonly issuer?: string;
  /** The issuer's own metadata was found, carries the identical issuer, and contradicts no endpoint. */
  readonly issuerConfirmed: boolean;
  readonly documents: readonly DiscoveredDocument[];
  readonly endpoints: Endpoints;
  readonly capabilities: Capabilities;
  readonly problems: readonly DiscoveryProblem[];
  /**
   * `ready`: registration and token endpoint are known. `manual_only`: no registration endpoint, so a portal. `unreachable`: nothing
   * could be read. `quarantined`: what answered contradicts itself about who it is or where secrets go; a person has to look first.
   */
  readonly status: 'ready' | 'unreachable' | 'quarantined' | 'manual_only';
  /** The distinct origins of the endpoints. */
  readonly origins: readonly string[];
}
