import { join } from 'node:path';
import type { Provider } from '@nestjs/common';
import { accessEntities, ApiKeysService } from '@registrar/access';
import { AuditEvents, AuditLog } from '@registrar/audit';
import { StoredCheckpoints } from '@registrar/checkpoints';
import { FileClock, SystemClock } from '@registrar/clock';
import type { Config } from '@registrar/config';
import { Database, openDatabase } from '@registrar/database';
import { EventLog } from '@registrar/events';
import { createJobs, Jobs, type JobsIncident } from '@registrar/jobs';
import { PlatformSigner } from '@registrar/keys';
import { Holdings, Links } from '@registrar/links';
import { CertificateSigner } from '@registrar/offboarding';
import { createOutbound } from '@registrar/outbound';
import { Reports } from '@registrar/reports';
import { rotationEntities } from '@registrar/rotation';
import { TenantRecords, tenantsEntities, TenantsService, TenantSuspensionService, WorkspacesService } from '@registrar/tenants';
import { newId, openKekRing, openVault } from '@registrar/vault';
import type { Logger } from 'pino';
import { composeAccess } from './compose-access.js';
import { CHANGES_ENTITIES, composeChanges } from './compose-changes.js';
import { composeNouns, NOUN_ENTITIES } from './compose-nouns.js';
import { composeOffboarding } from './compose-offboarding.js';
import { composeRegistrations } from './compose-registrations.js';
import { PublicUrl } from './links/public-url.js';
import { makeFirstWorkspace } from './owner-key.js';
import type { Service } from './service.js';

/** Everything that controllers are given, and how to put it away again. */
export interface Composition {
  readonly providers: Provider[];
  close(): Promise<void>;
}

// Every table that the api's services touch. A noun adds its list here.
const ENTITIES = [...accessEntities, ...tenantsEntities, ...CHANGES_ENTITIES, ...NOUN_ENTITIES, ...rotationEntities];

/**
 * Opens what the api stands on and makes the services of every noun: the one place where they are put together.
 * @throws Problem config.* | database.* | vault.*
 */
export async function compose(config: Config, log: Logger): Promise<Composition> {
  const { DATABASE_URL, REDIS_URL } = config;
  if (!DATABASE_URL) throw new Error('The api needs DATABASE_URL; npm start brings a database of its own.');
  const clock = config.CLOCK_FILE === undefined ? new SystemClock(config.CLOCK_OFFSET_MS) : new FileClock(config.CLOCK_FILE);
  const settings = {
    url: DATABASE_URL.expose(),
    poolSize: config.DATABASE_POOL_SIZE,
    entities: ENTITIES,
    applicationName: 'registrar-api',
  };
  const database = await openDatabase(settings);
  const report = (incident: JobsIncident) => {
    const { error, ...what } = { error: undefined, ...incident };
    log.warn({ ...what, err: error }, 'queue');
  };
  const jobs = createJobs({ databaseUrl: DATABASE_URL, redisUrl: REDIS_URL, connectionName: 'registrar-api', report });
  const kek = openKekRing(config);
  const { vault, platformKeys } = await openVault(database, kek, clock);
  const audit = new AuditLog(vault, clock);
  audit.attach(database);
  const events = new EventLog(clock, newId);
  const platformSigner = new PlatformSigner(platformKeys);

  const tenantRecords = new TenantRecords(audit, events);
  const workspaces = new WorkspacesService(database, clock, tenantRecords);
  const apiKeys = new ApiKeysService(database, clock, audit, platformKeys);
  await makeFirstWorkspace(workspaces, apiKeys, join(config.REGISTRAR_HOME, 'owner-key'));

  const outbound = createOutbound({ allow: config.OUTBOUND_ALLOW, extraPorts: config.OUTBOUND_PORTS });
  const { registrations, suspensions, deregistrations, doorbell, credentialUse, ...rest } = await composeRegistrations({
    config,
    database,
    clock,
    vault,
    audit,
    events,
    jobs,
    outbound,
  });
  const nouns = composeNouns({ config, database, clock, audit, events, vault, outbound });
  // Whatever waits for a token like this at that server goes on with the same commit.
  nouns.initialAccessTokens.onSupplied(async (tx, token) => {
    await registrations.resumeWaiting(tx, 'supply_initial_access_token', token);
  });
  nouns.statements.onSupplied(async (tx, statement) => {
    await registrations.resumeWaiting(tx, 'supply_software_statement', statement);
  });

  // What was put aside with them is due again with the commit that resumes them.
  const tenantSuspension = new TenantSuspensionService(database, clock, tenantRecords);
  tenantSuspension.onResumed((tx, tenantId) => suspensions.ringFor(tx, { tenantId }));
  nouns.ehrSuspension.onResumed((tx, ehrId) => suspensions.ringFor(tx, { ehrId }));
  nouns.applicationSuspension.onResumed((tx, applicationId) => suspensions.ringFor(tx, { applicationId }));

  const services: Service[] = [
    ...rest.services,
    ...nouns.services,
    ...composeChanges({
      database,
      clock,
      vault,
      audit,
      events,
      access: { outbound, publicUrl: config.PUBLIC_URL },
      doorbell,
      credentialUse,
    }),
    [AuditEvents, new AuditEvents(database, vault)],
    [PlatformSigner, platformSigner],
    [StoredCheckpoints, new StoredCheckpoints(database, platformSigner)],
    [Database, database],
    [Jobs, jobs],
    ...composeAccess({ config, database, clock, audit, platformKeys, outbound }, apiKeys),
    [WorkspacesService, workspaces],
    [TenantSuspensionService, tenantSuspension],
    ...composeOffboarding({ config, database, clock, vault, audit, events, deregistrations }),
    [Reports, new Reports({ database, clock, audit, signer: new CertificateSigner(database, clock, vault, config.PUBLIC_URL) })],
    [Links, new Links(database, clock, audit, platformKeys)],
    [PublicUrl, new PublicUrl(config.PUBLIC_URL)],
    [Holdings, new Holdings(database, clock, platformKeys)],
    [TenantsService, new TenantsService(database, clock, tenantRecords)],
  ];
  return {
    providers: services.map(([provide, useValue]) => ({ provide, useValue })),
    close: async () => {
      await rest.close();
      await jobs.close();
      await outbound.close();
      vault.close();
      await kek.close();
      await database.close();
    },
  };
}
