import { randomBytes } from 'node:crypto';
import type { Clock } from '@registrar/clock';
import { violatedConstraint, type Database, type UnitOfWork } from '@registrar/database';
import { DataKey } from './data-key.js';
import { newId } from './id.js';
import { recordUse } from './kek-uses.js';
import type { KeyEncryptionKey } from './kek.js';
import { vaultProblem } from './vault.problems.js';

/** Whose key it is: a tenant's, or the workspace's for what belongs to no tenant. */
export interface KeyOwner {
  readonly workspaceId: string;
  readonly tenantId?: string;
}

/** `seal` keys are shredded with their tenant; the `audit` key of a workspace outlives every tenant. */
export type KeyPurpose = 'seal' | 'audit';

interface KeyRow {
  id: string;
  tenant_id: string | null;
  kek_id: string;
  kek_version: number;
  wrapped: Buffer | null;
}

/** The wrapped data keys of the keyring. The KEK is asked between two short transactions, never inside one. */
export class DataKeys {
  constructor(
    private readonly database: Database,
    private readonly kek: KeyEncryptionKey,
    private readonly clock: Clock,
  ) {}

  /** The owner's active key; made and stored where there is none yet. Of two that make one at once, both use the same. */
  async active(owner: KeyOwner, purpose: KeyPurpose): Promise<DataKey> {
    return (await this.#findActive(owner, purpose)) ?? (await this.#create(owner, purpose));
  }

  /** @throws Problem vault.key_missing where it was shredded, never was, or is of another purpose. */
  async byId(workspaceId: string, id: string, purpose: KeyPurpose): Promise<DataKey> {
    const [row] = await this.database.transaction(system(workspaceId), (tx) =>
      tx.query<KeyRow>('SELECT id, tenant_id, kek_id, kek_version, wrapped FROM keyring.data_keys WHERE id = $1 AND purpose = $2', [
        id,
        purpose,
      ]),
    );
    if (!row) throw vaultProblem('vault.key_missing');
    return this.#unwrap(workspaceId, row, purpose);
  }

  async #findActive(owner: KeyOwner, purpose: KeyPurpose): Promise<DataKey | undefined> {
    const [row] = await this.database.transaction(system(owner.workspaceId), (tx) =>
      tx.query<KeyRow>(
        `SELECT id, tenant_id, kek_id, kek_version, wrapped FROM keyring.data_keys WHERE subject_key = $1 AND purpose = $2 AND status = 'active'`,
        [owner.tenantId ?? owner.workspaceId, purpose],
      ),
    );
    return row && this.#unwrap(owner.workspaceId, row, purpose);
  }

  async #create(owner: KeyOwner, purpose: KeyPurpose): Promise<DataKey> {
    const [id, bytes] = [newId(), randomBytes(32)];
    const wrapped = await this.kek.wrap(bytes, dataKeyBinding(owner.workspaceId, owner.tenantId ?? '', id, purpose));
    const key = DataKey.take(id, bytes);
    try {
      await this.database.transaction(system(owner.workspaceId), async (tx) => {
        await recordUse(tx, { id: wrapped.kekId, version: wrapped.kekVersion });
        await tx.query(
          `INSERT INTO keyring.data_keys (workspace_id, id, tenant_id, subject_key, purpose, generation, kek_id, kek_version, wrapped, created_at)
           VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8, $9)`,
          [
            owner.workspaceId,
            key.id,
            owner.tenantId ?? null,
            owner.tenantId ?? owner.workspaceId,
            purpose,
            wrapped.kekId,
            wrapped.kekVersion,
            wrapped.bytes,
            this.clock.now(),
          ],
        );
      });
      return key;
    } catch (error) {
      if (violatedConstraint(error) === undefined) throw error;
      const winner = await this.#findActive(owner, purpose);
      if (!winner) throw vaultProblem('vault.key_missing');
      return winner;
    }
  }

  async #unwrap(workspaceId: string, row: KeyRow, purpose: KeyPurpose): Promise<DataKey> {
    if (!row.wrapped) throw vaultProblem('vault.key_missing');
    const wrapped = { kekId: row.kek_id, kekVersion: row.kek_version, bytes: row.wrapped };
    return DataKey.take(row.id, await this.kek.unwrap(wrapped, dataKeyBinding(workspaceId, row.tenant_id ?? '', row.id, purpose)));
  }
}

/** What a wrapped data key is bound to. */
export function dataKeyBinding(workspaceId: string, tenantId: string, keyId: string, purpose: KeyPurpose): readonly string[] {
  return ['registrar/v1 data key', workspaceId, tenantId, keyId, purpose];
}

function system(workspaceId: string): UnitOfWork {
  return { workspaceId, actor: { type: 'system', id: 'vault' }, requestId: 'keyring' };
}
