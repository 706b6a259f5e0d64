import type { Capabilities, ClientMetadata, Endpoints, JsonObject, Quirks, SigningAlg } from '@registrar/dcr';
import type { Environment, UnitOfWork } from '@registrar/database';
import type { PublicJwk } from '@registrar/keys';
import type { Secret } from '@registrar/secret';
import type { ProblemDocument } from '@registrar/problem';
import type { RegistrationAction, RegistrationStatus } from './lifecycle.js';
import type { AttemptKind, AttemptStatus, OperationKind, OperationStatus } from './operation-status.js';
import type { Step } from './step.js';

export type StrategyName = 'dynamic' | 'portal' | 'udap' | 'cimd';

/** A value as the vault sealed it. */
export interface SealedValue {
  readonly keyId: string;
  readonly bytes: Uint8Array;
}

export interface WorkCredential {
  readonly id: string;
  readonly kind: 'private_key' | 'client_secret' | 'certificate' | 'none';
  readonly version: number;
  readonly stage: 'pending' | 'current' | 'previous' | 'retired';
  /** Whose it is; absent before there is a client. */
  readonly clientId?: string;
  readonly keySetId?: string;
  readonly alg?: SigningAlg;
  readonly kid?: string;
  readonly publicJwk?: PublicJwk;
  readonly expiresAt?: Date;
  readonly sealed?: SealedValue;
}

/** Who a client is and how it authenticates. */
export interface ClientIdentity {
  readonly id: string;
  /** `application`: one client for all hospitals of the EHR, whose credential is sealed under the workspace's key. */
  readonly scope: 'registration' | 'application';
  readonly clientId: string;
  readonly authMethod: string;
  readonly signingAlg?: string;
  readonly requestedMetadata: ClientMetadata;
  readonly grantedMetadata: ClientMetadata;
  readonly keySetId?: string;
}

export interface WorkClient extends ClientIdentity {
  /** `orphaned`: left at the EHR, a person has to remove it. */
  readonly status: 'live' | 'orphaned' | 'deleted';
  readonly management: WorkManagement;
}

/** How a client can be managed (RFC 7592), as far as the server said so. */
export interface WorkManagement {
  readonly registrationClientUri?: string;
  /** Whether that URI is at the very origin of the registration endpoint: else nothing is ever sent there. */
  readonly registrationClientUriUsable: boolean;
  /** The registration access token that holds, sealed under the client's id with this version. */
  readonly token?: { readonly version: number; readonly expiresAt?: Date; readonly sealed: SealedValue };
}

export interface WorkAttempt {
  readonly id: string;
  readonly kind: AttemptKind;
  readonly status: AttemptStatus;
  readonly fence: number;
  readonly url: string;
  readonly metadata: ClientMetadata;
  /** By which the client can be found, and the member that carries it. */
  readonly marker: string;
  readonly markerMember?: string;
  /** SHA-256 of the document as it was sent. */
  readonly metadataDigest: string;
  readonly outcome?: Readonly<Record<string, unknown>>;
  readonly initialAccessTokenId?: string;
  readonly softwareStatementId?: string;
  readonly answer?: SealedValue;
  /** Whether its result has been written: an attempt without one is gone on with by whoever takes over. */
  readonly finished: boolean;
}

export interface WorkInitialAccessToken {
  readonly id: string;
  readonly kind: 'static' | 'client_credentials';
  readonly pinnedOrigin: string;
  readonly clientCredentials?: { readonly clientId: string; readonly scope?: string };
  readonly tenantId?: string;
  /** How many tokens could be used at that moment, this one included. */
  readonly usable: number;
  readonly sealed: SealedValue;
}

/** The statement that a registration at this server would be sent with. */
export interface WorkSoftwareStatement {
  readonly id: string;
  readonly origin: 'uploaded' | 'issued';
  readonly claims: JsonObject;
  readonly pinnedOrigin: string;
  readonly tenantId?: string;
  readonly sealed: SealedValue;
}

/** The authorization server and the EHR that an operation talks to. */
export interface WorkUpstream {
  readonly ehrId: string;
  /** Version of what was approved to reach it by, beside the rules for all. */
  readonly transportVersion?: number;
  readonly ehrStatus: 'ready' | 'unreachable' | 'quarantined' | 'manual_only';
  readonly vendor: string;
  readonly fhirBaseUrl?: string;
  readonly clientScope: 'registration' | 'application';
  readonly authorizationServerId: string;
  readonly issuer?: string;
  readonly endpoints: Endpoints;
  readonly capabilities: Capabilities;
  readonly quirks: Quirks;
  /** Whether registration secrets may go to the registration endpoint's origin. */
  readonly registrationOriginApproved: boolean;
  readonly openid?: boolean;
  /** What a wrong credential was answered at this server: only after `invalid_client` does another answer prove anything. */
  readonly proofControl?: string;
}

/** One claimed operation with everything that its next step needs, read in one query. */
export interface Work {
  readonly itemId: string;
  readonly fence: number;
  /** Time in ms between its requests, where the server takes fewer in a second than it may send (H-12). */
  readonly paceMs?: number;
  /** Whether only the gate of the token endpoint let it through, so that a registration request has yet to be paid for. */
  readonly paidAtToken?: boolean;
  /** Whether this holder's fence stands on the registration already: its first change takes it. */
  readonly taken: boolean;
  /** Whether the registration, its hospital, EHR or application is suspended, or going away: nothing is sent for it. */
  readonly stopped: boolean;
  readonly scope: UnitOfWork;
  readonly tenant: { readonly id: string; readonly name: string };
  readonly operation: {
    readonly id: string;
    readonly kind: OperationKind;
    readonly status: OperationStatus;
    readonly steps: readonly Step[];
    readonly input: Readonly<Record<string, unknown>>;
    readonly tries: number;
  };
  readonly registration: {
    readonly id: string;
    readonly connectionId: string;
    readonly applicationId: string;
    readonly environment: Environment;
    readonly strategy: StrategyName;
    readonly status: RegistrationStatus;
    readonly action?: RegistrationAction;
    readonly problem?: ProblemDocument;
    readonly clientMetadata: ClientMetadata;
    readonly revision: number;
    readonly manageable?: 'yes' | 'no' | 'control_lost';
    readonly drift: string;
  };
  readonly application: {
    readonly name: string;
    readonly kind: 'backend' | 'ehr_launch' | 'standalone' | 'patient';
    readonly metadata: ClientMetadata;
    readonly requiredScopes: readonly string[];
    readonly optionalScopes: readonly string[];
    readonly launchUrl?: string;
    readonly ehrOverride?: ClientMetadata;
  };
  readonly upstream: WorkUpstream;
  /** The registration's current client. */
  readonly client?: WorkClient;
  /** The client of the pending credential, where a swap has registered another one. */
  readonly pendingClient?: WorkClient;
  /**
   * The client that was current before a swap. Where an operation ends the overlap of one credential, or goes back to it: that
   * credential's, where it is another than the current one.
   */
  readonly previousClient?: WorkClient;
  readonly pending?: WorkCredential;
  readonly current?: WorkCredential;
  /** The newest credential that was current before, or the one that the operation names: its overlap is still open. */
  readonly previous?: WorkCredential;
  /** The newest attempt of this operation. */
  readonly attempt?: WorkAttempt;
  readonly lastVersion: number;
  readonly initialAccessToken?: WorkInitialAccessToken;
  /** The client in the server's own words, as it was read in this very run; never stored. */
  readonly representation?: Secret;
  /** The strong ETag of it (B-15). */
  readonly entityTag?: string;
  /** Only where registering is the server's own doing. */
  readonly softwareStatement?: WorkSoftwareStatement;
}
