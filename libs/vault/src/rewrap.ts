import type { Database, UnitOfWork } from '@registrar/database';
import { dataKeyBinding } from './data-keys.js';
import type { KekRing } from './kek-ring.js';
import { forgetUse, kekUses, recordUse, type KekUse } from './kek-uses.js';
import type { KekVersion, WrappedKey } from './kek.js';
import { rewrapPlatformKeys } from './platform-keys.js';
import { vaultProblem } from './vault.problems.js';

interface KeyRow {
  id: string;
  tenant_id: string | null;
  purpose: 'seal' | 'audit';
  wrapped: Buffer;
}

const AT_ONCE = 8;

/**
 * Wraps every key of the keyring anew by the current version of the key-encryption key. It runs beside everything else: the
 * data keys themselves stay the same. Each key is written alone and only where nobody else did, so a killed run is taken up
 * where it ended, and two at once do no harm. @returns how many keys were wrapped anew.
 * @throws Problem vault.kek_wrong | vault.kek_unavailable | vault.kek_denied | vault.integrity
 */
export async function rewrapAll(database: Database, kek: KekRing, signal?: AbortSignal): Promise<number> {
  const current = await kek.current();
  let done = await rewrapPlatformKeys(database, kek, current);
  for (const use of await kekUses(database)) {
    if (use.workspaceId === undefined || same(use, current)) continue;
    if (signal?.aborted) return done;
    done += await rewrapWorkspace(database, kek, use, use.workspaceId, signal);
  }
  return done;
}

/** @throws Problem vault.kek_in_use, naming how many workspaces still hang on it. */
export async function assertUnused(database: Database, version: KekVersion): Promise<void> {
  const uses = (await kekUses(database)).filter((use) => same(use, version));
  if (uses.length === 0) return;
  const workspaces = uses.filter(({ workspaceId }) => workspaceId !== undefined).length;
  const platform = workspaces < uses.length ? ', and the platform’s own' : '';
  const detail = `${version.id} version ${version.version} wraps keys of ${workspaces} ${workspaces === 1 ? 'workspace' : 'workspaces'}${platform}.`;
  throw vaultProblem('vault.kek_in_use', { detail });
}

async function rewrapWorkspace(
  database: Database,
  kek: KekRing,
  from: KekVersion,
  workspaceId: string,
  signal?: AbortSignal,
): Promise<number> {
  const scope: UnitOfWork = { workspaceId, actor: { type: 'system', id: 'vault' }, requestId: 'rewrap' };
  let done = 0;
  for (let after: string | undefined; !signal?.aborted;) {
    const rows = await database.transaction(scope, (tx) =>
      tx.query<KeyRow>(
        `SELECT id, tenant_id, purpose, wrapped FROM keyring.data_keys
          WHERE kek_id = $1 AND kek_version = $2 AND wrapped IS NOT NULL AND ($3::uuid IS NULL OR id > $3) ORDER BY id LIMIT ${AT_ONCE}`,
        [from.id, from.version, after ?? null],
      ),
    );
    if (rows.length === 0) break;
    after = rows.at(-1)?.id;
    const wrapped = await Promise.all(rows.map((row) => anew(kek, from, workspaceId, row)));
    done += await write(database, scope, from, rows, wrapped);
  }
  await database.transaction(scope, (tx) => forgetUse(tx, from));
  return done;
}

async function anew(kek: KekRing, from: KekVersion, workspaceId: string, row: KeyRow): Promise<WrappedKey> {
  const binding = dataKeyBinding(workspaceId, row.tenant_id ?? '', row.id, row.purpose);
  const key = await kek.unwrap({ kekId: from.id, kekVersion: from.version, bytes: row.wrapped }, binding);
  try {
    return await kek.wrap(key, binding);
  } finally {
    key.fill(0);
  }
}

/** Only what is still as it was read: a key that was shredded meanwhile stays shredded. */
function write(
  database: Database,
  scope: UnitOfWork,
  from: KekVersion,
  rows: readonly KeyRow[],
  wrapped: readonly WrappedKey[],
): Promise<number> {
  return database.transaction(scope, async (tx) => {
    const versions = new Map(wrapped.map((key) => [`${key.kekVersion} ${key.kekId}`, { id: key.kekId, version: key.kekVersion }]));
    for (const version of versions.values()) await recordUse(tx, version);
    const written = await tx.query(
      `UPDATE keyring.data_keys k SET wrapped = i.wrapped, kek_id = i.kek_id, kek_version = i.kek_version
         FROM unnest($1::uuid[], $2::bytea[], $3::text[], $4::integer[]) AS i (id, wrapped, kek_id, kek_version)
        WHERE k.id = i.id AND k.kek_id = $5 AND k.kek_version = $6 AND k.wrapped IS NOT NULL RETURNING k.id`,
      [
        rows.map((row) => row.id),
        wrapped.map((key) => key.bytes),
        wrapped.map((key) => key.kekId),
        wrapped.map((key) => key.kekVersion),
        from.id,
        from.version,
      ],
    );
    return written.length;
  });
}

function same(a: KekUse | KekVersion, b: KekVersion): boolean {
  return a.id === b.id && a.version === b.version;
}
