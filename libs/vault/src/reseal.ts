import type { Clock } from '@registrar/clock';
import type { Database, UnitOfWork } from '@registrar/database';
import { resealPlace } from './reseal-place.js';
import type { SealedPlace } from './sealed-place.js';
import type { Vault } from './vault.js';

/** What works with a key of before does not go on for longer: the cache's five minutes, and one piece of work. */
const GRACE_MS = 900_000;

export interface ResealParts {
  readonly database: Database;
  readonly vault: Vault;
  readonly clock: Clock;
  /** Every place that holds sealed values. */
  readonly places: readonly SealedPlace[];
}

/** What became of the keys that have a successor. */
export interface Resealed {
  /** Values that were sealed anew. */
  readonly values: number;
  /** Keys that nothing is sealed by any more. */
  readonly retired: number;
  /** Keys that still are in use, or were until less than a quarter of an hour ago. */
  readonly left: number;
}

/**
 * Seals anew, beside everything else, whatever is sealed by a data key that has a successor, and retires the keys that seal
 * nothing any more. A run that is killed is taken up where it ended: what is to be done is read from the values themselves.
 */
export async function resealAll(parts: ResealParts, signal?: AbortSignal): Promise<Resealed> {
  const keys = await parts.database.routing<{ workspace_id: string; key_id: string }>(
    'SELECT workspace_id, key_id FROM keyring.retiring_keys ORDER BY 1, 2',
  );
  let [values, retired] = [0, 0];
  for (const { workspace_id: workspaceId, key_id: keyId } of keys) {
    if (signal?.aborted) break;
    const scope: UnitOfWork = { workspaceId, actor: { type: 'system', id: 'vault' }, requestId: 'reseal' };
    values += await resealKey(parts, scope, keyId, signal);
    if (!signal?.aborted && (await retire(parts, scope, keyId))) retired += 1;
  }
  return { values, retired, left: keys.length - retired };
}

async function resealKey(
  { database, vault, places }: ResealParts,
  scope: UnitOfWork,
  keyId: string,
  signal?: AbortSignal,
): Promise<number> {
  const [key] = await database.transaction(scope, (tx) =>
    tx.query<{ tenant_id: string | null }>(`SELECT tenant_id FROM keyring.data_keys WHERE id = $1 AND status = 'retiring'`, [keyId]),
  );
  if (!key) return 0;
  const owner = { workspaceId: scope.workspaceId, ...(key.tenant_id === null ? {} : { tenantId: key.tenant_id }) };
  // This process may not have heard yet.
  vault.renew(owner);
  let done = 0;
  for (const place of places) done += await resealPlace({ database, vault, scope, owner, keyId }, place, signal);
  return done;
}

/** The wrapped key stays: a backup of the data from before still needs it, and shredding destroys all generations. */
function retire({ database, clock, places }: ResealParts, scope: UnitOfWork, keyId: string): Promise<boolean> {
  const uses = places.map(
    ({ table, key, sealed }) => `EXISTS (SELECT 1 FROM ${table} WHERE workspace_id = $2 AND ${key} = $1 AND ${sealed} IS NOT NULL)`,
  );
  return database.transaction(scope, async (tx) => {
    const [row] = await tx.query(
      `UPDATE keyring.data_keys SET status = 'retired' WHERE id = $1 AND status = 'retiring' AND retiring_since <= $3
          AND NOT (${uses.join(' OR ')}) RETURNING id`,
      [keyId, scope.workspaceId, new Date(clock.now().getTime() - GRACE_MS)],
    );
    if (!row) return false;
    await tx.query('DELETE FROM keyring.retiring_keys WHERE workspace_id = $1 AND key_id = $2', [scope.workspaceId, keyId]);
    return true;
  });
}
