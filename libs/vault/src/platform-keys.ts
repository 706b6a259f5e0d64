import { randomBytes } from 'node:crypto';
import type { Clock } from '@registrar/clock';
import type { Database } from '@registrar/database';
import { Problem } from '@registrar/problem';
import { DataKey } from './data-key.js';
import { newId } from './id.js';
import type { KeyEncryptionKey, KekVersion } from './kek.js';
import { vaultProblem } from './vault.problems.js';

export type PlatformPurpose = 'api_key_index' | 'cursor' | 'checkpoint' | 'link' | 'idempotency';

const PURPOSES: readonly PlatformPurpose[] = ['api_key_index', 'cursor', 'checkpoint', 'link', 'idempotency'];

interface PlatformRow {
  id: string;
  kek_id: string;
  kek_version: number;
  wrapped: Buffer;
}

/**
 * The keys that are used before there is a scope, or for all workspaces: the one that hashes API keys and sessions, the one that
 * authenticates cursors, the one that signs checkpoints, the one that authenticates links, and the
 * one that says whether a request is the same again. Of several processes that make one at once, all end with the same.
 */
export class PlatformKeys {
  private constructor(private readonly keys: ReadonlyMap<PlatformPurpose, DataKey>) {}

  /**
   * Opens what is there before it makes what is missing: with a wrong key-encryption key nothing is written.
   * @throws Problem vault.kek_wrong, naming the id of the key that the keyring was wrapped with.
   */
  static async open(database: Database, kek: KeyEncryptionKey, clock: Clock): Promise<PlatformKeys> {
    const keys = new Map<PlatformPurpose, DataKey>();
    const missing: PlatformPurpose[] = [];
    for (const purpose of PURPOSES) {
      const row = await find(database, purpose);
      if (row) keys.set(purpose, await unwrap(kek, purpose, row));
      else missing.push(purpose);
    }
    for (const purpose of missing) keys.set(purpose, await unwrap(kek, purpose, await create(database, kek, purpose, clock.now())));
    return new PlatformKeys(keys);
  }

  /** A promise, because a key may come to be fetched when it is asked for. */
  key(purpose: PlatformPurpose): Promise<DataKey> {
    const key = this.keys.get(purpose);
    return key ? Promise.resolve(key) : Promise.reject(new Error(`There is no platform key ${purpose}`));
  }
}

async function find(database: Database, purpose: PlatformPurpose): Promise<PlatformRow | undefined> {
  const [row] = await database.routing<PlatformRow>(
    'SELECT id, kek_id, kek_version, wrapped FROM keyring.platform_keys WHERE purpose = $1',
    [purpose],
  );
  return row;
}

async function create(database: Database, kek: KeyEncryptionKey, purpose: PlatformPurpose, now: Date): Promise<PlatformRow> {
  const [id, bytes] = [newId(), randomBytes(32)];
  const wrapped = await kek.wrap(bytes, binding(purpose, id));
  bytes.fill(0);
  await database.routing(
    `INSERT INTO keyring.platform_keys (purpose, id, kek_id, kek_version, wrapped, created_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
    [purpose, id, wrapped.kekId, wrapped.kekVersion, wrapped.bytes, now],
  );
  const row = await find(database, purpose);
  if (!row) throw new Error(`The platform key ${purpose} could not be stored`);
  return row;
}

async function unwrap(kek: KeyEncryptionKey, purpose: PlatformPurpose, row: PlatformRow): Promise<DataKey> {
  const wrapped = { kekId: row.kek_id, kekVersion: row.kek_version, bytes: row.wrapped };
  try {
    return DataKey.take(row.id, await kek.unwrap(wrapped, binding(purpose, row.id)));
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'vault.integrity') throw error;
    throw vaultProblem('vault.kek_wrong', {
      detail: `${row.kek_id} does not open what a key of that name wrapped: it is another key by now.`,
    });
  }
}

/** Wraps the platform's keys anew by the current version. @returns how many were not wrapped by it yet. */
export async function rewrapPlatformKeys(database: Database, kek: KeyEncryptionKey, current: KekVersion): Promise<number> {
  let done = 0;
  for (const purpose of PURPOSES) {
    const row = await find(database, purpose);
    if (!row || (row.kek_id === current.id && row.kek_version === current.version)) continue;
    const key = await kek.unwrap({ kekId: row.kek_id, kekVersion: row.kek_version, bytes: row.wrapped }, binding(purpose, row.id));
    const wrapped = await kek.wrap(key, binding(purpose, row.id));
    key.fill(0);
    const written = await database.routing(
      `UPDATE keyring.platform_keys SET wrapped = $4, kek_id = $5, kek_version = $6 WHERE purpose = $1 AND kek_id = $2 AND kek_version = $3 RETURNING purpose`,
      [purpose, row.kek_id, row.kek_version, wrapped.bytes, wrapped.kekId, wrapped.kekVersion],
    );
    done += written.length;
  }
  return done;
}

function binding(purpose: PlatformPurpose, id: string): readonly string[] {
  return ['registrar/v1 platform key', purpose, id];
}
