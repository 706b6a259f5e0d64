import type { Transaction } from '@registrar/database';
import type { CredentialView } from './credential-view.js';

const CREDENTIALS = `
SELECT k.id, k.kind, k.version, k.stage, c.client_id AS "clientId", k.key_set_id AS "keySetId", k.alg, k.kid, k.public_jwk AS "publicJwk",
       k.expires_at AS "expiresAt", k.created_at AS "createdAt", k.promoted_at AS "promotedAt", k.retire_at AS "retireAt", k.retired_at AS "retiredAt", k.retirement
  FROM credentials k LEFT JOIN clients c ON c.workspace_id = k.workspace_id AND c.id = k.client_id
 WHERE k.registration_id = $1 AND ($2::uuid IS NULL OR k.id < $2) ORDER BY k.id DESC LIMIT $3`;

/** The versions of a registration's credential, newest first. */
export function findCredentials(tx: Transaction, registrationId: string, limit: number, after?: string): Promise<CredentialView[]> {
  return tx.query<CredentialView>(CREDENTIALS, [registrationId, after ?? null, limit]);
}
