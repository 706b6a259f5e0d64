import type { Config } from '@registrar/config';
import type { Clock } from '@registrar/clock';
import type { AuditLog } from '@registrar/audit';
import type { Database } from '@registrar/database';
import type { EventLog } from '@registrar/events';
import { CertificateSigner, OffboardingRecords, Offboardings, Shredding } from '@registrar/offboarding';
import { DueItems, type Deregistrations } from '@registrar/registrations';
import type { Vault } from '@registrar/vault';
import type { Service } from './service.js';

export interface OffboardingGround {
  readonly config: Config;
  readonly database: Database;
  readonly clock: Clock;
  readonly vault: Vault;
  readonly audit: AuditLog;
  readonly events: EventLog;
  readonly deregistrations: Deregistrations;
}

/** The services that end a hospital. */
export function composeOffboarding({ config, database, clock, vault, audit, events, deregistrations }: OffboardingGround): Service[] {
  const records = new OffboardingRecords(audit, events);
  const signer = new CertificateSigner(database, clock, vault, config.PUBLIC_URL);
  const due = new DueItems(database, 'offboarding');
  return [
    [Offboardings, new Offboardings({ database, clock, records, deregistrations, due })],
    [Shredding, new Shredding({ database, clock, records, signer, keyringRetentionDays: config.KEYRING_BACKUP_DAYS })],
  ];
}
