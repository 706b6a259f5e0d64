import type { Capabilities, ClientMetadata, Endpoints, Quirks, SigningAlg } from '@registrar/dcr';
import type { Environment, UnitOfWork } from '@registrar/database';
import type { PublicJwk } from '@registrar/keys';
import type { ProblemDocument } from '@registrar/problem';
import type { RegistrationAction, RegistrationStatus } from './lifecycle.js';
import type { AttemptStatus, OperationKind, OperationStatus } from './operation-status.js';
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
  readonly keySetId?: string;
  readonly alg?: SigningAlg;
  readonly kid?: string;
  readonly publicJwk?: PublicJwk;
  readonly expiresAt?: Date;
  readonly sealed?: SealedValue;
}

export interface WorkClient {
  readonly id: string;
  /** `application`: one client for all hospitals of the EHR, whose credential is sealed under the workspace's key. */
  readonly scope: 'registration' | 'application';
  readonly clientId: string;
  readonly authMethod: string;
  readonly signingAlg?: string;
  readonly requestedMetadata: ClientMetadata;
  readonly grantedMetadata: ClientMetadata;
}

export interface WorkAttempt {
  readonly id: string;
  readonly status: AttemptStatus;
  readonly fence: number;
  readonly url: string;
  readonly metadata: ClientMetadata;
  readonly outcome?: Readonly<Record<string, unknown>>;
  readonly initialAccessTokenId?: string;
  readonly answer?: SealedValue;
}

export interface WorkInitialAccessToken {
  readonly id: string;
  readonly kind: 'static' | 'client_credentials';
  readonly pinnedOrigin: string;
  readonly clientCredentials?: { readonly clientId: string; readonly scope?: string };
  readonly tenantId?: string;
  readonly sealed: SealedValue;
}

/** The authorization server and the EHR that an operation talks to. */
export interface WorkUpstream {
  readonly ehrId: string;
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
  /** Whether this holder's fence stands on the registration already: its first change takes it. */
  readonly taken: boolean;
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
  readonly client?: WorkClient;
  readonly pending?: WorkCredential;
  readonly current?: WorkCredential;
  /** The newest attempt of this operation. */
  readonly attempt?: WorkAttempt;
  readonly lastVersion: number;
  readonly initialAccessToken?: WorkInitialAccessToken;
}
