import { createHash, randomBytes } from 'node:crypto';
import type { ClientHistory, IssuedVersion } from '../ledger-history.js';

export type Wire = Record<string, unknown>;

/** A secret or registration access token. Times are milliseconds of the simulator's clock; null = no end. */
interface Version {
  readonly value: string;
  readonly issuedAt: number;
  /** The server's own end of it, or that of the overlap after a newer one came. */
  endsAt: number | null;
  /** What the answers say of it instead, in seconds; null = nothing. */
  saidEnd?: number | null;
  readonly record: IssuedVersion;
}

/** One client of one simulated server. */
export class SimulatedClient {
  /** The newest first; older ones only while they overlap. */
  secrets: Version[] = [];
  rat: Version | undefined;
  readonly history: ClientHistory;

  constructor(
    readonly id: string,
    readonly createdAt: number,
    metadata: Wire,
    how: { readonly byHand?: boolean; readonly active?: boolean } = {},
  ) {
    this.history = {
      secrets: [],
      registration_access_tokens: [],
      keys_seen: [],
      reads: 0,
      updates: 0,
      refused_authentications: 0,
      tokens_revoked: 0,
      deleted_by: null,
      by_hand: how.byHand ?? false,
      active: how.active ?? true,
      metadata,
    };
  }

  get metadata(): Wire {
    return this.history.metadata;
  }

  set metadata(metadata: Wire) {
    this.history.metadata = metadata;
  }

  get method(): string | undefined {
    return typeof this.metadata.token_endpoint_auth_method === 'string' ? this.metadata.token_endpoint_auth_method : undefined;
  }

  /** A list member, empty where it is absent. */
  list(member: string): string[] {
    const value = this.metadata[member];
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  }

  /** The newest secret; undefined where there is none. */
  get secret(): Version | undefined {
    return this.secrets[0];
  }

  /** @param overlapMs how long the one before works on */
  giveSecret(now: number, lifeMs: number | null, overlapMs: number, value = token()): void {
    const [before] = this.secrets;
    if (before) {
      before.record.replaced_at = iso(now);
      before.endsAt = Math.min(before.endsAt ?? Infinity, now + overlapMs);
      before.record.ends_at = iso(before.endsAt);
    }
    const next = version(value, now, lifeMs);
    this.history.secrets.push(next.record);
    this.secrets = [next, ...(overlapMs > 0 ? this.secrets : [])];
  }

  dropSecrets(now: number): void {
    for (const { record } of this.secrets) record.replaced_at ??= iso(now);
    this.secrets = [];
  }

  acceptsSecret(value: string, now: number): boolean {
    return this.secrets.some((secret) => secret.value === value && (secret.endsAt === null || now < secret.endsAt));
  }

  giveRat(now: number, lifeMs: number | null): void {
    this.dropRat(now);
    this.rat = version(token(), now, lifeMs);
    this.history.registration_access_tokens.push(this.rat.record);
  }

  dropRat(now: number): void {
    if (this.rat) this.rat.record.replaced_at = iso(now);
    this.rat = undefined;
  }
}

/** 192 bits, in characters that any header and form can carry. */
export const token = (): string => randomBytes(24).toString('base64url');
export const iso = (ms: number): string => new Date(ms).toISOString();

function version(value: string, now: number, lifeMs: number | null): Version {
  const endsAt = lifeMs === null ? null : now + lifeMs;
  const sha256 = createHash('sha256').update(value).digest('hex');
  const record = { sha256, issued_at: iso(now), replaced_at: null, ends_at: endsAt === null ? null : iso(endsAt) };
  return { value, issuedAt: now, endsAt, record };
}
