import type { Database, UnitOfWork } from '@registrar/database';
import type { LookedUp, LookupWanted } from './lookup.js';
import { lookupProblem } from './lookup.problems.js';
import { findActive } from './lookup.repository.js';

/** Answers launches. */
export class Lookup {
  constructor(private readonly database: Database) {}

  /**
   * The one active registration that a launch belongs to, by one indexed query.
   * @throws Problem registrations.none_active | registrations.lookup_ambiguous
   */
  async find(scope: UnitOfWork, wanted: LookupWanted): Promise<LookedUp> {
    const found = await this.database.transaction(scope, (tx) => findActive(tx, wanted));
    const [first, second] = found;
    if (!first) throw lookupProblem('registrations.none_active');
    if (second) throw lookupProblem('registrations.lookup_ambiguous');
    return first;
  }
}
