import type { EntityClass } from '@registrar/database';
import { AccessTokenEntity } from './access-token.entity.js';
import { AttemptEntity } from './attempt.entity.js';
import { BatchEntity } from './batch.entity.js';
import { BatchItemEntity } from './batch-item.entity.js';
import { ClientEntity } from './client.entity.js';
import { CredentialEntity } from './credential.entity.js';
import { CredentialReaderEntity } from './credential-reader.entity.js';
import { OperationEntity } from './operation.entity.js';
import { RegistrationEntity } from './registration.entity.js';
import { WorkItemEntity } from './work-item.entity.js';

/** What this noun maps to tables; for the data source alone. */
export const registrationsEntities: readonly EntityClass[] = [
  RegistrationEntity,
  ClientEntity,
  CredentialEntity,
  CredentialReaderEntity,
  OperationEntity,
  AttemptEntity,
  BatchEntity,
  BatchItemEntity,
  AccessTokenEntity,
  WorkItemEntity,
];
