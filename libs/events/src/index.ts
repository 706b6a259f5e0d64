export { EVENT_TYPES } from './event.js';
export type { EventType, NewEvent, StoredEvent } from './event.js';
export { EventLog } from './event-log.js';
export { eventsEntities } from './events.entity.js';
