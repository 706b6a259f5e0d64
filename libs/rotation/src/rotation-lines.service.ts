import type { AuditLog } from '@registrar/audit';
import type { Clock } from '@registrar/clock';
import type { Database, UnitOfWork } from '@registrar/database';
import type { EventLog } from '@registrar/events';
import { resumeLine } from './line.repository.js';
import { hurryWorkspace } from './schedule.repository.js';

/** The line of rotations at an EHR's server: it stops by itself, and goes on when a person has looked. */
export class RotationLines {
  constructor(
    private readonly database: Database,
    private readonly records: { readonly audit: AuditLog; readonly events: EventLog },
    private readonly clock: Clock,
  ) {}

  /** Lets scheduled rotations start again; the failures until now count no more. Where the line moves, nothing happens. */
  async resume(scope: UnitOfWork, ehrId: string): Promise<void> {
    const now = this.clock.now();
    await this.database.transaction(scope, async (tx) => {
      if (!(await resumeLine(tx, ehrId, now))) return;
      await hurryWorkspace(tx, now);
      const subject = { type: 'ehr', id: ehrId } as const;
      this.records.audit.append(tx, { action: 'ehr.resume_rotations', subject });
      this.records.events.append(tx, { type: 'ehr.rotations_resumed', subject });
    });
  }
}
