import { publicId } from '@registrar/database';
import { EVENT_TYPES, type StoredEvent } from '@registrar/events';
import { z } from 'zod';
import { listOf } from '../page.dto.js';
import { shownId, shownMoment } from '../public-id.dto.js';
import { subjectId } from '../subject-id.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const shownEvent = z.object({
  id: shownId('evt'),
  type: z.enum(EVENT_TYPES),
  tenant_id: shownId('ten').nullable().describe('null: of the workspace as a whole'),
  subject: z.object({ type: z.string(), id: z.string() }),
  data: z.record(z.string(), z.unknown()).describe('Ids and words, never a secret'),
  at: shownMoment(),
});
export const shownEvents = listOf(shownEvent).extend({
  next_cursor: z.string().nullable().describe('Give it as cursor for what comes next, now or later; null where there has been nothing yet'),
});

export function showEvent(event: StoredEvent): z.output<typeof shownEvent> {
  return {
    id: publicId('evt', event.id),
    type: event.type as z.output<typeof shownEvent>['type'],
    tenant_id: event.tenantId === null ? null : publicId('ten', event.tenantId),
    subject: { type: event.subjectType, id: subjectId(event.subjectType, event.subjectId) },
    data: Object.fromEntries(Object.entries(event.data).map(([name, value]) => [name, publicIn(name, value)])),
    at: event.at.toISOString(),
  };
}

/** Ids lie in the log as uuids under `<noun>_id` and `<noun>_ids`; outside they are shown like everywhere. */
function publicIn(name: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => publicIn(name.replace(/_ids$/, '_id'), each));
  return typeof value === 'string' && UUID.test(value) && name.endsWith('_id') ? subjectId(name.slice(0, -'_id'.length), value) : value;
}
