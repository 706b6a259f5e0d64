import type { Change } from './change.js';
import type { Work } from './work.js';

/** What is remembered and told where a client has come to stand otherwise to what was asked for; nothing where it has not. */
export function driftRecords(work: Work, drift: string, members: readonly string[]): Pick<Change, 'audit' | 'events'> {
  const from = work.registration.drift;
  if (drift === from) return { audit: [], events: [] };
  const subject = { type: 'registration', id: work.registration.id } as const;
  const tenantId = work.tenant.id;
  const { actor, requestId } = work.scope;
  const data = { from, drift, members: [...members], operation_id: work.operation.id };
  return {
    audit: [{ action: 'registration.drift', subject, tenantId, detail: data, actor, requestId }],
    events: [{ type: 'registration.drifted', subject, tenantId, data }],
  };
}
