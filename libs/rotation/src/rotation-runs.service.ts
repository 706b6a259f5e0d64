import { violatedConstraint, type PageRequest, type Transaction, type UnitOfWork } from '@registrar/database';
import { beginOperations, setDownWaiting } from '@registrar/registrations';
import { newId } from '@registrar/vault';
import type { RotationReason } from './rotation-input.js';
import type { PolicySubject } from './rotation-policy.js';
import { findRun, insertRun, type RotationRun } from './rotation-runs.repository.js';
import { rotatableOf } from './rotations.repository.js';
import { RETRY_MS, type RotationsParts } from './rotations.service.js';
import { lookAgain, noteCompromised } from './schedule.repository.js';
import { restingSharersOf, sharersOf } from './sharers.repository.js';
import { askProblem } from './rotations.problems.js';

const FIRST: PageRequest = { limit: 200 };

/** Rotations of everything that belongs to a hospital, an EHR or an application: what is done first after a leak. */
export class RotationRuns {
  constructor(private readonly parts: RotationsParts) {}

  /**
   * Begins a rotation of each credential; those that are busy are named and left out, but for rotations that only wait where
   * something is compromised: what is busy then is rotated by the schedule as soon as it is not. A client that hospitals share is rotated for all of them, or, by a key that does not see them,
   * named and left out. The run shows how far it is, and how long it took until the last old credential was gone.
   * @throws Problem rotations.subject_not_found
   */
  async start(scope: UnitOfWork, subject: PolicySubject, reason: RotationReason): Promise<RotationRun> {
    const { database, clock, doorbell } = this.parts;
    if (scope.tenantIds !== undefined && !('tenantId' in subject && scope.tenantIds.includes(subject.tenantId)))
      throw askProblem('rotations.subject_not_found');
    try {
      return await database.transaction(scope, async (tx) => {
        const now = clock.now();
        const runId = newId();
        const own = await rotatableOf(tx, subject);
        const shared = own.filter((one) => one.shared);
        const beyond = scope.tenantIds === undefined ? [] : shared;
        const others =
          scope.tenantIds === undefined && shared.length > 0
            ? await sharersOf(
                tx,
                own.map(({ id }) => id),
              )
            : [];
        const found = [...own.filter((one) => !beyond.includes(one)), ...others];
        const input = { reason, run_id: runId };
        const ids = found.map(({ id }) => id);
        if (reason === 'compromised') {
          await setDownWaiting(tx, 'rotate', ids, now);
          if (shared.length > 0) await lookAgain(tx, await restingSharersOf(tx, ids), now);
        }
        const wanted = found.map(({ id }) => ({ registrationId: id, kind: 'rotate' as const, input }));
        const begun = wanted.length === 0 ? new Map<string, string>() : await beginOperations(tx, wanted, now);
        await lookAgain(tx, [...begun.keys()], new Date(now.getTime() + RETRY_MS));
        const busy = ids.filter((id) => !begun.has(id));
        if (reason === 'compromised') await noteCompromised(tx, busy, now);
        const leftOut = [
          ...busy.map((id) => ({ registrationId: id, reason: 'operation_running' })),
          ...beyond.map(({ id }) => ({ registrationId: id, reason: 'shared_client' })),
        ];
        await insertRun(tx, { id: runId, ...subject, reason, leftOut, createdAt: now });
        this.#record(tx, runId, subject, { reason, registrations: begun.size, left_out: leftOut.length });
        doorbell.ringAfter(tx);
        return await this.#found(tx, runId, now, FIRST);
      });
    } catch (error) {
      if (violatedConstraint(error)?.startsWith('rotation_runs_')) throw askProblem('rotations.subject_not_found');
      throw error;
    }
  }

  /** With one part of its rotations. @throws Problem rotations.run_not_found */
  get(scope: UnitOfWork, id: string, page: PageRequest = FIRST): Promise<RotationRun> {
    return this.parts.database.transaction(scope, (tx) => this.#found(tx, id, this.parts.clock.now(), page));
  }

  async #found(tx: Transaction, id: string, now: Date, page: PageRequest): Promise<RotationRun> {
    const run = await findRun(tx, id, now, page);
    if (!run) throw askProblem('rotations.run_not_found');
    return run;
  }

  #record(tx: Transaction, id: string, subject: PolicySubject, said: Readonly<Record<string, unknown>>): void {
    const { audit, events } = this.parts.records;
    const entry = { subject: { type: 'rotation_run', id } as const, ...('tenantId' in subject ? { tenantId: subject.tenantId } : {}) };
    audit.append(tx, { action: 'rotation.start_many', ...entry, detail: { ...subject, ...said } });
    events.append(tx, { type: 'rotation.run_started', ...entry, data: said });
  }
}
