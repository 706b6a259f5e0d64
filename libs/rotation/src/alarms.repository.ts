import type { Transaction } from '@registrar/database';

/** A credential that ends in so many days at most, or has ended (0). */
export interface Alarm {
  readonly credentialId: string;
  readonly registrationId: string;
  readonly tenantId: string | null;
  readonly expiresAt: Date;
  readonly days: number;
}

// A credential that lives for thirty days is not alarmed about on its first one.
const ALARMS = `
WITH due AS (
  SELECT k.id, d.days FROM credentials k
   CROSS JOIN LATERAL (SELECT min(x.days) AS days FROM unnest(ARRAY[0, 1, 7, 14, 30]) AS x (days)
      WHERE k.expires_at <= $2::timestamptz + x.days * interval '1 day'
        AND (x.days = 0 OR k.expires_at > k.created_at + x.days * interval '1 day')) d
   WHERE k.workspace_id = $1 AND k.stage = 'current' AND k.expires_at <= $2::timestamptz + interval '30 days'
     AND d.days < coalesce(k.alarmed_days, 31)
   ORDER BY k.expires_at LIMIT $3 FOR NO KEY UPDATE OF k SKIP LOCKED)
UPDATE credentials k SET alarmed_days = due.days FROM due WHERE k.workspace_id = $1 AND k.id = due.id
RETURNING k.id AS "credentialId", k.registration_id AS "registrationId", k.tenant_id AS "tenantId", k.expires_at AS "expiresAt", due.days`;

/** The alarms that are due, each once (H-08): written down in the same transaction that tells of them. */
export function takeAlarms(tx: Transaction, now: Date, limit: number): Promise<Alarm[]> {
  return tx.query<Alarm>(ALARMS, [tx.scope.workspaceId, now, limit]);
}
