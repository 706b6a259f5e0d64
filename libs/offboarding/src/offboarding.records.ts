import type { AuditLog } from '@registrar/audit';
import type { Transaction } from '@registrar/database';
import type { EventLog } from '@registrar/events';
import type { Offboarding } from './offboarding.js';

type Step = 'schedule' | 'cancel' | 'begin' | 'finish' | 'shred';

const EVENTS = {
  schedule: 'tenant.offboarding_scheduled',
  cancel: 'tenant.offboarding_cancelled',
  begin: 'tenant.offboarding',
  finish: 'tenant.offboarded',
  shred: 'tenant.shredded',
} as const satisfies Record<Step, string>;

/** What audit trail and event log learn of an off-boarding, in the transaction of each step. */
export class OffboardingRecords {
  constructor(
    private readonly audit: AuditLog,
    private readonly events: EventLog,
  ) {}

  write(
    tx: Transaction,
    step: Step,
    { id, tenantId }: Pick<Offboarding, 'id' | 'tenantId'>,
    detail: Readonly<Record<string, unknown>>,
  ): void {
    const subject = { type: 'tenant', id: tenantId } as const;
    this.audit.append(tx, { action: `offboarding.${step}`, subject, tenantId, detail: { offboarding_id: id, ...detail } });
    this.events.append(tx, { type: EVENTS[step], subject, tenantId, data: { offboarding_id: id } });
  }
}
