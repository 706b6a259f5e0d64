import type { Clock } from '@registrar/clock';
import type { Database } from '@registrar/database';
import { DataKeys } from './data-keys.js';
import type { KeyEncryptionKey } from './kek.js';
import { KeyCache } from './key-cache.js';
import { PlatformKeys } from './platform-keys.js';
import { Vault } from './vault.js';

export interface OpenedVault {
  readonly vault: Vault;
  readonly platformKeys: PlatformKeys;
}

/**
 * Opens the vault, and refuses a wrong key-encryption key before anything is written.
 * @throws Problem vault.kek_wrong, naming the id of the key that is needed.
 */
export async function openVault(database: Database, kek: KeyEncryptionKey, clock: Clock): Promise<OpenedVault> {
  const platformKeys = await PlatformKeys.open(database, kek, clock);
  return { vault: new Vault(new DataKeys(database, kek, clock), new KeyCache()), platformKeys };
}
