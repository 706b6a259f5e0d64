import type { AuditEntry } from '@registrar/audit';
import type { Environment } from '@registrar/database';
import type { ClientMetadata, Quirks } from '@registrar/dcr';
import type { TokenUse } from '@registrar/ehrs';
import type { NewEvent } from '@registrar/events';
import type { PublicJwk, PublishedDocument } from '@registrar/keys';
import type { ProblemDocument } from '@registrar/problem';
import type { StatementOutcome } from '@registrar/statements';
import type { SecretRow } from '@registrar/vault';
import type { MovingEvent, RegistrationAction } from './lifecycle.js';
import type { AttemptKind, AttemptStatus, OperationKind, OperationStatus, Waiting } from './operation-status.js';
import type { Residue } from './registration-view.js';
import type { Step } from './step.js';
import type { SealedValue } from './work.js';

export interface NewAttempt {
  readonly id: string;
  readonly kind: AttemptKind;
  readonly status: 'sending' | 'with_person';
  readonly authorizationServerId: string;
  readonly marker: string;
  /** The member of the document that carries the marker. */
  readonly markerMember?: string;
  readonly url: string;
  readonly metadata: ClientMetadata;
  readonly metadataDigest: string;
  readonly initialAccessTokenId?: string;
  readonly softwareStatementId?: string;
  readonly deadlineMs: number;
}

export interface SettledAttempt {
  readonly id: string;
  readonly status: AttemptStatus;
  readonly upstreamStatus?: number;
  /** Redacted: what the journal shows. */
  readonly outcome?: Readonly<Record<string, unknown>>;
  readonly upstreamClientId?: string;
  readonly localAddress?: string;
  /** How long the server asked to be left alone, in milliseconds, where its answer was an error of its own. Not stored. */
  readonly pauseMs?: number;
  /** Its end is ours alone: nobody saw what the server did. Not stored. */
  readonly unseen?: boolean;
  /** Headers by which the vendor finds it in its own logs. */
  readonly correlation?: Readonly<Record<string, string>>;
  /** Present while the raw answer must be kept; left out once its contents are adopted. */
  readonly answer?: SealedValue;
}

/** `unknown`: still so, but for the client that was found. */
export interface ConcludedAttempt {
  readonly id: string;
  readonly status: 'unknown' | 'orphaned' | 'resolved_absent' | 'superseded';
  readonly reason: string;
  readonly clientId?: string;
}

/** What the attempt's row keeps of the exchange, whatever it meant. */
export type AnswerRecord = Omit<SettledAttempt, 'status' | 'outcome'>;

export interface NewCredential {
  readonly id: string;
  readonly clientId?: string;
  readonly keySetId?: string;
  readonly kind: 'private_key' | 'client_secret' | 'certificate' | 'none';
  readonly version: number;
  readonly alg?: string;
  readonly kid?: string;
  readonly publicJwk?: PublicJwk;
  readonly expiresAt?: Date;
}

export interface NewClient {
  readonly id: string;
  readonly authorizationServerId: string;
  readonly applicationId: string;
  readonly environment: Environment;
  readonly scope: 'registration' | 'application';
  readonly clientId: string;
  readonly keySetId?: string;
  readonly authMethod: string;
  readonly signingAlg?: string;
  readonly registrationClientUri?: string;
  readonly registrationClientUriUsable: boolean;
  readonly hasRegistrationAccessToken: boolean;
  readonly requestedMetadata: ClientMetadata;
  readonly grantedMetadata: ClientMetadata;
}

/** What an answer changes of a client that stands already; what is left out stays as it is. */
export interface ChangedClient {
  readonly id: string;
  readonly authMethod?: string;
  readonly signingAlg?: string;
  readonly requestedMetadata?: ClientMetadata;
  readonly grantedMetadata?: ClientMetadata;
  readonly registrationClientUri?: string;
  readonly registrationClientUriUsable?: boolean;
  readonly hasRegistrationAccessToken?: boolean;
  /** Version of the sealed registration access token that holds from now on. */
  readonly registrationAccessTokenVersion?: number;
  readonly registrationAccessTokenExpiresAt?: Date;
  /** When the server forgets the whole client (H-08). */
  readonly expiresAt?: Date;
  readonly status?: 'live' | 'orphaned' | 'deleted';
  /** When it was given up, and what showed that it is gone, or why it is not. */
  readonly ended?: { readonly at: Date; readonly by: string };
}

/** A sealed value that is of no use any more, and is destroyed. */
export interface SpentSecret {
  readonly subjectId: string;
  readonly kind: string;
  readonly version: number;
}

/** Everything that one transaction of the journal changes for one operation: rows, audit, events, and what comes next. */
export interface Change {
  readonly workspaceId: string;
  readonly tenantId: string;
  readonly registrationId: string;
  readonly operationId: string;
  readonly authorizationServerId: string;
  readonly itemId: string;
  readonly fence: number;
  /**
   * `take`: this holder begins, so its fence must be newer and nothing may be suspended or off-boarding. `hold`: it still is
   * the holder; where something was suspended meanwhile its change is written, and nothing more is sent. `_leaving`: the same
   * for what goes away, which neither stops.
   */
  readonly guard: 'take' | 'take_leaving' | 'hold' | 'hold_leaving';
  readonly registration: {
    /** Left out: the operation goes on beside the registration, which keeps its status, action and problem. */
    readonly event?: MovingEvent;
    readonly action?: RegistrationAction;
    readonly problem?: ProblemDocument;
    readonly clientId?: string;
    readonly drift?: string;
    readonly proof?: string;
    readonly manageable?: string;
    readonly lastVerifiedAt?: Date;
    /** The client that was current before a swap. */
    readonly previousClientId?: string;
    /** It is over: where it is the one that was current before, there is none any more. */
    readonly endedClientId?: string;
    readonly nextRotationAt?: Date | null;
    readonly revision?: number;
    /** The registration's own overrides from now on. */
    readonly clientMetadata?: ClientMetadata;
    /** Added to what stands there, once for each client. */
    readonly residue?: readonly Residue[];
    /** Clients of these ids are residue no longer. */
    readonly noResidue?: readonly string[];
  };
  readonly operation: {
    readonly status: OperationStatus;
    readonly waiting?: Waiting;
    readonly problem?: ProblemDocument;
    readonly steps: readonly Step[];
    readonly tries: number;
  };
  /** What becomes of the work item: still in hand, done, given back at once, due again after `inMs` by the database's clock, or at a business time. */
  readonly next: Next;
  readonly newAttempt?: NewAttempt;
  readonly settledAttempt?: SettledAttempt;
  readonly keySet?: {
    readonly id: string;
    readonly url: string;
    readonly authorizationServerId: string;
    readonly environment: Environment;
  };
  readonly documents?: readonly PublishedDocument[];
  /** Key sets that are published anew from their credentials, as these stand when everything else of the change is written. */
  readonly keySets?: readonly KeySetChange[];
  readonly credentials?: readonly NewCredential[];
  /** Secrets that stay, and end at another moment than was said before; null: never. They are scheduled anew. */
  readonly expiries?: readonly { readonly credentialId: string; readonly expiresAt: Date | null }[];
  /** The pending credential gets its client. */
  readonly attach?: { readonly credentialId: string; readonly clientId: string };
  /** Credentials that are used no more, by id, whatever their stage. */
  readonly retire?: readonly string[];
  /**
   * The previous credential becomes the current one again, and the current one is retired, or with `keep` the previous one.
   * `replaceAt`: it is not to be relied on, and is replaced then at the latest, whatever the policy says.
   */
  readonly rollBack?: { readonly credentialId: string; readonly keep?: boolean; readonly replaceAt?: Date };
  /** The pending credential becomes the current one, and the current one the previous. */
  readonly promote?: { readonly credentialId: string };
  readonly client?: NewClient;
  readonly changedClients?: readonly ChangedClient[];
  readonly spentSecrets?: readonly SpentSecret[];
  /** Everything that could be used of the registration is destroyed, and of these clients. */
  readonly forget?: { readonly clientIds: readonly string[] };
  /** Written only while other registrations use this client too. */
  readonly onlyIfShared?: string;
  /** The registration's adopted attempt gives way to the one that is settled here: a swap has two clients for a while. */
  readonly supersede?: boolean;
  /** What happens instead when the client's id is already held by another registration at that server. */
  readonly ifClaimed?: Change;
  readonly secrets?: readonly SecretRow[];
  readonly initialAccessToken?: TokenUse;
  /** What was found out of an earlier registration whose answer was lost. */
  readonly concluded?: ConcludedAttempt;
  /** What became of this operation's updates whose answers were lost, once that is known. */
  readonly earlierUpdates?: 'applied' | 'resolved_absent' | 'superseded';
  /** Begun in the same transaction, once this operation is over. */
  readonly follow?: { readonly kind: OperationKind; readonly input?: Readonly<Record<string, unknown>> };
  readonly softwareStatement?: StatementOutcome;
  readonly learned?: { readonly authorizationServerId: string; readonly quirks?: Partial<Quirks>; readonly proofControl?: string };
  /** Asks the server's gate to stay shut for a while (429 with Retry-After). */
  readonly gate?: {
    readonly authorizationServerId: string;
    readonly budget: 'registration' | 'token';
    readonly shutForMs: number;
    readonly reason: string;
  };
  readonly audit: readonly AuditEntry[];
  readonly events: readonly NewEvent[];
}

/** What leaves a key set: these credentials' keys, or, where something is compromised, every one of the registration but one. A key that others use too stays for them, unless they are suspended. */
export interface KeySetChange {
  readonly id: string;
  readonly withdraw?: readonly string[];
  readonly keepOnly?: string;
}

export type WorkBudget = 'registration' | 'token';
export type Next =
  'keep' | 'done' | 'let_go' | { readonly inMs: number; readonly budget: WorkBudget } | { readonly at: Date; readonly budget: WorkBudget };

/**
 * `lost`: another holder or a person was there first, nothing was written. `claimed`: the alternative was written. `stopped`:
 * it was written, but something was suspended meanwhile: the work item is given back, and nothing more is sent.
 */
export type CommitResult = 'written' | 'claimed' | 'stopped' | 'lost';
