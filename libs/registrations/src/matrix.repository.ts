import type { Environment, Transaction } from '@registrar/database';
import type { Matrix, MatrixCell } from './matrix.js';

const MATRIX = `
SELECT (SELECT coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'externalId', t.external_id) ORDER BY t.name, t.id), '[]') FROM tenants t) AS tenants,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'name', e.name, 'vendor', e.vendor, 'environment', e.environment) ORDER BY e.vendor, e.name, e.id), '[]')
          FROM ehrs e WHERE ($2::text IS NULL OR e.environment = $2) AND ($3::text IS NULL OR e.environment = $3)) AS ehrs,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('tenantId', c.tenant_id, 'ehrId', c.ehr_id, 'connectionId', c.id, 'registrationId', r.id, 'status', r.status,
                 'action', r.action, 'drift', r.drift, 'proof', r.proof, 'problemCode', r.problem->>'code', 'lastVerifiedAt', r.last_verified_at) ORDER BY c.tenant_id, c.ehr_id), '[]')
          FROM connections c JOIN ehrs e ON e.workspace_id = c.workspace_id AND e.id = c.ehr_id
          LEFT JOIN registrations r ON r.workspace_id = c.workspace_id AND r.connection_id = c.id AND r.application_id = $1 AND r.status <> 'deregistered'
         WHERE ($2::text IS NULL OR e.environment = $2) AND ($3::text IS NULL OR e.environment = $3)) AS cells`;

type Cell = Omit<MatrixCell, 'lastVerifiedAt'> & { readonly lastVerifiedAt: string | null };

/** The whole grid by one query; a key that is bound to an environment sees its EHRs alone. */
export async function matrixRow(tx: Transaction, applicationId: string, environment?: Environment): Promise<Matrix> {
  const [row] = await tx.query<Omit<Matrix, 'cells'> & { cells: Cell[] }>(MATRIX, [
    applicationId,
    environment ?? null,
    tx.scope.environment ?? null,
  ]);
  const cells = (row?.cells ?? []).map((cell) => ({
    ...cell,
    lastVerifiedAt: cell.lastVerifiedAt === null ? null : new Date(cell.lastVerifiedAt),
  }));
  return { applicationId, tenants: row?.tenants ?? [], ehrs: row?.ehrs ?? [], cells };
}
