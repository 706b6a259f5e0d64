import { randomBytes } from 'node:crypto';
import type { Clock } from '@registrar/clock';
import type { Database } from '@registrar/database';
import { newId } from './id.js';
import type { KeyEncryptionKey } from './kek.js';

export type PlatformPurpose = 'api_key_index' | 'cursor';

interface PlatformRow {
  id: string;
  kek_id: string;
  kek_version: number;
  wrapped: Buffer;
}

/**
 * The two keys that are used before there is a scope: the one that hashes API keys and the one that authenticates
 * cursors. Of several processes that make one at once, all end with the same.
 */
export class PlatformKeys {
  readonly #opened = new Map<PlatformPurpose, Promise<Buffer>>();

  constructor(
    private readonly database: Database,
    private readonly kek: KeyEncryptionKey,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem vault.kek_wrong where the keyring was wrapped with another key. */
  key(purpose: PlatformPurpose): Promise<Buffer> {
    const known = this.#opened.get(purpose);
    if (known) return known;
    const opening = this.#open(purpose);
    this.#opened.set(purpose, opening);
    opening.catch(() => this.#opened.delete(purpose));
    return opening;
  }

  async #open(purpose: PlatformPurpose): Promise<Buffer> {
    const row = (await this.#find(purpose)) ?? (await this.#create(purpose));
    return this.kek.unwrap({ kekId: row.kek_id, kekVersion: row.kek_version, bytes: row.wrapped }, binding(purpose, row.id));
  }

  async #find(purpose: PlatformPurpose): Promise<PlatformRow | undefined> {
    const [row] = await this.database.routing<PlatformRow>(
      'SELECT id, kek_id, kek_version, wrapped FROM keyring.platform_keys WHERE purpose = $1',
      [purpose],
    );
    return row;
  }

  async #create(purpose: PlatformPurpose): Promise<PlatformRow> {
    const id = newId();
    const wrapped = await this.kek.wrap(randomBytes(32), binding(purpose, id));
    await this.database.routing(
      `INSERT INTO keyring.platform_keys (purpose, id, kek_id, kek_version, wrapped, created_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
      [purpose, id, wrapped.kekId, wrapped.kekVersion, wrapped.bytes, this.clock.now()],
    );
    const row = await this.#find(purpose);
    if (!row) throw new Error(`The platform key ${purpose} could not be stored`);
    return row;
  }
}

function binding(purpose: PlatformPurpose, id: string): readonly string[] {
  return ['registrar/v1 platform key', purpose, id];
}
