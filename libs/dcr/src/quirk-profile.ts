import type { AuthMethod } from './negotiation-method.js';

/** What may change at the server when this call is made. `true` means "may": what came back is stored before anything else. */
export interface Rotates {
  /** the registration access token */
  readonly rat: boolean;
  /** the client secret */
  readonly secret: boolean;
}

/** How one server differs from the letter of RFC 7591 and 7592 (protocol.md C). Data: code asks for a quirk, never for a vendor. */
export interface Quirks {
  /** Statuses that mean "created". */
  readonly successStatus: readonly number[];
  /** Statuses that mean "deleted", beside 200, 202 and 204 (B-10). */
  readonly deleteStatus: readonly number[];
  /** How keys may be handed over, the preferred way first. */
  readonly jwksMode: readonly ('uri' | 'inline')[];
  /** The member in which an attempt can be found again by the server's administrator. */
  readonly marker: 'software_version' | 'client_name' | 'none';
  /** What an assertion's `aud` names. */
  readonly assertionAudience: 'token_endpoint' | 'issuer';
  /** What the server asks for before it registers anybody; `client_credentials`: a token of its own token endpoint (I-01). */
  readonly iatMode: 'none' | 'reusable' | 'single' | 'counted' | 'client_credentials';
  /** The scope with which such a token is asked for, alone (I-03). */
  readonly iatScope?: string;
  /** Whether the server registers nobody without a software statement (RFC 7591 section 2.3). */
  readonly softwareStatement: 'optional' | 'required';
  /** Whether a member that the server does not know is ignored (RFC 7591 section 2) or refused. */
  readonly unknownFieldPolicy: 'ignore' | 'refuse';
  readonly readRotates: Rotates;
  readonly putRotates: Rotates;
  /** Whether an update carries the client secret (B-05). */
  readonly putSecret: 'omit' | 'include';
  /** How long a registration access token lives after it was issued; absent: as long as the client. */
  readonly ratTtlMs?: number;
  /** What manages a client: its own token, an administrator's credential, or nothing. */
  readonly managementAuth: 'rat' | 'admin_token' | 'none';
  /** Which requests of RFC 7592 exist there, with the credential of `managementAuth`. */
  readonly management: readonly ('read' | 'update' | 'delete')[];
  /** How long the server is known, or assumed, to go on using a key set that it fetched (H-01). */
  readonly jwksCacheMs: number;
  /** Whether the old secret still works for a while after the server issued a new one. */
  readonly secretOverlap: boolean;
  /** The whole client may expire, even where its secret does not: it is probed every week (H-08). */
  readonly clientExpires: boolean;
  /** How many clients the server is known to take (K-69). */
  readonly maxClientsHint?: number;
  /** What the server is known to bear, for each client application or practice. */
  readonly rateBudget?: { readonly requests: number; readonly perMs: number };
  /** The same metadata twice gives the same client, so a repeated registration is harmless (H-30 b). */
  readonly idempotentByMetadata: boolean;
  /** How a client is looked for whose answer was lost: `client_name_prefix`: an administrator's list at the registration endpoint (H-30 c2). */
  readonly findByMarker: 'none' | 'client_name_prefix';
  /** What is done where a lost answer can be cleared up in no other way: a person is waited for, or it is sent once more and listed (H-30 d). */
  readonly unknownOutcome: 'hold' | 'retry_once_and_list';
  /** How many registrations a day may be sent once more so, each leaving what may be a client behind. */
  readonly orphansPerDay: number;
  /** Optional members that are left out, because the server refuses or destroys them. Security members are never left out. */
  readonly droppedMembers: readonly string[];
  /** Total deadline of a registration, where 30 s are not enough; at most 60,000. */
  readonly registrationDeadlineMs?: number;
  /** Where discovery is silent: the authentication methods that the vendor documents. */
  readonly authMethods?: readonly AuthMethod[];
  /** Where discovery is silent: the assertion algorithms that the vendor documents. */
  readonly signingAlgs?: readonly string[];
  /** `portal`: a person registers at the vendor's portal, even where a registration endpoint is announced (D-10, D-11). */
  readonly registration: 'dynamic' | 'portal';
}
