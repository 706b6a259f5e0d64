import type { EntityClass } from '@registrar/database';
import { KeySetEntity } from './key-set.entity.js';
import { PooledKeyEntity } from './pooled-key.entity.js';
import { PublishedDocumentEntity } from './published-document.entity.js';

/** What this library maps to tables; for the data source alone. */
export const keysEntities: readonly EntityClass[] = [KeySetEntity, PooledKeyEntity, PublishedDocumentEntity];
