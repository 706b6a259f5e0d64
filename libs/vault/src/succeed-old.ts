import type { Clock } from '@registrar/clock';
import type { Database } from '@registrar/database';
import { Problem } from '@registrar/problem';
import type { Vault } from './vault.js';

const DAY_MS = 86_400_000;
/** So many at a look: where a thousand hospitals came on one day, their values are not all sealed anew at once. */
const AT_ONCE = 20;

export interface SucceedOldParts {
  readonly database: Database;
  readonly vault: Vault;
  readonly clock: Clock;
  /** After how many days a data key gets a successor. */
  readonly days: number;
}

interface OldKey {
  workspace_id: string;
  key_id: string;
  tenant_id: string | null;
}

/**
 * Gives successors to the oldest data keys that have sealed for so many days, twenty at the most. Of two workers that do it at
 * once, both end with the same successor. @returns how many keys were old.
 * @throws Error the first failure, after all the others were tried unless the key-encryption key is away.
 */
export async function succeedOld({ database, vault, clock, days }: SucceedOldParts, signal?: AbortSignal): Promise<number> {
  const keys = await database.routing<OldKey>(
    `SELECT workspace_id, key_id, tenant_id FROM keyring.sealing_keys WHERE created_at <= $1 ORDER BY created_at, key_id LIMIT ${AT_ONCE}`,
    [new Date(clock.now().getTime() - days * DAY_MS)],
  );
  const failures: unknown[] = [];
  let done = 0;
  for (const { workspace_id: workspaceId, tenant_id: tenantId, key_id: keyId } of keys) {
    if (signal?.aborted) break;
    try {
      await vault.succeed({ workspaceId, ...(tenantId === null ? {} : { tenantId }) }, keyId);
      done += 1;
    } catch (error) {
      failures.push(error);
      // A key service that is away would answer the others no better, and each of them as slowly.
      if (error instanceof Problem && error.code.startsWith('vault.kek_')) break;
    }
  }
  if (failures.length > 0) throw failures[0];
  return done;
}
