import type { AuditLog } from '@registrar/audit';
import type { Clock } from '@registrar/clock';
import type { Database } from '@registrar/database';
import type { EventLog } from '@registrar/events';
import { RotationLines, RotationPolicies } from '@registrar/rotation';
import type { Service } from './service.js';

export interface RotationParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly events: EventLog;
}

/** The services of rotation. */
export function composeRotation({ database, clock, audit, events }: RotationParts): Service[] {
  const records = { audit, events };
  return [
    [RotationPolicies, new RotationPolicies(database, records, clock)],
    [RotationLines, new RotationLines(database, records, clock)],
  ];
}
