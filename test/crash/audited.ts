import { TRANSITIONS } from '@registrar/registrations';
import type { Account } from './books.js';
import type { Findings } from './invariant.js';

/** What the audit log has of registrations, the oldest first, and how its chains verified. */
export interface AuditTrail {
  readonly rows: readonly { readonly subjectId: string; readonly action: string }[];
  readonly chains: readonly { readonly id: string; readonly ok: boolean }[];
}

const TO = new Map<string, string | undefined>(TRANSITIONS.map((one) => [`registration.${one.event}`, 'to' in one ? one.to : undefined]));

/** I8: the last move that was written down is the one that the registration stands by, and each was created once. */
export function audited({ books }: Pick<Account, 'books'>, { rows, chains }: AuditTrail): Findings {
  const last = new Map<string, string>();
  const created = new Map<string, number>();
  for (const { subjectId, action } of rows) {
    if (action === 'registration.create') created.set(subjectId, (created.get(subjectId) ?? 0) + 1);
    const to = action === 'registration.create' ? 'pending' : TO.get(action);
    if (to !== undefined) last.set(subjectId, to);
  }
  return [
    ...chains.filter(({ ok }) => !ok).map(({ id }) => `chain ${id} does not verify`),
    ...books.registrations.flatMap(({ id, status }) => [
      ...(created.get(id) === 1 ? [] : [`registration ${id} was created ${created.get(id) ?? 0} times by the audit log`]),
      ...(last.get(id) === status ? [] : [`registration ${id} is ${status}, and ${last.get(id) ?? 'nothing'} by the audit log`]),
    ]),
  ];
}
