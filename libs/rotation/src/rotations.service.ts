import type { AuditLog } from '@registrar/audit';
import type { Clock } from '@registrar/clock';
import type { Database, Transaction, UnitOfWork } from '@registrar/database';
import type { EventLog } from '@registrar/events';
import { beginOperation, setDownWaiting, type Doorbell } from '@registrar/registrations';
import type { RotationReason } from './rotation-input.js';
import { stepProblem } from './rotation-step.problems.js';
import { findRotatable, type Rotatable } from './rotations.repository.js';
import { lookAgain } from './schedule.repository.js';
import { askProblem } from './rotations.problems.js';

/** When a rotation that somebody asked for, and that came to nothing, is tried again by itself. */
export const RETRY_MS = 86_400_000;

/** How a credential is to be rotated. */
export interface RotationWanted {
  readonly reason?: RotationReason;
  /** Without the wait for the EHR's caches. */
  readonly immediate?: boolean;
  /** The client id may change, which ends what users have agreed to. */
  readonly acceptNewClientId?: boolean;
  /** How many registrations the caller knows to share the client. */
  readonly confirmRegistrations?: number;
}

export interface RotationsParts {
  readonly database: Database;
  readonly records: { readonly audit: AuditLog; readonly events: EventLog };
  readonly clock: Clock;
  readonly doorbell: Doorbell;
}

/** Rotations of one registration that somebody asks for. */
export class Rotations {
  constructor(private readonly parts: RotationsParts) {}

  /**
   * Begins a rotation; how it goes is decided by what the server can do. One that is compromised takes the place of a rotation
   * that only waits.
   * @throws Problem rotations.not_found | rotations.not_possible_now | rotations.shared_client (with registrations) |
   * registrations.operation_running (with operation_id)
   */
  rotate(scope: UnitOfWork, id: string, wanted: RotationWanted): Promise<void> {
    return this.#begin(scope, id, 'rotation.start', (found) => {
      if (found.sharing > 1 && wanted.confirmRegistrations !== found.sharing)
        throw askProblem('rotations.shared_client', {
          detail: `The client is that of ${found.sharing} registrations.`,
          extra: { registrations: found.sharing },
        });
      return {
        reason: wanted.reason ?? 'scheduled',
        ...(wanted.immediate ? { immediate: true } : {}),
        ...(wanted.acceptNewClientId ? { accept_new_client_id: true } : {}),
      };
    });
  }

  /**
   * Goes back to the previous credential, while its overlap is open; never to one that was said to be compromised (H-01).
   * @throws Problem rotations.not_found | rotations.nothing_to_go_back_to | rotations.predecessor_compromised | registrations.operation_running
   */
  rollBack(scope: UnitOfWork, id: string): Promise<void> {
    return this.#begin(scope, id, 'rotation.roll_back', ({ previous }) => {
      if (!previous?.open) throw stepProblem('rotations.nothing_to_go_back_to');
      if (previous.compromised) throw askProblem('rotations.predecessor_compromised');
      return { phase: 'roll_back', reason: 'scheduled' };
    });
  }

  async #begin(
    scope: UnitOfWork,
    id: string,
    action: 'rotation.start' | 'rotation.roll_back',
    inputOf: (found: Rotatable) => Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const { database, clock, doorbell } = this.parts;
    await database.transaction(scope, async (tx) => {
      const now = clock.now();
      const found = await findRotatable(tx, id, now);
      if (!found) throw askProblem('rotations.not_found');
      if (found.status !== 'active' && found.status !== 'credential_failed')
        throw askProblem('rotations.not_possible_now', { detail: `The registration is ${found.status}.` });
      const input = inputOf(found);
      // What is compromised does not stand in line behind a rotation that soaks for a day.
      if (input['reason'] === 'compromised') await setDownWaiting(tx, 'rotate', [id], now);
      const operationId = await beginOperation(tx, { registrationId: id, kind: 'rotate', input }, now);
      if (action === 'rotation.start') await lookAgain(tx, [id], new Date(now.getTime() + RETRY_MS));
      this.#record(tx, action, found, { ...input, operation_id: operationId });
      doorbell.ringAfter(tx);
    });
  }

  #record(
    tx: Transaction,
    action: 'rotation.start' | 'rotation.roll_back',
    found: Rotatable,
    detail: Readonly<Record<string, unknown>>,
  ): void {
    const { audit, events } = this.parts.records;
    const entry = { subject: { type: 'registration', id: found.id } as const, tenantId: found.tenantId };
    audit.append(tx, { action, ...entry, detail });
    events.append(tx, { type: 'rotation.started', ...entry, data: detail });
  }
}
