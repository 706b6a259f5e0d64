import type { AuditLog } from '@registrar/audit';
import type { Clock } from '@registrar/clock';
import type { Database, Transaction, UnitOfWork } from '@registrar/database';
import type { EventLog } from '@registrar/events';
import { beginOperation, beginOperations, setDownWaiting, type Doorbell } from '@registrar/registrations';
import type { RotationReason } from './rotation-input.js';
import { stepProblem } from './rotation-step.problems.js';
import { findRotatable, type Rotatable } from './rotations.repository.js';
import { lookAgain, noteCompromised } from './schedule.repository.js';
import { restingSharersOf, sharersOf, type Sharer } from './sharers.repository.js';
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

const wantsNow = (input: Readonly<Record<string, unknown>>): boolean => input['reason'] === 'compromised';

/** Rotations of one registration that somebody asks for. */
export class Rotations {
  constructor(private readonly parts: RotationsParts) {}

  /**
   * Begins a rotation; how it goes is decided by what the server can do. One that is compromised takes the place of a rotation
   * that only waits. A client that hospitals share is rotated for all of them as one: all begin, or, but for what is compromised, none.
   * @throws Problem rotations.not_found | rotations.not_possible_now | rotations.shared_client (with registrations) |
   * rotations.shared_beyond_key | registrations.operation_running (with operation_id)
   */
  rotate(scope: UnitOfWork, id: string, wanted: RotationWanted): Promise<void> {
    return this.#begin(scope, id, 'rotation.start', (found) => {
      if (found.shared && scope.tenantIds !== undefined) throw askProblem('rotations.shared_beyond_key');
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
      const sharers = action === 'rotation.start' && found.shared ? await sharersOf(tx, [id]) : [];
      const all = [found, ...sharers] as const;
      const begun = await this.#beginAll(tx, all, input, now);
      if (found.shared && wantsNow(input)) await lookAgain(tx, await restingSharersOf(tx, [id]), now);
      if (action === 'rotation.start') await lookAgain(tx, [...begun.keys()], new Date(now.getTime() + RETRY_MS));
      for (const one of all) if (begun.has(one.id)) this.#record(tx, action, one, { ...input, operation_id: begun.get(one.id) });
      doorbell.ringAfter(tx);
    });
  }

  /** Locked in one order, so that two who ask at once for hospitals of one client do not wait for each other. */
  async #beginAll(
    tx: Transaction,
    all: readonly [Rotatable, ...Sharer[]],
    input: Readonly<Record<string, unknown>>,
    now: Date,
  ): Promise<ReadonlyMap<string, string>> {
    const compromised = wantsNow(input);
    const ids = all.map(({ id }) => id);
    // What is compromised does not stand in line behind a rotation that soaks for a day.
    if (compromised) await setDownWaiting(tx, 'rotate', ids, now);
    const wanted = ids.map((registrationId) => ({ registrationId, kind: 'rotate' as const, input }));
    const begun = await beginOperations(tx, wanted, now);
    const busy = wanted.filter(({ registrationId }) => !begun.has(registrationId));
    const [first] = compromised ? busy.filter(({ registrationId }) => registrationId === all[0].id) : busy;
    // Asked for alone it says what is under way.
    if (first) await beginOperation(tx, first, now);
    await noteCompromised(
      tx,
      busy.map(({ registrationId }) => registrationId),
      now,
    );
    return begun;
  }

  #record(
    tx: Transaction,
    action: 'rotation.start' | 'rotation.roll_back',
    found: Pick<Rotatable, 'id' | 'tenantId'>,
    detail: Readonly<Record<string, unknown>>,
  ): void {
    const { audit, events } = this.parts.records;
    const entry = { subject: { type: 'registration', id: found.id } as const, tenantId: found.tenantId };
    audit.append(tx, { action, ...entry, detail });
    events.append(tx, { type: 'rotation.started', ...entry, data: detail });
  }
}
