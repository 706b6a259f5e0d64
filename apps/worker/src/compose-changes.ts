import { ApprovalRecords, approvalsEntities, Approvals } from '@registrar/approvals';
import type { AuditLog } from '@registrar/audit';
import type { Clock } from '@registrar/clock';
import type { Database } from '@registrar/database';
import { EhrRecords, EhrTransports } from '@registrar/ehrs';
import type { EventLog } from '@registrar/events';
import { Doorbell, DueItems, OverrideChanges, Replacements, type PlanAccess } from '@registrar/registrations';
import { RolloutRecords, RolloutRunner, Rollouts, rolloutsEntities } from '@registrar/rollouts';
import type { Vault } from '@registrar/vault';
import type { Beside } from './beside.js';

/** What changes of many registrations, and approvals of them, stand on. */
export interface ChangesGround {
  readonly database: Database;
  readonly clock: Clock;
  readonly vault: Vault;
  readonly audit: AuditLog;
  readonly events: EventLog;
  readonly access: PlanAccess;
  readonly complain: (subjectId: string, error: unknown) => void;
}

/** Every table of these nouns that is written row by row. */
export const CHANGES_ENTITIES = [...approvalsEntities, ...rolloutsEntities];

/** Roll-outs that are advanced here, and approvals whose time is over. */
export function composeChanges(ground: ChangesGround): { readonly rollouts: RolloutRunner; readonly beside: readonly Beside[] } {
  const { database, clock, vault, audit, events, access, complain } = ground;
  const approver = new Approvals(database, clock, new ApprovalRecords(audit, events), new DueItems(database, 'approval'));
  const records = new RolloutRecords(audit, events);
  const parts = { database, clock, records, approver, access, due: new DueItems(database, 'rollout') };
  const waiting = { database, clock, records: { audit, events }, access, approver, doorbell: new Doorbell(() => undefined) };
  const [changes, replacements] = [new OverrideChanges(waiting), new Replacements(waiting)];
  const rollouts = new Rollouts(parts);
  approver.onEnded('rollout', (tx, approval) => rollouts.notApproved(tx, approval));
  approver.onEnded('update', (tx, approval) => changes.notApproved(tx, approval));
  approver.onEnded('reregistration', (tx, approval) => replacements.notApproved(tx, approval));
  const transports = new EhrTransports(database, clock, vault, approver, new EhrRecords(audit, events));
  approver.onEnded('transport', (tx, approval) => transports.notApproved(tx, approval));
  const runner = new RolloutRunner(parts, complain);
  return {
    rollouts: runner,
    beside: [
      { look: () => runner.ring(), drain: () => runner.drain() },
      { look: () => approver.expireDue(complain), drain: () => Promise.resolve() },
    ],
  };
}
