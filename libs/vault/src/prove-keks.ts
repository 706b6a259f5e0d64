import type { Database } from '@registrar/database';
import { Problem } from '@registrar/problem';
import { dataKeyBinding, type KeyPurpose } from './data-keys.js';
import type { KekRing } from './kek-ring.js';
import { kekUses, type KekUse } from './kek-uses.js';
import { vaultProblem } from './vault.problems.js';

interface KeyRow {
  id: string;
  tenant_id: string | null;
  purpose: KeyPurpose;
  wrapped: Buffer;
}

/**
 * Opens one data key for each version of a key-encryption key that the keyring hangs on: a key that has the right name and is
 * another one is known at the start, and not when a hospital's turn comes.
 * @throws Problem vault.kek_wrong, naming the id | vault.kek_unavailable | vault.kek_denied
 */
export async function proveKeks(database: Database, kek: KekRing): Promise<void> {
  const uses = new Map<string, KekUse>();
  for (const use of await kekUses(database))
    if (use.workspaceId !== undefined) uses.set(`${use.version} ${use.id}`, uses.get(`${use.version} ${use.id}`) ?? use);
  await Promise.all([...uses.values()].map((use) => prove(database, kek, use)));
}

async function prove(database: Database, kek: KekRing, { id, version, workspaceId = '' }: KekUse): Promise<void> {
  const scope = { workspaceId, actor: { type: 'system', id: 'vault' }, requestId: 'start' } as const;
  const [row] = await database.transaction(scope, (tx) =>
    tx.query<KeyRow>(
      `SELECT id, tenant_id, purpose, wrapped FROM keyring.data_keys WHERE kek_id = $1 AND kek_version = $2 AND wrapped IS NOT NULL LIMIT 1`,
      [id, version],
    ),
  );
  if (!row) return;
  try {
    const binding = dataKeyBinding(workspaceId, row.tenant_id ?? '', row.id, row.purpose);
    (await kek.unwrap({ kekId: id, kekVersion: version, bytes: row.wrapped }, binding)).fill(0);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'vault.integrity') throw error;
    throw vaultProblem('vault.kek_wrong', { detail: `${id} version ${version} does not open what a key of that name wrapped.` });
  }
}
