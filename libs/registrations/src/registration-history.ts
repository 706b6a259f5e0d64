import { pageOf, type Database, type Page, type PageRequest, type Transaction, type UnitOfWork } from '@registrar/database';
import { findAttempts } from './attempt-view.repository.js';
import type { AttemptView } from './attempt-view.js';
import { findCredentials } from './credential-view.repository.js';
import type { CredentialView } from './credential-view.js';
import { registrationProblem } from './registrations.problems.js';
import { findRegistrations } from './registrations.repository.js';

/** What is remembered of a registration, redacted: its exchanges and the versions of its credential. */
export class RegistrationHistory {
  constructor(private readonly database: Database) {}

  /** @throws Problem registrations.not_found */
  attempts(scope: UnitOfWork, registrationId: string, page: PageRequest): Promise<Page<AttemptView>> {
    return this.#read(scope, registrationId, page, findAttempts);
  }

  /** @throws Problem registrations.not_found */
  credentials(scope: UnitOfWork, registrationId: string, page: PageRequest): Promise<Page<CredentialView>> {
    return this.#read(scope, registrationId, page, findCredentials);
  }

  #read<T extends { readonly id: string }>(
    scope: UnitOfWork,
    registrationId: string,
    page: PageRequest,
    find: (tx: Transaction, id: string, limit: number, after?: string) => Promise<T[]>,
  ): Promise<Page<T>> {
    return this.database.transaction(scope, async (tx) => {
      const [registration] = await findRegistrations(tx, { ids: [registrationId] }, 1);
      if (!registration) throw registrationProblem('registrations.not_found');
      return pageOf(await find(tx, registrationId, page.limit + 1, page.after), page, (row) => row);
    });
  }
}
