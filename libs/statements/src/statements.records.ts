import type { AuditLog } from '@registrar/audit';
import type { Transaction } from '@registrar/database';
import type { EventLog } from '@registrar/events';
import type { StoredStatement } from './stored-statement.js';

const EVENTS = {
  'software_statement.create': 'software_statement.created',
  'software_statement.delete': 'software_statement.deleted',
} as const;

/** What audit trail and event log learn about software statements. Never a claim, which may hold people's addresses (I-04). */
export class StatementRecords {
  constructor(
    private readonly audit: AuditLog,
    private readonly events: EventLog,
  ) {}

  write(tx: Transaction, action: keyof typeof EVENTS, statement: StoredStatement, digest: string): void {
    const subject = { type: 'software_statement', id: statement.id } as const;
    const tenant = statement.tenantId === undefined ? {} : { tenantId: statement.tenantId };
    const data = {
      ehr_id: statement.ehrId,
      application_id: statement.applicationId,
      origin: statement.origin,
      signature: statement.signature,
    };
    this.audit.append(tx, { action, subject, ...tenant, detail: { ...data, pinned_origin: statement.pinnedOrigin, digest } });
    this.events.append(tx, { type: EVENTS[action], subject, ...tenant, data });
  }
}
