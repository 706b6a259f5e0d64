import { randomBytes } from 'node:crypto';
import type { Clock } from '@registrar/clock';
import { violatedConstraint, type Database, type Transaction, type UnitOfWork } from '@registrar/database';
import { DataKey } from './data-key.js';
import { newId } from './id.js';
import { recordUse } from './kek-uses.js';
import type { KeyEncryptionKey, WrappedKey } from './kek.js';
import { vaultProblem } from './vault.problems.js';

/** Whose key it is: a tenant's, or the workspace's for what belongs to no tenant. */
export interface KeyOwner {
  readonly workspaceId: string;
  readonly tenantId?: string;
}

/** `seal` keys are shredded with their tenant; the `audit` key of a workspace outlives every tenant. */
export type KeyPurpose = 'seal' | 'audit';

/** On this channel every process hears whose key has a successor: `workspace:subject`. */
export const SUCCEEDED = 'succeeded_keys';

/** So many seals are counted at once: the counter never says less than what was sealed, also after a kill. */
export const SEALS_AT_ONCE = 1_000;
/** Far below what would wear a key out: each record has a key of its own. Asked for by NIST SP 800-38D and ASVS 11.3.4 all the same. */
export const SEAL_LIMIT = 2 ** 31;

interface KeyRow {
  id: string;
  tenant_id: string | null;
  kek_id: string;
  kek_version: number;
  wrapped: Buffer | null;
  seals: string;
}

const COLUMNS = 'id, tenant_id, kek_id, kek_version, wrapped, seals';

/** The wrapped data keys of the keyring. The KEK is asked between two short transactions, never inside one. */
export class DataKeys {
  constructor(
    private readonly database: Database,
    private readonly kek: KeyEncryptionKey,
    private readonly clock: Clock,
    private readonly sealLimit = SEAL_LIMIT,
  ) {}

  /**
   * The owner's active key; made and stored where there is none yet, and succeeded by a new one where it has sealed as much as
   * it may. A `seal` key comes with {@link SEALS_AT_ONCE} seals counted. Of two that make one at once, both use the same.
   */
  async active(owner: KeyOwner, purpose: KeyPurpose): Promise<DataKey> {
    const row = await this.#findActive(owner, purpose);
    if (!row) return this.#create(owner, purpose);
    if (purpose === 'seal' && Number(row.seals) > this.sealLimit) return this.succeed(owner, row.id);
    return counted(await this.#unwrap(owner.workspaceId, row, purpose), purpose);
  }

  /** @throws Problem vault.key_missing where it was shredded, never was, or is of another purpose. */
  async byId(workspaceId: string, id: string, purpose: KeyPurpose): Promise<DataKey> {
    const [row] = await this.database.transaction(system(workspaceId), (tx) =>
      tx.query<KeyRow>(`SELECT ${COLUMNS} FROM keyring.data_keys WHERE id = $1 AND purpose = $2`, [id, purpose]),
    );
    if (!row) throw vaultProblem('vault.key_missing');
    return this.#unwrap(workspaceId, row, purpose);
  }

  /**
   * Makes the next generation of the owner's `seal` key: what is sealed from now on, in every process that hears of it, is
   * sealed by that one. `from`: the generation that is to be succeeded; where somebody was quicker, theirs is the successor.
   * @throws Problem vault.key_missing where the owner has no key, or it was shredded.
   */
  async succeed(owner: KeyOwner, from?: string): Promise<DataKey> {
    const old = from ?? (await this.#findActive(owner, 'seal'))?.id;
    if (old === undefined) throw vaultProblem('vault.key_missing');
    const { key, wrapped } = await this.#make(owner, 'seal');
    const made = await this.database.transaction(system(owner.workspaceId), async (tx) => {
      const [row] = await tx.query<{ generation: number }>(
        `UPDATE keyring.data_keys SET status = 'retiring', retiring_since = $2 WHERE id = $1 AND status = 'active' RETURNING generation`,
        [old, this.clock.now()],
      );
      await tx.query('DELETE FROM keyring.sealing_keys WHERE workspace_id = $1 AND key_id = $2', [owner.workspaceId, old]);
      if (!row) return false;
      await this.#insert(tx, owner, 'seal', key.id, wrapped, row.generation + 1);
      await tx.query('INSERT INTO keyring.retiring_keys (workspace_id, key_id) VALUES ($1, $2)', [owner.workspaceId, old]);
      await tx.query('SELECT pg_notify($1, $2)', [SUCCEEDED, `${owner.workspaceId}:${owner.tenantId ?? owner.workspaceId}`]);
      return true;
    });
    return made ? counted(key, 'seal') : this.#winner(owner, 'seal');
  }

  /**
   * Counts the seals that the asker may make in the same statement, and notes that the key seals where a process of before
   * `sealing_keys` made it, beside or after the migration.
   */
  async #findActive({ workspaceId, tenantId }: KeyOwner, purpose: KeyPurpose): Promise<KeyRow | undefined> {
    const which = `WHERE subject_key = $1 AND purpose = $2 AND status = 'active'`;
    const statement =
      purpose === 'seal'
        ? `WITH key AS (UPDATE keyring.data_keys SET seals = seals + ${SEALS_AT_ONCE} ${which} RETURNING workspace_id, created_at, ${COLUMNS}),
                noted AS (INSERT INTO keyring.sealing_keys (workspace_id, key_id, tenant_id, created_at)
                          SELECT workspace_id, id, tenant_id, created_at FROM key ON CONFLICT DO NOTHING)
           SELECT ${COLUMNS} FROM key`
        : `SELECT ${COLUMNS} FROM keyring.data_keys ${which}`;
    const [row] = await this.database.transaction(system(workspaceId), (tx) =>
      tx.query<KeyRow>(statement, [tenantId ?? workspaceId, purpose]),
    );
    return row;
  }

  async #create(owner: KeyOwner, purpose: KeyPurpose): Promise<DataKey> {
    const { key, wrapped } = await this.#make(owner, purpose);
    try {
      await this.database.transaction(system(owner.workspaceId), (tx) => this.#insert(tx, owner, purpose, key.id, wrapped, 1));
      return counted(key, purpose);
    } catch (error) {
      if (violatedConstraint(error) === undefined) throw error;
      return this.#winner(owner, purpose);
    }
  }

  async #make(owner: KeyOwner, purpose: KeyPurpose): Promise<{ readonly key: DataKey; readonly wrapped: WrappedKey }> {
    const [id, bytes] = [newId(), randomBytes(32)];
    const wrapped = await this.kek.wrap(bytes, dataKeyBinding(owner.workspaceId, owner.tenantId ?? '', id, purpose));
    return { key: DataKey.take(id, bytes), wrapped };
  }

  async #insert(tx: Transaction, owner: KeyOwner, purpose: KeyPurpose, id: string, wrapped: WrappedKey, generation: number): Promise<void> {
    const { workspaceId, tenantId } = owner;
    await recordUse(tx, { id: wrapped.kekId, version: wrapped.kekVersion });
    const now = this.clock.now();
    await tx.query(
      `INSERT INTO keyring.data_keys (workspace_id, id, tenant_id, subject_key, purpose, generation, kek_id, kek_version, wrapped, seals, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [
        ...[workspaceId, id, tenantId ?? null, tenantId ?? workspaceId, purpose, generation],
        ...[wrapped.kekId, wrapped.kekVersion, wrapped.bytes, purpose === 'seal' ? SEALS_AT_ONCE : 0, now],
      ],
    );
    if (purpose === 'seal')
      await tx.query('INSERT INTO keyring.sealing_keys (workspace_id, key_id, tenant_id, created_at) VALUES ($1, $2, $3, $4)', [
        ...[workspaceId, id, tenantId ?? null, now],
      ]);
  }

  /** Of those who made one at once. @throws Problem vault.key_missing where none is left, because it was shredded. */
  async #winner(owner: KeyOwner, purpose: KeyPurpose): Promise<DataKey> {
    const row = await this.#findActive(owner, purpose);
    if (!row) throw vaultProblem('vault.key_missing');
    return counted(await this.#unwrap(owner.workspaceId, row, purpose), purpose);
  }

  async #unwrap(workspaceId: string, row: KeyRow, purpose: KeyPurpose): Promise<DataKey> {
    if (!row.wrapped) throw vaultProblem('vault.key_missing');
    const wrapped = { kekId: row.kek_id, kekVersion: row.kek_version, bytes: row.wrapped };
    const bytes = await this.kek.unwrap(wrapped, dataKeyBinding(workspaceId, row.tenant_id ?? '', row.id, purpose));
    return DataKey.take(row.id, bytes);
  }
}

/** With the seals that were counted as it was read. */
function counted(key: DataKey, purpose: KeyPurpose): DataKey {
  if (purpose === 'seal') key.allow(SEALS_AT_ONCE);
  return key;
}

/** What a wrapped data key is bound to. */
export function dataKeyBinding(workspaceId: string, tenantId: string, keyId: string, purpose: KeyPurpose): readonly string[] {
  return ['registrar/v1 data key', workspaceId, tenantId, keyId, purpose];
}

function system(workspaceId: string): UnitOfWork {
  return { workspaceId, actor: { type: 'system', id: 'vault' }, requestId: 'keyring' };
}
