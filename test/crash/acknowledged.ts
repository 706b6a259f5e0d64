import { publicId } from '@registrar/database';
import type { Account, BookedOperation } from './books.js';
import type { Findings } from './invariant.js';

/** What the API has said yes to. */
export interface Acknowledgement {
  readonly registrationId: string;
  readonly operationId: string;
}

/** I4, at any moment: what was acknowledged is there. */
export function lost({ books }: Pick<Account, 'books'>, acknowledged: readonly Acknowledgement[]): Findings {
  const registrations = new Set(books.registrations.map(({ id }) => publicId('reg', id)));
  const operations = new Set(books.operations.map(({ id }) => publicId('op', id)));
  return acknowledged.flatMap(({ registrationId, operationId }) => [
    ...(registrations.has(registrationId) ? [] : [`registration ${registrationId} was acknowledged and is not there`]),
    ...(operations.has(operationId) ? [] : [`operation ${operationId} was acknowledged and is not there`]),
  ]);
}

/** I4, once nothing is killed any more: every operation is over, or waits in sight. */
export function unfinished({ books }: Pick<Account, 'books'>): Findings {
  return books.operations.filter(isUnderWay).map(({ id, kind, status }) => `operation ${id} (${kind}) is ${status}`);
}

/** Neither over nor waiting for something that is said. */
export function isUnderWay({ status, waiting }: BookedOperation): boolean {
  return status === 'queued' || status === 'running' || (status === 'waiting' && waiting === null);
}
