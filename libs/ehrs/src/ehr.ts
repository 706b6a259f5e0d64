import type { Environment } from '@registrar/database';
import type { Discovery, Quirks } from '@registrar/dcr';
import type { AuthorizationServer } from './authorization-server.js';

export const REGISTRATION_MODES = ['auto', 'dynamic', 'portal', 'udap', 'cimd'] as const;
/** How clients come to be there: `auto` decides by what discovery found. */
export type RegistrationMode = (typeof REGISTRATION_MODES)[number];

export const CLIENT_SCOPES = ['registration', 'application'] as const;
/** Whether each hospital gets a client of its own, or the vendor gives one client for all of them. */
export type ClientScope = (typeof CLIENT_SCOPES)[number];

export const EHR_STATUSES = ['ready', 'unreachable', 'quarantined', 'manual_only'] as const;
export type EhrStatus = (typeof EHR_STATUSES)[number];

/** What the EHR's operators bear. Where several EHRs share a server, the lowest figure holds for it. */
export interface EhrLimits {
  readonly maxInFlight?: number;
  readonly perSecond?: number;
}

/** The last discovery as it was found; what is in force stands at the authorization server. */
export type StoredDiscovery = Discovery;

/** One FHIR endpoint in one environment of a vendor, with what guards it. */
export interface Ehr {
  readonly id: string;
  readonly name: string;
  readonly environment: Environment;
  readonly vendor: string;
  readonly fhirBaseUrl?: string;
  readonly issuer?: string;
  /** Its only hospital; absent: shared. */
  readonly tenantId?: string;
  readonly registrationMode: RegistrationMode;
  readonly clientScope: ClientScope;
  readonly limits: EhrLimits;
  readonly status: EhrStatus;
  readonly discovery?: StoredDiscovery;
  readonly discoveredAt?: Date;
  /** Absent until a discovery has found something, or a portal EHR was made. */
  readonly server?: AuthorizationServer;
  /** Names of endpoints that were found at another origin than the pinned one; a person confirms them. */
  readonly movedEndpoints: readonly string[];
  /** Where registration secrets would go but may not yet, because the endpoint lies at an origin that nobody entered. */
  readonly unapprovedOrigin?: string;
  readonly suspendedAt?: Date;
  /** Grows with each change; the ETag. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface NewEhr {
  readonly name: string;
  readonly environment: Environment;
  readonly vendor?: string | undefined;
  readonly fhirBaseUrl?: string | undefined;
  readonly issuer?: string | undefined;
  readonly tenantId?: string | undefined;
  readonly registrationMode?: RegistrationMode | undefined;
  readonly clientScope?: ClientScope | undefined;
  readonly limits?: EhrLimits | undefined;
  readonly quirks?: Partial<Quirks> | undefined;
}

/** What changes. Absent stays. Address, environment and hospital stay for ever: make another EHR instead. */
export interface EhrChange {
  readonly name?: string | undefined;
  readonly vendor?: string | undefined;
  readonly registrationMode?: RegistrationMode | undefined;
  readonly clientScope?: ClientScope | undefined;
  readonly limits?: EhrLimits | undefined;
  readonly quirks?: Partial<Quirks> | undefined;
}

export interface EhrFilter {
  readonly environment?: Environment | undefined;
  readonly vendor?: string | undefined;
  readonly status?: EhrStatus | undefined;
  readonly tenantId?: string | undefined;
}
