import type { AuditLog } from '@registrar/audit';
import type { Clock } from '@registrar/clock';
import type { Config } from '@registrar/config';
import { EventFeed } from './events/event-feed.js';
import { Notifications, type Database } from '@registrar/database';
import { EhrRoads } from '@registrar/ehrs';
import type { EventLog } from '@registrar/events';
import type { Jobs } from '@registrar/jobs';
import { assertPublicUrl, KeyPool, KeySetFetches, PublishedDocuments } from '@registrar/keys';
import type { Outbound } from '@registrar/outbound';
import {
  Batches,
  Completion,
  Deregistrations,
  Orphans,
  CredentialUse,
  Doorbell,
  Imports,
  LeakedSecrets,
  Lookup,
  MatrixReader,
  OperationWaiters,
  RegistrationHistory,
  SupportBundles,
  Registrations,
  Suspensions,
  TokenBroker,
  UnknownOutcomes,
  Wakeups,
  workDue,
  WorksheetReader,
} from '@registrar/registrations';
import { retireWhenRead } from '@registrar/rotation';
import { KeyPurge, type Vault } from '@registrar/vault';
import { RevealWatch } from './auth/reveal-watch.js';
import { composeRotation } from './compose-rotation.js';
import type { Service } from './service.js';

export interface RegistrationParts {
  readonly config: Config;
  readonly database: Database;
  readonly clock: Clock;
  readonly vault: Vault;
  readonly audit: AuditLog;
  readonly events: EventLog;
  readonly jobs: Jobs;
  readonly outbound: Outbound;
}

/** The services of registrations, and what they listen to. */
export async function composeRegistrations(parts: RegistrationParts): Promise<{
  services: Service[];
  registrations: Registrations;
  suspensions: Suspensions;
  deregistrations: Deregistrations;
  doorbell: Doorbell;
  credentialUse: CredentialUse;
  close: () => Promise<void>;
}> {
  const { config, database, clock, vault, audit, events, jobs, outbound } = parts;
  const notifications = new Notifications(config.DATABASE_URL?.expose() ?? '');
  const published = new PublishedDocuments(database, notifications);
  const keySetFetches = new KeySetFetches(database, clock);
  const [ended, fetched] = [new Wakeups(notifications, 'operations'), new Wakeups(notifications, 'access_tokens')];
  const told = new Wakeups(notifications, 'events');
  const keys = new KeyPool(database, vault, clock);
  const access = {
    outbound,
    roads: new EhrRoads(database, vault, outbound),
    clock,
    vault,
    keys,
    publicUrl: config.PUBLIC_URL,
    proofLadderMs: config.PROOF_LADDER_MS,
    quota: { registrations: config.REGISTRATIONS_PER_TENANT, queued: config.QUEUED_PER_TENANT },
  };
  const doorbell = new Doorbell(() => void jobs.enqueue(workDue, {}, { dedupeId: 'work-due' }));
  const records = { audit, events };
  const registrations = new Registrations(database, records, clock, access, doorbell);
  const deregistrations = new Deregistrations(database, records, clock, doorbell);
  const suspensions = new Suspensions(database, records, clock, doorbell);
  await assertPublicUrl(database, config.PUBLIC_URL, config.PUBLIC_URL_ALIASES);
  await Promise.all([new KeyPurge(notifications, vault).start(), published.start(), ended.start(), fetched.start(), told.start()]);
  const adoption = { database, records, clock, vault, doorbell };
  const completion = new Completion(adoption);
  const credentialUse = new CredentialUse(database, access, audit, events, retireWhenRead);
  return {
    registrations,
    suspensions,
    doorbell,
    deregistrations,
    credentialUse,
    services: [
      ...composeRotation({ database, clock, audit, events, vault, doorbell, completion }),
      [EventFeed, new EventFeed(database, events, told)],
      [Notifications, notifications],
      [KeySetFetches, keySetFetches],
      [PublishedDocuments, published],
      [Doorbell, doorbell],
      [Registrations, registrations],
      [Suspensions, suspensions],
      [Deregistrations, deregistrations],
      [Orphans, new Orphans(database, records, clock)],
      [OperationWaiters, new OperationWaiters(ended, registrations)],
      [Batches, new Batches(database, records, clock, access, doorbell)],
      [Imports, new Imports(database, records, clock, vault, access, doorbell)],
      [MatrixReader, new MatrixReader(database)],
      [Lookup, new Lookup(database)],
      [RegistrationHistory, new RegistrationHistory(database)],
      [SupportBundles, new SupportBundles(database, clock)],
      [WorksheetReader, new WorksheetReader(database)],
      [UnknownOutcomes, new UnknownOutcomes(adoption)],
      [TokenBroker, new TokenBroker(database, access, records, fetched)],
      [RevealWatch, new RevealWatch(database, audit, events)],
      [LeakedSecrets, new LeakedSecrets(database, vault, audit)],
      [CredentialUse, credentialUse],
    ],
    close: async () => {
      published.close();
      await keySetFetches.close();
      await notifications.close();
    },
  };
}
