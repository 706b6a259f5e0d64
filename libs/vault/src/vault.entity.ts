import type { EntityClass } from '@registrar/database';
import { DataKeyEntity } from './data-key.entity.js';
import { KekUseEntity } from './kek-use.entity.js';
import { PlatformKeyEntity } from './platform-key.entity.js';
import { RetiringKeyEntity } from './retiring-key.entity.js';
import { SecretFingerprintEntity } from './secret-fingerprint.entity.js';
import { SealingKeyEntity } from './sealing-key.entity.js';
import { SecretEntity } from './secret.entity.js';

/** What this library maps to tables; for the data source alone. */
export const vaultEntities: readonly EntityClass[] = [
  DataKeyEntity,
  KekUseEntity,
  PlatformKeyEntity,
  RetiringKeyEntity,
  SealingKeyEntity,
  SecretEntity,
  SecretFingerprintEntity,
];
