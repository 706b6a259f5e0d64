import type { Clock } from '@registrar/clock';
import type { Database, Transaction, UnitOfWork } from '@registrar/database';
import type { EventLog, EventType } from '@registrar/events';
import { alarmRows, type DueAlarm } from './expiry-alarm.repository.js';
import { daysAnnounced } from './expiry-ladder.js';

/** What an alarm tells of one thing that runs out. */
export interface Expiring {
  readonly id: string;
  readonly tenantId: string | null;
  /** Ids and words. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** A kind of thing that runs out: how to look it up, and what its alarm is called. */
export interface ExpirySource {
  readonly kind: string;
  readonly event: EventType;
  /** Those of these that are still of use, by one statement; the others are not announced. */
  readonly find: (tx: Transaction, ids: readonly string[]) => Promise<Expiring[]>;
  /** Called for what is over, in the same transaction. */
  readonly over?: (tx: Transaction, ids: readonly string[], now: Date) => Promise<void>;
}

const BATCH = 500;

/** Announces the end of tokens and statements, 30, 14, 7 and 1 days before, each once, however many workers look (I-02, I-05). */
export class ExpiryAlarms {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly events: EventLog,
    private readonly sources: readonly ExpirySource[],
  ) {}

  /** Raises what is due now. @returns how many events were appended. */
  async raise(): Promise<number> {
    const now = this.clock.now();
    const due = await alarmRows.due(this.database, now, BATCH);
    let raised = 0;
    for (const workspaceId of new Set(due.map((alarm) => alarm.workspaceId))) {
      const alarms = due.filter((alarm) => alarm.workspaceId === workspaceId);
      const scope: UnitOfWork = { workspaceId, actor: { type: 'system', id: 'worker' }, requestId: 'expiry-alarms' };
      raised += await this.database.transaction(scope, (tx) => this.#announce(tx, alarms, now));
    }
    return due.length === BATCH ? raised + (await this.raise()) : raised;
  }

  async #announce(tx: Transaction, alarms: readonly DueAlarm[], now: Date): Promise<number> {
    const taken = await alarmRows.take(tx, alarms, now);
    let raised = 0;
    for (const source of this.sources) {
      const own = new Map(taken.filter((alarm) => alarm.kind === source.kind).map((alarm) => [alarm.subjectId, alarm.expiresAt]));
      if (own.size === 0) continue;
      const over = [...own].filter(([, expiresAt]) => expiresAt <= now).map(([id]) => id);
      for (const { id, tenantId, data } of await source.find(tx, [...own.keys()])) {
        const expiresAt = own.get(id);
        const days = expiresAt && daysAnnounced(expiresAt, now);
        if (days === undefined) continue;
        const subject = { type: source.kind, id };
        const told = { ...data, days, expires_at: expiresAt?.toISOString() };
        this.events.append(tx, { type: source.event, subject, data: told, ...(tenantId === null ? {} : { tenantId }) });
        raised += 1;
      }
      if (over.length > 0) await source.over?.(tx, over, now);
    }
    await alarmRows.move(tx, taken, now);
    return raised;
  }
}
