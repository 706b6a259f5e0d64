import type { AuditLog } from '@registrar/audit';
import type { Clock } from '@registrar/clock';
import type { Database, Transaction, UnitOfWork } from '@registrar/database';
import type { EventLog } from '@registrar/events';
import { beginOperations, failExpired } from '@registrar/registrations';
import { newId } from '@registrar/vault';
import { takeAlarms } from './alarms.repository.js';
import { decide } from './decide.js';
import { DUE_AT_A_TIME, dueRegistrations, SCHEDULER, stillCompromised } from './due.repository.js';
import { linesOf, stopLines } from './line.repository.js';
import { postponeRenewals, takeRenewals } from './renewals.repository.js';
import { takeReadersBehind } from './readers.repository.js';
import { postponeRetiring, takeRetiring } from './retiring.repository.js';
import { scheduleInputs } from './schedule-input.repository.js';
import { lookAgain, nextDue, writeSchedule } from './schedule.repository.js';
import { sharersOf, type Sharer } from './sharers.repository.js';
import { scheduleStale } from './schedule.js';
import { WorkspaceTurns, type Turn } from './workspace-turns.js';

const AT_A_TIME = DUE_AT_A_TIME;
const FAILED_MS = 5_000;
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 86_400_000;

/**
 * Starts what is due: one workspace after the other, each by one worker at a time. It knows nothing of a queue; whoever
 * calls `look` makes it punctual. What it starts is carried on like every other operation.
 */
export class RotationScheduler {
  readonly #turns: WorkspaceTurns;
  #looking: Promise<void> | undefined;
  #stopped = false;

  constructor(
    private readonly database: Database,
    private readonly records: { readonly audit: AuditLog; readonly events: EventLog },
    private readonly clock: Clock,
    /** Called when operations were started. */
    private readonly started: () => void,
    private readonly complain: (error: unknown) => void,
  ) {
    this.#turns = new WorkspaceTurns(database, `scheduler-${newId()}`);
  }

  /** Looks at every workspace whose time has come; a call while it looks is the same look. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#look()
      .catch(this.complain)
      .finally(() => {
        this.#looking = undefined;
      });
    return this.#looking;
  }

  /** Begins no other look, and waits for the end of the one that is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#looking;
  }

  async #look(): Promise<void> {
    while (!this.#stopped) {
      const turns = await this.#turns.take(this.clock.now());
      if (turns.length === 0) return;
      for (const turn of turns) {
        try {
          await this.#workspace(turn);
        } catch (error) {
          // One workspace's trouble is not the next one's.
          this.complain(error);
          await this.#turns.giveBack(turn, new Date(this.clock.now().getTime() + FAILED_MS)).catch(this.complain);
        }
      }
    }
  }

  async #workspace(turn: Turn): Promise<void> {
    const { workspaceId } = turn;
    const scope: UnitOfWork = { workspaceId, actor: SCHEDULER, requestId: 'rotation' };
    const now = this.clock.now();
    const stale = await this.database.transaction(scope, (tx) => scheduleStale(tx, AT_A_TIME, now));
    const due = await this.database.transaction(scope, (tx) => this.#start(tx, now));
    if (due.started > 0) this.started();
    const retiring = await this.database.transaction(scope, (tx) => this.#retire(tx, now));
    if (retiring > 0) this.started();
    const renewing = await this.database.transaction(scope, (tx) => this.#renew(tx, now));
    if (renewing > 0) this.started();
    const alarms = await this.database.transaction(scope, (tx) => this.#alarm(tx, now));
    const soon = await this.database.transaction(scope, (tx) => nextDue(tx));
    const more = [stale, due.looked, retiring, alarms].includes(AT_A_TIME);
    // What is due still was being written by somebody else.
    const next = Math.min(now.getTime() + MINUTE_MS, Math.max(soon?.getTime() ?? Number.MAX_SAFE_INTEGER, now.getTime() + SECOND_MS));
    await this.#turns.giveBack(turn, more ? now : new Date(next));
  }

  /** @returns how many were due, and how many of them were started. */
  async #start(tx: Transaction, now: Date): Promise<{ readonly looked: number; readonly started: number }> {
    const due = await dueRegistrations(tx, now);
    if (due.length === 0) return { looked: 0, started: 0 };
    const ids = due.map((registration) => registration.id);
    const servers = [...new Set(due.flatMap(({ authorizationServerId: id }) => (id === null ? [] : [id])))];
    const inputs = new Map(
      (
        await scheduleInputs(
          tx,
          ids.map((registrationId) => ({ registrationId })),
        )
      ).flatMap((one) => (one.input ? [[one.registrationId, one.input]] : [])),
    );
    const urgent = await stillCompromised(tx, ids);
    const { start, next, stop } = decide(due, inputs, await linesOf(tx, servers), now, urgent);
    await this.#stop(tx, stop, now);
    // Hospitals that share a client are due with the first of them; what is compromised is made good where it is not yet.
    const sharers = await this.#sharers(
      tx,
      start.map(({ id }) => id),
      urgent,
    );
    const all = [...start.map(({ id, tenantId }) => ({ id, tenantId, by: id })), ...sharers];
    const reasonOf = (id: string) => (urgent.has(id) ? 'compromised' : 'scheduled');
    const wanted = all.map(({ id, by }) => ({ registrationId: id, kind: 'rotate' as const, input: { reason: reasonOf(by) } }));
    const started = wanted.length === 0 ? new Map<string, string>() : await beginOperations(tx, wanted, now);
    await writeSchedule(tx, next);
    await lookAgain(
      tx,
      sharers.map(({ id }) => id),
      new Date(now.getTime() + DAY_MS),
    );
    for (const { id, tenantId, by } of all) {
      if (!started.has(id)) continue;
      const entry = { subject: { type: 'registration', id } as const, tenantId };
      const said = { operation_id: started.get(id), reason: reasonOf(by) };
      this.records.audit.append(tx, { action: 'rotation.start', ...entry, detail: said });
      this.records.events.append(tx, { type: 'rotation.started', ...entry, data: said });
    }
    return { looked: due.length, started: started.size };
  }

  async #sharers(tx: Transaction, ids: readonly string[], urgent: ReadonlySet<string>): Promise<Sharer[]> {
    const all = await sharersOf(tx, ids);
    if (!all.some(({ by }) => urgent.has(by))) return all;
    const behind = await stillCompromised(
      tx,
      all.map(({ id }) => id),
    );
    return all.filter(({ id, by }) => !urgent.has(by) || behind.has(id));
  }

  /** Ends the overlaps that are over. @returns how many there were. */
  async #retire(tx: Transaction, now: Date): Promise<number> {
    await this.#tellBehind(tx, now);
    const retiring = await takeRetiring(tx, now, AT_A_TIME);
    const wanted = retiring.map(({ registrationId, credentialId }) => ({
      registrationId,
      kind: 'rotate' as const,
      input: { phase: 'retire', reason: 'scheduled', credential_id: credentialId },
    }));
    const begun = wanted.length > 0 ? await beginOperations(tx, wanted, now) : new Map<string, string>();
    const busy = retiring.map(({ registrationId }) => registrationId).filter((id) => !begun.has(id));
    await postponeRetiring(tx, busy, now);
    return retiring.length;
  }

  /** Begins the renewal of registration access tokens that end. @returns how many there were. */
  async #renew(tx: Transaction, now: Date): Promise<number> {
    const due = await takeRenewals(tx, now, AT_A_TIME);
    const input = { phase: 'renew', reason: 'scheduled' };
    const wanted = due.map((registrationId) => ({ registrationId, kind: 'rotate' as const, input }));
    const begun = wanted.length > 0 ? await beginOperations(tx, wanted, now) : new Map<string, string>();
    const busy = due.filter((id) => !begun.has(id));
    await postponeRenewals(tx, busy, now);
    return begun.size;
  }

  /** Who still relies on a secret that goes now is named, so that somebody looks after them. */
  async #tellBehind(tx: Transaction, now: Date): Promise<void> {
    for (const { credentialId, version, registrationId, tenantId, readers } of await takeReadersBehind(tx, now, AT_A_TIME)) {
      this.records.events.append(tx, {
        type: 'credential.readers_behind',
        subject: { type: 'registration', id: registrationId },
        ...(tenantId === null ? {} : { tenantId }),
        data: {
          credential_id: credentialId,
          version,
          count: readers.length,
          readers,
        },
      });
    }
  }

  async #stop(tx: Transaction, servers: readonly string[], now: Date): Promise<void> {
    if (servers.length === 0) return;
    for (const { ehrId, authorizationServerId, tenantId } of await stopLines(tx, servers, now)) {
      const entry = { subject: { type: 'ehr', id: ehrId } as const, ...(tenantId === null ? {} : { tenantId }) };
      this.records.audit.append(tx, { action: 'ehr.stop_rotations', ...entry, detail: { authorization_server_id: authorizationServerId } });
      this.records.events.append(tx, { type: 'ehr.rotations_stopped', ...entry });
    }
  }

  async #alarm(tx: Transaction, now: Date): Promise<number> {
    const alarms = await takeAlarms(tx, now, AT_A_TIME);
    for (const { registrationId, credentialId, tenantId, expiresAt, days } of alarms) {
      this.records.events.append(tx, {
        type: days === 0 ? 'credential.expired' : 'credential.expiring',
        subject: { type: 'registration', id: registrationId },
        ...(tenantId === null ? {} : { tenantId }),
        data: { credential_id: credentialId, expires_at: expiresAt.toISOString(), ...(days === 0 ? {} : { days }) },
      });
    }
    await failExpired(
      tx,
      alarms.flatMap((alarm) => (alarm.days === 0 ? [alarm.registrationId] : [])),
      this.records,
      now,
    );
    return alarms.length;
  }
}
