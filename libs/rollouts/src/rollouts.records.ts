import type { AuditLog } from '@registrar/audit';
import type { Transaction } from '@registrar/database';
import type { EventLog } from '@registrar/events';
import type { Rollout } from './rollout.js';

export type RolloutStep = 'create' | 'start' | 'widen' | 'pause' | 'resume' | 'halt' | 'succeed' | 'cancel' | 'supersede';

/** What audit trail and event log learn about roll-outs, in the transaction that changes them. */
export class RolloutRecords {
  constructor(
    private readonly audit: AuditLog,
    private readonly events: EventLog,
  ) {}

  write(tx: Transaction, step: RolloutStep, rollout: Rollout, detail: Readonly<Record<string, unknown>> = {}): void {
    const subject = { type: 'rollout', id: rollout.id } as const;
    const about = { application_id: rollout.applicationId, revision: rollout.revision, status: rollout.status, stage: rollout.stage };
    const why = rollout.problem ? { code: rollout.problem.code } : {};
    this.audit.append(tx, { action: `rollout.${step}`, subject, detail: { ...about, ...why, ...detail } });
    this.events.append(tx, { type: `rollout.${rollout.status}`, subject, data: { ...about, ...why } });
  }
}
