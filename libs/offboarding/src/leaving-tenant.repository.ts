import type { Transaction } from '@registrar/database';

export interface LeavingTenant {
  readonly id: string;
  readonly name: string;
  readonly externalId: string | null;
  readonly status: 'active' | 'offboarding' | 'offboarded';
}

const SELECT = 'SELECT id, name, external_id AS "externalId", status FROM tenants WHERE workspace_id = $1 AND id = $2';

export async function findTenant(tx: Transaction, id: string): Promise<LeavingTenant | undefined> {
  const [row] = await tx.query<LeavingTenant>(SELECT, [tx.scope.workspaceId, id]);
  return row;
}

/** Holds it, against another off-boarding or change of it; whoever only refers to it does not wait. */
export async function lockTenant(tx: Transaction, id: string): Promise<LeavingTenant | undefined> {
  const [row] = await tx.query<LeavingTenant>(`${SELECT} FOR NO KEY UPDATE`, [tx.scope.workspaceId, id]);
  return row;
}

export async function setTenantStatus(tx: Transaction, id: string, status: LeavingTenant['status'], now: Date): Promise<void> {
  await tx.query('UPDATE tenants SET status = $3, version = version + 1, updated_at = $4 WHERE workspace_id = $1 AND id = $2', [
    tx.scope.workspaceId,
    id,
    status,
    now,
  ]);
}

/** The people at the hospital, and the caller's notes of it, go with its keys. */
export async function forgetPeople(tx: Transaction, id: string, now: Date): Promise<void> {
  await tx.query(
    `UPDATE tenants SET contacts = '[]', metadata = '{}', version = version + 1, updated_at = $3 WHERE workspace_id = $1 AND id = $2`,
    [tx.scope.workspaceId, id, now],
  );
}
