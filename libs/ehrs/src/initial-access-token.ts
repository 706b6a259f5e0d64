import type { Environment } from '@registrar/database';

export type InitialAccessTokenKind = 'static' | 'client_credentials';
/** `suspect`: single-use, and sent with a request that was refused; whether that used it up shows at its next use (I-02). */
export type InitialAccessTokenStatus = 'available' | 'suspect' | 'consumed' | 'refused' | 'deleted';

/** The client that fetches an initial access token just in time (I-03). Its secret is sealed, never here. */
export interface TokenClient {
  readonly clientId: string;
  /** Only the registration scope is ever asked for. */
  readonly scope: string;
}

/** Lets Registrar register at one authorization server. The value is sealed and never read back. */
export interface InitialAccessToken {
  readonly id: string;
  readonly ehrId: string;
  readonly authorizationServerId: string;
  readonly environment: Environment;
  /** The only hospital that it is for; absent: for all at that server. */
  readonly tenantId?: string;
  readonly kind: InitialAccessTokenKind;
  readonly tokenClient?: TokenClient;
  /** Absent: as often as the server likes. */
  readonly maxUses?: number;
  readonly used: number;
  /** The only origin that it is ever sent to. */
  readonly pinnedOrigin: string;
  readonly status: InitialAccessTokenStatus;
  readonly expiresAt?: Date;
  /** The expiry was read from the token itself (JWT `exp`): good for alarms; the server decides whether it still takes it. */
  readonly expiryHinted: boolean;
  readonly lastUsedAt?: Date;
  readonly createdAt: Date;
}

/** Under which version a token's value lies in the vault, beside its id and INITIAL_ACCESS_TOKEN. */
export const INITIAL_ACCESS_TOKEN = 'initial_access_token';
export const INITIAL_ACCESS_TOKEN_VERSION = 1;
