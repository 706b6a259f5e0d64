import { publicId, type Transaction } from '@registrar/database';
import { registrationProblem } from './registrations.problems.js';

/**
 * Nothing new is made for a hospital that is being off-boarded. What is being made while that begins is taken along by the
 * off-boarding, which looks for it until the end; it holds no lock, so that nobody who changes the tenant waits for it.
 * @throws Problem registrations.tenant_leaving (with tenant_ids)
 */
export async function assertStaying(tx: Transaction, tenantIds: readonly string[]): Promise<void> {
  const rows = await tx.query<{ id: string }>('SELECT id FROM tenants WHERE workspace_id = $1 AND id = ANY ($2::uuid[]) AND status <> $3', [
    tx.scope.workspaceId,
    [...new Set(tenantIds)],
    'active',
  ]);
  if (rows.length > 0)
    throw registrationProblem('registrations.tenant_leaving', { extra: { tenant_ids: rows.map(({ id }) => publicId('ten', id)) } });
}
