import type { AuditLog } from '@registrar/audit';
import type { Transaction } from '@registrar/database';
import type { EventLog } from '@registrar/events';
import type { ApplicationOverrideRow } from './application-override.entity.js';
import type { ApplicationRow } from './application.entity.js';

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

  overridden(tx: Transaction, row: ApplicationOverrideRow): void {
    const detail = { ehr_id: row.ehrId, version: row.version, members: Object.keys(row.clientMetadata) };
    this.#write(tx, row.applicationId, 'application.override', detail);
  }

  #write(
    tx: Transaction,
    id: string,
    action: 'application.create' | 'application.update' | 'application.override',
    detail: Readonly<Record<string, unknown>>,
  ): void {
    const subject = { type: 'application', id } as const;
    this.audit.append(tx, { action, subject, detail });
    this.events.append(tx, {
      type: action === 'application.create' ? 'application.created' : 'application.updated',
      subject,
      data: detail,
    });
  }
}
