import type { PublicJwk } from '@registrar/keys';

/** A version of what authenticates a client: what is public of it, never the value. */
export interface CredentialView {
  readonly id: string;
  readonly kind: 'private_key' | 'client_secret' | 'certificate' | 'none';
  readonly version: number;
  readonly stage: 'pending' | 'current' | 'previous' | 'retired';
  readonly clientId: string | null;
  readonly keySetId: string | null;
  readonly alg: string | null;
  readonly kid: string | null;
  readonly publicJwk: PublicJwk | null;
  readonly expiresAt: Date | null;
  readonly createdAt: Date;
  readonly promotedAt: Date | null;
  /** When its overlap is over; null where it has none. */
  readonly retireAt: Date | null;
  readonly retiredAt: Date | null;
  /** What is known of its end: when it was removed, when the last cache of it ends, when it was seen refused. RFC 3339. */
  readonly retirement: {
    readonly removed_at?: string;
    readonly last_cache_ends_at?: string;
    readonly refused_at?: string;
    readonly shown?: 'refused' | 'removed';
    /** How many readers were shown it and not its successor when its overlap was over. */
    readonly readers_behind?: number;
  } | null;
}
