import type { AuditLog } from '@registrar/audit';
import type { Clock } from '@registrar/clock';
import type { Database } from '@registrar/database';
import type { EventLog } from '@registrar/events';
import type { Completion, Doorbell } from '@registrar/registrations';
import { PersonCompletion, RotationLines, RotationPolicies, RotationRuns, Rotations } from '@registrar/rotation';
import type { Vault } from '@registrar/vault';
import type { Service } from './service.js';

export interface RotationParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly events: EventLog;
  readonly vault: Vault;
  readonly doorbell: Doorbell;
  readonly completion: Completion;
}

/** The services of rotation. */
export function composeRotation({ database, clock, audit, events, vault, doorbell, completion }: RotationParts): Service[] {
  const records = { audit, events };
  const parts = { database, records, clock, doorbell };
  return [
    [Rotations, new Rotations(parts)],
    [RotationRuns, new RotationRuns(parts)],
    [PersonCompletion, new PersonCompletion(parts, vault, completion)],
    [RotationPolicies, new RotationPolicies(database, records, clock)],
    [RotationLines, new RotationLines(database, records, clock)],
  ];
}
