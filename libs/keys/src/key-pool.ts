import { insertRows, type Database, type UnitOfWork } from '@registrar/database';
import { Secret } from '@registrar/secret';
import { newId, type SealedPlace, type Vault } from '@registrar/vault';
import type { Clock } from '@registrar/clock';
import { generateKeyPair, type KeyAlg, type KeyPair } from './key-pair.js';
import type { PublicJwk } from './public-jwk.js';

const COLUMNS = {
  workspace_id: 'uuid',
  id: 'uuid',
  alg: 'text',
  public_jwk: 'jsonb',
  key_id: 'uuid',
  sealed: 'bytea',
  created_at: 'timestamptz',
} as const;

const POOL_SIZE = 8;

interface PooledRow {
  id: string;
  public_jwk: PublicJwk;
  sealed: Buffer;
}

/**
 * Key pairs of a workspace, made ahead and sealed, because an RSA pair costs a quarter of a second of a core.
 * A pair leaves the pool in the transaction of whoever takes it, so it is never given to two clients.
 */
export class KeyPool {
  readonly #filling = new Set<string>();

  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  /** Takes a pair out of the pool, or makes one where the pool is empty. Pairs on a curve are cheap and always made. */
  async take(scope: UnitOfWork, alg: KeyAlg): Promise<KeyPair> {
    if (alg.startsWith('ES')) return generateKeyPair(alg);
    const owner = { workspaceId: scope.workspaceId };
    const row = await this.database.transaction({ ...owner, actor: scope.actor, requestId: scope.requestId }, async (tx) => {
      const [taken] = await tx.query<PooledRow>(
        `DELETE FROM pooled_keys WHERE id = (SELECT id FROM pooled_keys WHERE alg = $1 ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING id, public_jwk, sealed`,
        [alg],
      );
      return taken;
    });
    void this.#topUp(scope, alg);
    if (!row) return generateKeyPair(alg);
    const opened = await this.vault.open(owner, subject(row.id), row.sealed);
    return { alg, kid: row.public_jwk['kid'] ?? '', publicJwk: row.public_jwk, privateJwk: Secret.of(opened.expose()) };
  }

  /** Fills up behind the back of whoever took a pair; one filling for each workspace at a time. */
  async #topUp(scope: UnitOfWork, alg: KeyAlg): Promise<void> {
    if (this.#filling.has(scope.workspaceId)) return;
    this.#filling.add(scope.workspaceId);
    try {
      await this.fill({ workspaceId: scope.workspaceId, actor: scope.actor, requestId: scope.requestId }, alg, POOL_SIZE);
    } catch {
      // The pool only saves time: whoever finds it empty makes a pair.
    } finally {
      this.#filling.delete(scope.workspaceId);
    }
  }

  /** Makes pairs until the workspace's pool holds `size` of them. @returns how many were made. */
  async fill(scope: UnitOfWork, alg: KeyAlg, size: number): Promise<number> {
    const [counted] = await this.database.transaction(scope, (tx) =>
      tx.query<{ n: number }>('SELECT count(*)::integer AS n FROM pooled_keys WHERE alg = $1', [alg]),
    );
    const missing = Math.max(0, size - (counted?.n ?? 0));
    const sealer = missing > 0 ? await this.vault.prepare({ workspaceId: scope.workspaceId }) : undefined;
    for (let made = 0; made < missing && sealer; made += 1) {
      const pair = await generateKeyPair(alg);
      const id = newId();
      const { keyId, bytes } = sealer.seal(subject(id), pair.privateJwk);
      const row = {
        workspace_id: scope.workspaceId,
        id,
        alg,
        public_jwk: pair.publicJwk,
        key_id: keyId,
        sealed: bytes,
        created_at: this.clock.now(),
      };
      await this.database.transaction(scope, (tx) => insertRows(tx, 'pooled_keys', COLUMNS, [row]));
    }
    return missing;
  }
}

/** The private halves of the pool. */
export const pooledKeysPlace: SealedPlace = {
  table: 'pooled_keys',
  key: 'key_id',
  sealed: 'sealed',
  row: { id: 'uuid' },
  subjectOf: (row) => subject(String(row['id'])),
};

function subject(id: string) {
  return { subjectId: id, kind: 'private_key', version: 1 };
}
