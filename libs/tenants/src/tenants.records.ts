import type { AuditLog } from '@registrar/audit';
import type { Transaction } from '@registrar/database';
import type { EventLog } from '@registrar/events';
import type { TenantRow } from './tenant.entity.js';

const EVENTS = {
  'tenant.create': 'tenant.created',
  'tenant.update': 'tenant.updated',
  'tenant.suspend': 'tenant.suspended',
  'tenant.resume': 'tenant.resumed',
} as const;

/** What audit trail and event log learn about tenants, in the transaction that changes them. Names and contacts stay out of both. */
export class TenantRecords {
  constructor(
    private readonly audit: AuditLog,
    private readonly events: EventLog,
  ) {}

  created(tx: Transaction, row: TenantRow): void {
    this.#write(tx, row, 'tenant.create', {});
  }

  changed(tx: Transaction, row: TenantRow, members: readonly string[]): void {
    this.#write(tx, row, 'tenant.update', { members });
  }

  /** Suspended or resumed, as the row says. */
  stopped(tx: Transaction, row: TenantRow, reason: string | undefined): void {
    this.#write(tx, row, row.suspendedAt ? 'tenant.suspend' : 'tenant.resume', reason === undefined ? {} : { reason });
  }

  workspaceCreated(tx: Transaction): void {
    this.audit.append(tx, { action: 'workspace.create', subject: { type: 'workspace', id: tx.scope.workspaceId } });
  }

  #write(tx: Transaction, row: TenantRow, action: keyof typeof EVENTS, detail: Readonly<Record<string, unknown>>): void {
    const subject = { type: 'tenant', id: row.id } as const;
    this.audit.append(tx, { action, subject, tenantId: row.id, detail: { ...detail, version: row.version } });
    this.events.append(tx, {
      type: EVENTS[action],
      subject,
      tenantId: row.id,
      data: { version: row.version },
    });
  }
}
