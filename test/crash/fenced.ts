import type { Account } from './books.js';
import type { Findings } from './invariant.js';

/** I7: the witness saw no fence go back, and nothing was begun by a later holder than the registration knows. */
export function fenced({ books }: Pick<Account, 'books'>): Findings {
  const fences = new Map(books.registrations.map(({ id, fence }) => [id, fence]));
  const ahead = books.attempts.filter(({ registrationId, fence }) => fence > (fences.get(registrationId) ?? 0));
  return [
    ...(books.staleWrites > 0 ? [`${books.staleWrites} writes of holders that had been replaced`] : []),
    ...ahead.map(({ id }) => `attempt ${id} was begun by a holder that its registration does not know`),
  ];
}
