import type { Clock } from '@registrar/clock';
import type { Database } from '@registrar/database';
import { DataKeys } from './data-keys.js';
import { KekRing, kekWrong } from './kek-ring.js';
import { kekUses } from './kek-uses.js';
import { proveKeks } from './prove-keks.js';
import type { KeyEncryptionKey } from './kek.js';
import { KeyCache } from './key-cache.js';
import { PlatformKeys } from './platform-keys.js';
import { Vault } from './vault.js';

export interface OpenedVault {
  readonly vault: Vault;
  readonly platformKeys: PlatformKeys;
}

/**
 * Opens the vault, and refuses a wrong or missing key-encryption key before anything is written. `sealLimit`: how much a data
 * key seals before it gets a successor.
 * @throws Problem vault.kek_wrong, naming the id of the key that is needed.
 */
export async function openVault(
  database: Database,
  kek: KeyEncryptionKey,
  clock: Clock,
  options: { readonly sealLimit?: number } = {},
): Promise<OpenedVault> {
  const ring = kek instanceof KekRing ? kek : new KekRing(kek);
  // Each key that the keyring hangs on, so that a missing one is known now and not when a hospital's turn comes.
  const missing = (await kekUses(database)).find(({ id }) => !ring.holds(id));
  if (missing) throw kekWrong(missing.id, ring.ids);
  // What will wrap must answer as well, also where others still open everything.
  await ring.current();
  await proveKeks(database, ring);
  const platformKeys = await PlatformKeys.open(database, ring, clock);
  return { vault: new Vault(new DataKeys(database, ring, clock, options.sealLimit), new KeyCache()), platformKeys };
}
