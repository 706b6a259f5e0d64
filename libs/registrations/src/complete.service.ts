import { violatedConstraint, type UnitOfWork } from '@registrar/database';
import { adoptClient, type AdoptionParts } from './adopt-client.js';
import type { OpenEnd } from './adoption.repository.js';
import type { MadeClient } from './adoption.js';
import { registrationProblem } from './registrations.problems.js';
import { completionProblem } from './complete.problems.js';
import { completeChange } from './portal-change.js';

/** Takes in what came out of a vendor's portal (D-40). */
export class Completion {
  constructor(private readonly parts: AdoptionParts) {}

  /**
   * The client that a person made at the portal becomes the registration's, and its credential is proven next. Where the
   * EHR gives one client for all hospitals, the same client id a second time shares that client. Where a change of a client that
   * stands already is with a person, this says that it was made.
   * @throws Problem registrations.strategy_mismatch | .not_possible_now | .client_id_taken | .client_secret_needed | .client_secret_unused |
   * .client_unchanged_needed | .operation_running
   */
  async complete(scope: UnitOfWork, registrationId: string, made: MadeClient, evidence?: unknown): Promise<void> {
    try {
      const changed = await this.parts.database.transaction(scope, (tx) => completeChange(tx, this.parts, registrationId, made, evidence));
      if (changed) return;
      await adoptClient(
        this.parts,
        scope,
        registrationId,
        { made, action: 'registration.complete', manageable: 'no', ...(evidence === undefined ? {} : { evidence }) },
        isAtPortal,
      );
    } catch (error) {
      if (violatedConstraint(error) === 'operations_one_open') throw registrationProblem('registrations.operation_running');
      throw error;
    }
  }
}

function isAtPortal(end: OpenEnd): void {
  if (end.strategy !== 'portal') throw completionProblem('registrations.strategy_mismatch');
  if (end.authorizationServerId === null) throw registrationProblem('registrations.ehr_not_ready');
  if (end.action !== 'complete_portal_registration' || end.attemptStatus !== 'with_person')
    throw registrationProblem('registrations.not_possible_now', { detail: `The registration is ${end.action ?? end.status}.` });
}
