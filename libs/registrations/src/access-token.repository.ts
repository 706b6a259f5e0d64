import type { Transaction } from '@registrar/database';
import type { ProblemDocument } from '@registrar/problem';

/** A cached access token, sealed; or the word that somebody is fetching one. */
export interface AccessTokenRow {
  readonly sealed: Buffer | null;
  readonly expires_at: Date | null;
  readonly scope: string | null;
  readonly token_type: string | null;
  readonly problem: ProblemDocument | null;
  readonly updated_at: Date;
  readonly leased: boolean;
}

/** What identifies a cached token. */
export interface TokenKey {
  readonly registrationId: string;
  readonly digest: string;
  readonly tenantId: string;
  readonly credentialId: string;
}

export async function readToken(tx: Transaction, key: TokenKey): Promise<AccessTokenRow | undefined> {
  const [row] = await tx.prepared<AccessTokenRow>(
    `SELECT sealed, expires_at, scope, token_type, problem, updated_at, coalesce(lease_until > clock_timestamp(), false) AS leased
       FROM access_tokens WHERE registration_id = $1 AND digest = $2`,
    [key.registrationId, key.digest],
  );
  return row;
}

/**
 * Takes the right to fetch: one holder at a time, over all processes, by the database's clock.
 * @param seen when the row was written that the caller has read; undefined where there was none.
 * @returns false where somebody has it, or has fetched since then.
 */
export async function leaseToken(
  tx: Transaction,
  key: TokenKey,
  owner: string,
  leaseMs: number,
  now: Date,
  seen: Date | undefined,
): Promise<boolean> {
  const rows = await tx.prepared(
    `INSERT INTO access_tokens (workspace_id, registration_id, digest, tenant_id, credential_id, lease_owner, lease_until, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp() + $7 * interval '1 millisecond', $8)
     ON CONFLICT (workspace_id, registration_id, digest) DO UPDATE SET lease_owner = EXCLUDED.lease_owner, lease_until = EXCLUDED.lease_until
       WHERE (access_tokens.lease_until IS NULL OR access_tokens.lease_until <= clock_timestamp()) AND access_tokens.updated_at = $9
     RETURNING digest`,
    [tx.scope.workspaceId, key.registrationId, key.digest, key.tenantId, key.credentialId, owner, leaseMs, now, seen ?? null],
  );
  return rows.length > 0;
}

export interface FetchedToken {
  readonly keyId: string;
  readonly sealed: Uint8Array;
  readonly scope?: string;
  readonly tokenType: string;
  readonly expiresAt: Date;
}

// Those of a credential that was replaced stay while it is there: they are revoked when it goes. What another fetch holds, it clears itself.
const CLEAR = `
DELETE FROM access_tokens a USING (
  SELECT x.digest FROM access_tokens x
    LEFT JOIN credentials k ON k.workspace_id = $3 AND k.id = x.credential_id AND k.stage <> 'retired'
   WHERE x.workspace_id = $3 AND x.registration_id = $1 AND (x.expires_at < $2 OR k.id IS NULL) FOR UPDATE OF x SKIP LOCKED) gone
 WHERE a.workspace_id = $3 AND a.registration_id = $1 AND a.digest = gone.digest`;

/** Stores what was fetched, or why nothing was, lets go of the lease and wakes who waits; drops tokens that have expired or whose credential is gone. */
export async function settleToken(
  tx: Transaction,
  key: TokenKey,
  owner: string,
  result: FetchedToken | { readonly problem: ProblemDocument },
  now: Date,
): Promise<void> {
  const token = 'problem' in result ? undefined : result;
  await tx.prepared(
    `UPDATE access_tokens SET sealed = $4, key_id = $5, scope = $6, token_type = $7, expires_at = $8, problem = $9, lease_owner = NULL, lease_until = NULL, updated_at = $10
      WHERE registration_id = $1 AND digest = $2 AND lease_owner = $3`,
    [
      key.registrationId,
      key.digest,
      owner,
      token?.sealed ?? null,
      token?.keyId ?? null,
      token?.scope ?? null,
      token?.tokenType ?? null,
      token?.expiresAt ?? null,
      'problem' in result ? JSON.stringify(result.problem) : null,
      now,
    ],
  );
  await tx.prepared(CLEAR, [key.registrationId, now, tx.scope.workspaceId]);
  await tx.prepared(`SELECT pg_notify('access_tokens', $1)`, [key.digest]);
}
