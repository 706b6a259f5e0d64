import type { EntityClass } from '@registrar/database';
import { ApplicationOverrideEntity } from './application-override.entity.js';
import { ApplicationRevisionEntity } from './application-revision.entity.js';
import { ApplicationEntity } from './application.entity.js';

/** What this noun maps to tables; for the data source alone. */
export const applicationsEntities: readonly EntityClass[] = [ApplicationEntity, ApplicationRevisionEntity, ApplicationOverrideEntity];
