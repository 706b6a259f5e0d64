import type { AuditLog } from '@registrar/audit';
import type { Transaction } from '@registrar/database';
import type { EventLog } from '@registrar/events';
import type { Approval } from './approval.js';

const STEPS = {
  request: 'requested',
  approve: 'approved',
  reject: 'rejected',
  expire: 'expired',
  use: 'used',
} as const;
type Step = keyof typeof STEPS;

/** What audit trail and event log learn about approvals, in the transaction that changes them. */
export class ApprovalRecords {
  constructor(
    private readonly audit: AuditLog,
    private readonly events: EventLog,
  ) {}

  write(tx: Transaction, step: Step, approval: Approval): void {
    const subject = { type: 'approval', id: approval.id } as const;
    const tenant = approval.tenantId === null ? {} : { tenantId: approval.tenantId };
    const about = { kind: approval.kind, subject_type: approval.subject.type, subject_id: approval.subject.id };
    const detail = { ...about, documents_hash: approval.documentsHash };
    this.audit.append(tx, { action: `approval.${step}`, subject, detail, ...tenant });
    this.events.append(tx, { type: `approval.${STEPS[step]}`, subject, data: about, ...tenant });
  }
}
