import type { Transaction } from '@registrar/database';

/** On this channel every process hears which keys are no more: `workspace:tenant:key,key…`. */
export const SHREDDED = 'shredded_keys';

/** The ids of a tenant's data keys, all generations: what a proof of their destruction names. */
export async function tenantKeyIds(tx: Transaction, tenantId: string): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `SELECT id FROM keyring.data_keys WHERE workspace_id = $1 AND tenant_id = $2 ORDER BY purpose, generation`,
    [tx.scope.workspaceId, tenantId],
  );
  return rows.map((row) => row.id);
}

const NAMED_AT_ONCE = 100;

/**
 * Destroys a tenant's wrapped data keys, all generations, and what is sealed in the table of secrets: from the commit on
 * nothing of it can be opened, and the tenant gets no new key. Every process lets go of what it had opened. What stands in
 * backups of the keyring goes with them; backups of the data alone hold nothing that could be opened.
 */
export async function shredTenantKeys(tx: Transaction, tenantId: string): Promise<void> {
  const of = [tx.scope.workspaceId, tenantId] as const;
  // Locked first, by a statement of its own: a successor that is being made just now is seen by the next one.
  await tx.query('SELECT 1 FROM keyring.data_keys WHERE workspace_id = $1 AND tenant_id = $2 FOR UPDATE', of);
  const rows = await tx.query<{ id: string }>(
    `UPDATE keyring.data_keys SET status = 'shredded', wrapped = NULL WHERE workspace_id = $1 AND tenant_id = $2 RETURNING id`,
    of,
  );
  for (const table of ['retiring_keys', 'sealing_keys'])
    await tx.query(`DELETE FROM keyring.${table} WHERE workspace_id = $1 AND key_id = ANY ($2)`, [of[0], rows.map((row) => row.id)]);
  await tx.query('DELETE FROM secrets WHERE workspace_id = $1 AND tenant_id = $2', of);
  const ids = rows.map((row) => row.id);
  // A notification takes less than 8,000 bytes; a hospital may have had more keys than that names.
  for (let first = 0; first === 0 || first < ids.length; first += NAMED_AT_ONCE)
    await tx.query('SELECT pg_notify($1, $2)', [SHREDDED, `${of.join(':')}:${ids.slice(first, first + NAMED_AT_ONCE).join(',')}`]);
}
