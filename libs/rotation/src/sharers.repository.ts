import type { Transaction } from '@registrar/database';

/** A registration that uses the client of another one: what one of them authenticates with, they all do. */
export interface Sharer {
  readonly id: string;
  readonly tenantId: string;
  /** The one that it was found by. */
  readonly by: string;
}

const OTHERS = `
  FROM registrations r
  JOIN clients c ON c.workspace_id = $1 AND c.id = r.client_id AND c.scope = 'application'
  JOIN registrations s ON s.workspace_id = $1 AND s.client_id = c.id
 WHERE r.workspace_id = $1 AND r.id = ANY ($2::uuid[]) AND s.id <> ALL ($2::uuid[])`;

/** Who else uses the clients of these registrations, where an EHR gives one client for all its hospitals. Call as who sees them all. */
export function sharersOf(tx: Transaction, ids: readonly string[]): Promise<Sharer[]> {
  if (ids.length === 0) return Promise.resolve([]);
  return tx.prepared<Sharer>(
    `SELECT s.id, s.tenant_id AS "tenantId", min(r.id::text)::uuid AS by
       ${OTHERS} AND s.status IN ('active', 'credential_failed')
        AND EXISTS (SELECT 1 FROM credentials k WHERE k.workspace_id = $1 AND k.registration_id = s.id AND k.stage = 'current' AND k.kind <> 'none')
      GROUP BY s.id, s.tenant_id ORDER BY s.id`,
    [tx.scope.workspaceId, ids],
  );
}

/** Who else uses them and cannot be rotated now: they are due as soon as they are back, and whatever was said to be compromised stays that. */
export async function restingSharersOf(tx: Transaction, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await tx.prepared<{ id: string }>(`SELECT DISTINCT s.id ${OTHERS} AND s.status NOT IN ('active', 'credential_failed')`, [
    tx.scope.workspaceId,
    ids,
  ]);
  return rows.map(({ id }) => id);
}
