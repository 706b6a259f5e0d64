import type { Account, BookedAttempt, Books } from './books.js';
import type { Findings } from './invariant.js';

/** I2: one registration for each hospital, EHR and application, one attempt adopted, one being sent. */
export function doubled({ books }: Pick<Account, 'books'>): Findings {
  const standing = books.registrations.filter(({ status }) => status !== 'deregistered');
  return [
    ...twice(standing, ({ tenantId, ehrId, applicationId }) => `${tenantId} ${ehrId} ${applicationId}`).map(
      (pair) => `two registrations of ${pair}`,
    ),
    ...twice(withStatus(books, 'adopted'), ({ registrationId }) => registrationId).map(
      (id) => `two adopted attempts of registration ${id}`,
    ),
    ...twice(withStatus(books, 'sending'), ({ registrationId }) => registrationId).map(
      (id) => `two attempts of registration ${id} being sent`,
    ),
    ...twice(
      books.clients.filter(({ status }) => status !== 'deleted'),
      ({ clientId }) => clientId,
    ).map((id) => `two rows of client ${id}`),
  ];
}

function withStatus({ attempts }: Books, status: BookedAttempt['status']): readonly BookedAttempt[] {
  return attempts.filter((attempt) => attempt.status === status);
}

function twice<T>(all: readonly T[], key: (one: T) => string): string[] {
  const seen = new Set<string>();
  const again = new Set<string>();
  for (const one of all) (seen.has(key(one)) ? again : seen).add(key(one));
  return [...again];
}
