import type { Transaction } from '@registrar/database';
import { quirksFor, type Quirks } from '@registrar/dcr';

interface Row {
  registrationId: string;
  vendor: string | null;
  learned: Partial<Quirks> | null;
  declared: Partial<Quirks> | null;
}

// A token of less than a day is not worth a write at the EHR every few hours; such a client is managed while it lasts. What comes to
// nothing is tried again at half of what is left.
const RENEWALS = `
WITH due AS (
  SELECT c.id FROM clients c WHERE c.workspace_id = $1 AND c.registration_access_token_renew_at <= $2
   ORDER BY c.registration_access_token_renew_at LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED)
, moved AS (
  UPDATE clients c SET registration_access_token_renew_at = CASE WHEN c.registration_access_token_expires_at > $2::timestamptz + interval '2 days'
         THEN $2::timestamptz + (c.registration_access_token_expires_at - $2::timestamptz) / 2 END
    FROM due WHERE c.workspace_id = $1 AND c.id = due.id
  RETURNING c.id, c.status, c.authorization_server_id, c.registration_access_token_expires_at AS ends)
SELECT DISTINCT ON (m.id) r.id AS "registrationId", s.vendor, s.learned_quirks AS learned, s.declared_quirks AS declared FROM moved m
  JOIN registrations r ON r.workspace_id = $1 AND r.client_id = m.id AND r.status = 'active' AND coalesce(r.manageable, 'yes') <> 'control_lost'
  JOIN tenants t ON t.workspace_id = $1 AND t.id = r.tenant_id AND t.status = 'active'
  JOIN authorization_servers s ON s.workspace_id = $1 AND s.id = m.authorization_server_id
 WHERE m.status = 'live' AND m.ends > $2::timestamptz + interval '12 hours' ORDER BY m.id, r.id`;

/** Registrations whose registration access token is past half of its life, and replaced by some request (H-07). */
export async function takeRenewals(tx: Transaction, now: Date, limit: number): Promise<string[]> {
  const rows = await tx.prepared<Row>(RENEWALS, [tx.scope.workspaceId, now, limit]);
  return rows.filter(renewable).map(({ registrationId }) => registrationId);
}

/** Where another operation is under way, it is looked at again soon. */
export async function postponeRenewals(tx: Transaction, registrationIds: readonly string[], now: Date): Promise<void> {
  if (registrationIds.length === 0) return;
  await tx.prepared(
    `UPDATE clients c SET registration_access_token_renew_at = $3::timestamptz + interval '1 hour' FROM registrations r
      WHERE r.workspace_id = $1 AND r.id = ANY ($2::uuid[]) AND c.workspace_id = $1 AND c.id = r.client_id`,
    [tx.scope.workspaceId, registrationIds, now],
  );
}

function renewable({ vendor, learned, declared }: Row): boolean {
  const { managementAuth, management, putRotates, readRotates } = quirksFor(vendor ?? 'generic', learned ?? {}, declared ?? {});
  const byUpdate = putRotates.rat && management.includes('update');
  return managementAuth === 'rat' && (byUpdate || (readRotates.rat && management.includes('read')));
}
