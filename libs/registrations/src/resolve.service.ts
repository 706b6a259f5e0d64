import { publicId, violatedConstraint, type Transaction, type UnitOfWork } from '@registrar/database';
import { problemDocument } from '@registrar/problem';
import { newId } from '@registrar/vault';
import { adoptClient, evidenceOf, type AdoptionParts } from './adopt-client.js';
import { findOpenEnd, retirePending, settleByPerson, type OpenEnd } from './adoption.repository.js';
import type { MadeClient } from './adoption.js';
import { startOperations } from './create-registrations.js';
import { moveRegistration } from './move-registration.js';
import { present } from './present.js';
import { registrationProblem } from './registrations.problems.js';
import { resolutionProblem } from './resolve.problems.js';

/**
 * What a person found out about a registration whose answer was lost: there is no client (`absent`); there was one, and
 * it was removed (`removed`); there is one, and it is to be used (`adopt`); nobody can tell, and it is to be sent again
 * with a new marker (`retry`).
 */
export type Resolution =
  | { readonly resolution: 'absent' | 'retry'; readonly evidence: unknown }
  | { readonly resolution: 'removed'; readonly clientId?: string; readonly evidence: unknown }
  | { readonly resolution: 'adopt'; readonly made: MadeClient; readonly evidence: unknown };

/** Ends what is unknown by a named person's word. Nothing else may send such a registration again (H-30). */
export class UnknownOutcomes {
  constructor(private readonly parts: AdoptionParts) {}

  /** @throws Problem registrations.not_found | registrations.not_unknown and, for `adopt`, those of adoptClient */
  async resolve(scope: UnitOfWork, registrationId: string, resolved: Resolution): Promise<void> {
    try {
      if (resolved.resolution === 'adopt') {
        const { made, evidence } = resolved;
        const word = { made, evidence, action: 'registration.resolve', manageable: 'control_lost' } as const;
        await adoptClient(this.parts, scope, registrationId, word, isUnknown);
      } else await this.parts.database.transaction(scope, (tx) => this.#settle(tx, registrationId, resolved));
    } catch (error) {
      if (violatedConstraint(error) === 'operations_one_open') throw registrationProblem('registrations.operation_running');
      throw error;
    }
  }

  async #settle(tx: Transaction, registrationId: string, resolved: Exclude<Resolution, { resolution: 'adopt' }>): Promise<void> {
    const { records, clock, doorbell } = this.parts;
    const now = clock.now();
    const end = await findOpenEnd(tx, registrationId, 'hold');
    if (!end) throw registrationProblem('registrations.not_found');
    isUnknown(end);
    const clientId = 'clientId' in resolved ? resolved.clientId : undefined;
    const evidence = evidenceOf(tx, resolved.evidence, now);
    await settleByPerson(tx, end.attemptId ?? '', ATTEMPT[resolved.resolution], clientId, evidence, now);
    // The key of a client that did or may exist is not used for another one.
    if (resolved.resolution !== 'absent') await retirePending(tx, registrationId, now);
    records.audit.append(tx, {
      action: 'registration.resolve',
      subject: { type: 'registration', id: registrationId },
      tenantId: end.tenantId,
      detail: {
        resolution: resolved.resolution,
        attempt_id: end.attemptId,
        evidence: resolved.evidence,
        ...present('client_id', clientId),
      },
    });
    if (resolved.resolution === 'retry') await this.#sendAgain(tx, end, now);
    else await this.#reject(tx, end, resolved.resolution, now);
    doorbell.ringAfter(tx);
  }

  /** Nothing is registered there, and nothing is sent before somebody retries. */
  async #reject(tx: Transaction, end: OpenEnd, resolution: 'absent' | 'removed', now: Date): Promise<void> {
    const detail = resolution === 'absent' ? 'A person found no client at the EHR.' : 'The client was removed at the EHR.';
    const problem = JSON.stringify(problemDocument(resolutionProblem('registrations.resolved_absent', { detail })));
    await moveRegistration(tx, end.registrationId, end.tenantId, 'resolve', this.parts.records, now);
    await tx.query('UPDATE registrations SET problem = $2::jsonb WHERE id = $1', [end.registrationId, problem]);
    await endOperation(tx, end, 'failed', now, problem);
  }

  /** Sent again with a new marker and a new key. The client that may exist stays accounted for: in the attempt, and as residue. */
  async #sendAgain(tx: Transaction, end: OpenEnd, now: Date): Promise<void> {
    const { registrationId, tenantId } = end;
    await moveRegistration(tx, registrationId, tenantId, 'ask_again', this.parts.records, now);
    const marker = end.marker ?? publicId('att', end.attemptId ?? '');
    const residue = [
      {
        client_id: null,
        marker,
        reason: 'outcome_unknown',
        next_action: { actor: 'ehr_administrator', label: `Look for a client with the marker ${marker} and remove it` },
      },
    ];
    await tx.query('UPDATE registrations SET residue = residue || $2::jsonb WHERE id = $1', [registrationId, JSON.stringify(residue)]);
    await endOperation(tx, end, 'cancelled', now, null);
    const server = present('authorizationServerId', end.authorizationServerId);
    await startOperations(tx, [{ id: newId(), registrationId, tenantId, kind: 'register', ...server }], now);
  }
}

const ATTEMPT = { absent: 'resolved_absent', removed: 'deleted', retry: 'orphaned' } as const;

function isUnknown(end: OpenEnd): void {
  if (end.status !== 'outcome_unknown' || end.attemptId === null || end.attemptStatus === 'with_person')
    throw resolutionProblem('registrations.not_unknown', { detail: `The registration is ${end.status}.` });
}

async function endOperation(
  tx: Transaction,
  end: OpenEnd,
  status: 'failed' | 'cancelled',
  now: Date,
  problem: string | null,
): Promise<void> {
  await tx.query(
    `UPDATE operations SET status = $2, problem = coalesce($3::jsonb, problem), finished_at = $4, updated_at = $4 WHERE id = $1`,
    [end.operationId, status, problem, now],
  );
}
