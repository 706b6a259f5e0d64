import type { AuditLog } from '@registrar/audit';
import type { Clock } from '@registrar/clock';
import type { Config } from '@registrar/config';
import { Notifications, type Database } from '@registrar/database';
import type { EventLog } from '@registrar/events';
import { CertificateSigner, OffboardingRecords, OffboardingRunner } from '@registrar/offboarding';
import { Deregistrations, Doorbell, DueItems } from '@registrar/registrations';
import { KeyPurge, type Vault } from '@registrar/vault';
import type { Beside } from './beside.js';

export interface OffboardingGround {
  readonly config: Config;
  readonly database: Database;
  readonly clock: Clock;
  readonly vault: Vault;
  readonly audit: AuditLog;
  readonly events: EventLog;
  readonly ring: () => void;
  readonly complain: (subjectId: string, error: unknown) => void;
}

/** Off-boardings that are advanced here, and the keys that are let go of when a hospital's are shredded. */
export async function composeOffboarding(
  ground: OffboardingGround,
): Promise<{ readonly beside: Beside; readonly close: () => Promise<void> }> {
  const { config, database, clock, vault, audit, events, ring, complain } = ground;
  const deregistrations = new Deregistrations(database, { audit, events }, clock, new Doorbell(ring));
  const due = new DueItems(database, 'offboarding');
  const parts = { database, clock, deregistrations, due, records: new OffboardingRecords(audit, events) };
  const signer = new CertificateSigner(database, clock, vault, config.PUBLIC_URL);
  const runner = new OffboardingRunner(parts, signer, config.KEYRING_BACKUP_DAYS, complain);
  const notifications = new Notifications(config.DATABASE_URL?.expose() ?? '');
  await new KeyPurge(notifications, vault).start();
  return { beside: { look: () => runner.look(), drain: () => Promise.resolve() }, close: () => notifications.close() };
}
