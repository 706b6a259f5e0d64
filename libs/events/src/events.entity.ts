import type { EntityClass } from '@registrar/database';
import { EventEntity } from './event.entity.js';
import { EventHeadEntity } from './event-head.entity.js';

/** What this library maps to tables; for the data source alone. */
export const eventsEntities: readonly EntityClass[] = [EventEntity, EventHeadEntity];
