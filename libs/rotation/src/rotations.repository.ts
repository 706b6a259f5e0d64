import type { Transaction } from '@registrar/database';

/** What decides on whether a registration can be rotated. */
export interface Rotatable {
  readonly id: string;
  readonly tenantId: string;
  readonly status: string;
  /** How many registrations use the same client; 1 where it is its own. */
  readonly sharing: number;
  /** One client for all hospitals of the EHR. */
  readonly shared: boolean;
  /** The previous credential, while its overlap is open; `compromised`: somebody said so of it while it was in use. */
  readonly previous: { readonly id: string; readonly open: boolean; readonly compromised: boolean } | null;
}

const ROTATABLE = `
SELECT r.id, r.tenant_id AS "tenantId", r.status, coalesce(c.scope = 'application', false) AS shared,
       CASE WHEN c.scope = 'application' THEN (SELECT count(*)::integer FROM registrations x
         WHERE x.workspace_id = $2 AND x.client_id = r.client_id AND x.status <> 'deregistered') ELSE 1 END AS sharing,
       (SELECT jsonb_build_object('id', k.id, 'open', coalesce(k.retire_at > $3, true) AND NOT coalesce(k.retirement ? 'removed_at', false),
               'compromised', coalesce(r.compromised_at >= k.created_at, false) OR EXISTS (SELECT 1 FROM operations o WHERE o.workspace_id = $2 AND o.registration_id = r.id AND o.kind = 'rotate'
                  AND o.input->>'reason' = 'compromised' AND o.created_at >= coalesce(k.promoted_at, k.created_at)
                  AND o.created_at <= (SELECT n.promoted_at FROM credentials n WHERE n.workspace_id = $2 AND n.registration_id = r.id AND n.stage = 'current')))
          FROM credentials k
         WHERE k.workspace_id = $2 AND k.registration_id = r.id AND k.stage = 'previous'
         ORDER BY coalesce(k.promoted_at, k.created_at) DESC, k.version DESC LIMIT 1) AS previous
  FROM registrations r LEFT JOIN clients c ON c.workspace_id = $2 AND c.id = r.client_id
 WHERE r.workspace_id = $2 AND r.id = $1 AND ($4::uuid IS NULL OR r.application_id = $4) AND ($5::text IS NULL OR r.environment = $5)`;

export async function findRotatable(tx: Transaction, id: string, now: Date): Promise<Rotatable | undefined> {
  const { workspaceId, applicationId, environment } = tx.scope;
  const [row] = await tx.query<Rotatable>(ROTATABLE, [id, workspaceId, now, applicationId ?? null, environment ?? null]);
  return row;
}

/** Every registration of a hospital, an EHR or an application whose credential can be rotated. */
export async function rotatableOf(
  tx: Transaction,
  of: { readonly tenantId?: string; readonly ehrId?: string; readonly applicationId?: string },
): Promise<{ readonly id: string; readonly tenantId: string; readonly shared: boolean }[]> {
  const { workspaceId, applicationId, environment } = tx.scope;
  return tx.query(
    `SELECT r.id, r.tenant_id AS "tenantId", coalesce(c.scope = 'application', false) AS shared
       FROM registrations r LEFT JOIN clients c ON c.workspace_id = $1 AND c.id = r.client_id
      WHERE r.workspace_id = $1 AND r.status IN ('active', 'credential_failed')
        AND ($2::uuid IS NULL OR r.tenant_id = $2) AND ($3::uuid IS NULL OR r.ehr_id = $3) AND ($4::uuid IS NULL OR r.application_id = $4)
        AND ($5::uuid IS NULL OR r.application_id = $5) AND ($6::text IS NULL OR r.environment = $6)
        AND EXISTS (SELECT 1 FROM credentials k WHERE k.workspace_id = $1 AND k.registration_id = r.id AND k.stage = 'current' AND k.kind <> 'none')
      ORDER BY r.id`,
    [workspaceId, of.tenantId ?? null, of.ehrId ?? null, of.applicationId ?? null, applicationId ?? null, environment ?? null],
  );
}
