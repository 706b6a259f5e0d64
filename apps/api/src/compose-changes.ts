import { ApprovalRecords, approvalsEntities, Approvals, BreakGlass } from '@registrar/approvals';
import type { AuditLog } from '@registrar/audit';
import type { Clock } from '@registrar/clock';
import type { Database } from '@registrar/database';
import { EhrRecords, EhrTransports } from '@registrar/ehrs';
import type { EventLog } from '@registrar/events';
import { DueItems, OverrideChanges, Replacements, type CredentialUse, type Doorbell, type PlanAccess } from '@registrar/registrations';
import { RolloutRecords, Rollouts, rolloutsEntities } from '@registrar/rollouts';
import type { Vault } from '@registrar/vault';
import type { Service } from './service.js';

/** What changes of many registrations, and approvals of them, stand on. */
export interface ChangesGround {
  readonly database: Database;
  readonly clock: Clock;
  readonly vault: Vault;
  readonly audit: AuditLog;
  readonly events: EventLog;
  readonly access: PlanAccess;
  readonly doorbell: Doorbell;
  readonly credentialUse: CredentialUse;
}

/** Every table of these nouns. */
export const CHANGES_ENTITIES = [...approvalsEntities, ...rolloutsEntities];

/** Makes the services of approvals, roll-outs, changed overrides and replacements, and says how each goes on once it is decided. */
export function composeChanges(ground: ChangesGround): Service[] {
  const { database, clock, vault, audit, events, access, doorbell, credentialUse } = ground;
  const approvals = new Approvals(database, clock, new ApprovalRecords(audit, events), new DueItems(database, 'approval'));
  const records = new RolloutRecords(audit, events);
  const rollouts = new Rollouts({ database, clock, records, approver: approvals, access, due: new DueItems(database, 'rollout') });
  const parts = { database, clock, records: { audit, events }, access, approver: approvals, doorbell };
  const [changes, replacements] = [new OverrideChanges(parts), new Replacements(parts)];
  approvals.onApproved('rollout', (tx, approval) => rollouts.approved(tx, approval));
  approvals.onEnded('rollout', (tx, approval) => rollouts.notApproved(tx, approval));
  approvals.onApproved('update', (tx, approval) => changes.approved(tx, approval));
  approvals.onEnded('update', (tx, approval) => changes.notApproved(tx, approval));
  approvals.onApproved('reregistration', (tx, approval) => replacements.approved(tx, approval));
  approvals.onEnded('reregistration', (tx, approval) => replacements.notApproved(tx, approval));
  const transports = new EhrTransports(database, clock, vault, approvals, new EhrRecords(audit, events));
  approvals.onApproved('transport', (tx, approval) => transports.approved(tx, approval));
  approvals.onEnded('transport', (tx, approval) => transports.notApproved(tx, approval));
  return [
    [Approvals, approvals],
    [BreakGlass, new BreakGlass(database, approvals, credentialUse, audit)],
    [EhrTransports, transports],
    [Rollouts, rollouts],
    [OverrideChanges, changes],
    [Replacements, replacements],
  ];
}
