/** A session as it may be shown: never what the browser holds. */
export interface Session {
  readonly id: string;
  readonly owner: { readonly type: 'api_key' | 'person'; readonly id: string; readonly name: string };
  /** What the browser called itself at the sign-in. */
  readonly userAgent: string;
  readonly createdAt: Date;
  /** It ends then, however much it is used. */
  readonly expiresAt: Date;
  /** To the minute. */
  readonly lastUsedAt: Date;
  readonly revokedAt?: Date;
}

/** How long a session lasts, in milliseconds. */
export interface SessionLimits {
  /** Without a request. */
  readonly idleMs: number;
  /** From the sign-in on. */
  readonly lifetimeMs: number;
}
