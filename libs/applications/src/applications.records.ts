import type { AuditLog } from '@registrar/audit';
import type { Transaction } from '@registrar/database';
import type { EventLog } from '@registrar/events';
import type { ApplicationOverrideRow } from './application-override.entity.js';
import type { ApplicationRow } from './application.entity.js';

const EVENTS = {
  'application.create': 'application.created',
  'application.update': 'application.updated',
  'application.override': 'application.updated',
  'application.suspend': 'application.suspended',
  'application.resume': 'application.resumed',
} as const;

/** What audit trail and event log learn about applications, in the transaction that changes them. */
export class ApplicationRecords {
  constructor(
    private readonly audit: AuditLog,
    private readonly events: EventLog,
  ) {}

  created(tx: Transaction, row: ApplicationRow): void {
    this.#write(tx, row.id, 'application.create', { revision: row.currentRevision });
  }

  changed(tx: Transaction, row: ApplicationRow, members: readonly string[]): void {
    this.#write(tx, row.id, 'application.update', { revision: row.currentRevision, version: row.version, members });
  }

  /** Suspended or resumed, as the row says. */
  stopped(tx: Transaction, row: ApplicationRow, reason: string | undefined): void {
    this.#write(tx, row.id, row.suspendedAt ? 'application.suspend' : 'application.resume', reason === undefined ? {} : { reason });
  }

  overridden(tx: Transaction, row: ApplicationOverrideRow): void {
    const detail = { ehr_id: row.ehrId, version: row.version, members: Object.keys(row.clientMetadata) };
    this.#write(tx, row.applicationId, 'application.override', detail);
  }

  #write(tx: Transaction, id: string, action: keyof typeof EVENTS, detail: Readonly<Record<string, unknown>>): void {
    const subject = { type: 'application', id } as const;
    this.audit.append(tx, { action, subject, detail });
    this.events.append(tx, {
      type: EVENTS[action],
      subject,
      data: detail,
    });
  }
}
