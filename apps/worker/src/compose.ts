import { AuditLog } from '@registrar/audit';
import { CheckpointMaker, openCheckpointSink } from '@registrar/checkpoints';
import { FileClock, SystemClock } from '@registrar/clock';
import type { Config } from '@registrar/config';
import { openDatabase } from '@registrar/database';
import { EhrRoads, ExpiryAlarms, GateProber, tokenExpiries } from '@registrar/ehrs';
import { EventLog } from '@registrar/events';
import { createJobs } from '@registrar/jobs';
import { KeyPool, PlatformSigner } from '@registrar/keys';
import { createOutbound } from '@registrar/outbound';
import { PolicyWindows, RotationPlanner, RotationScheduler, schedulePromoted } from '@registrar/rotation';
import { createEngine, SyncScheduler } from '@registrar/registrations';
import { statementExpiries, StatementIssuer } from '@registrar/statements';
import { newId, openKekRing, openVault } from '@registrar/vault';
import type { Logger } from 'pino';
import { CHANGES_ENTITIES, composeChanges } from './compose-changes.js';
import { composeOffboarding } from './compose-offboarding.js';
import { failureOf } from './logger.js';
import { keyringUpkeep } from './keyring-upkeep.js';
import { WorkerProcess } from './worker-process.js';

const LOOK_AGAIN_MS = 200;

/** The composition root: everything that a worker is made of, once, in order. */
export async function composeWorker(config: Config, logger: Logger): Promise<WorkerProcess> {
  const clock = config.CLOCK_FILE === undefined ? new SystemClock(config.CLOCK_OFFSET_MS) : new FileClock(config.CLOCK_FILE);
  const url = config.DATABASE_URL?.expose() ?? '';
  const settings = { url, poolSize: config.DATABASE_POOL_SIZE, entities: CHANGES_ENTITIES, applicationName: 'registrar-worker' };
  const database = await openDatabase(settings);
  const kek = openKekRing(config);
  const { vault, platformKeys } = await openVault(database, kek, clock);
  const audit = new AuditLog(vault, clock);
  audit.attach(database);
  const outbound = createOutbound({ allow: config.OUTBOUND_ALLOW, extraPorts: config.OUTBOUND_PORTS });
  const jobs = createJobs({
    databaseUrl: config.DATABASE_URL,
    redisUrl: config.REDIS_URL,
    connectionName: 'registrar-worker',
    report: (incident) => {
      logger.warn({ incident: incident.kind }, 'queue');
    },
  });
  const events = new EventLog(clock, newId);
  const records = { audit, events };
  const keys = new KeyPool(database, vault, clock);
  const roads = new EhrRoads(database, vault, outbound);
  const access = {
    ...{ outbound, roads, clock, vault, keys, publicUrl: config.PUBLIC_URL },
    proofLadderMs: config.PROOF_LADDER_MS,
    leavingLadderMs: config.DEREGISTER_LADDER_MS,
  };
  const complain = (subjectId: string, error: unknown) => {
    logger.error({ subject_id: subjectId, failure: failureOf(error) }, 'it will be looked at again');
  };
  const changes = composeChanges({ ...{ database, clock, vault, audit, events, access }, complain });
  const dispatcher = createEngine({
    database,
    records,
    clock,
    access,
    settings: { capacity: config.WORKER_CONCURRENCY, renewMs: config.LEASE_MS / 4, leaseMs: config.LEASE_MS, lookAgainMs: LOOK_AGAIN_MS },
    complain: (operationId, error) => {
      logger.error({ operation_id: operationId, failure: failureOf(error) }, 'an operation will be taken up again');
    },
    onPromoted: schedulePromoted,
    turnedDown: (operationId) => {
      logger.warn({ operation_id: operationId }, 'a change was turned down: somebody else has taken over');
    },
    carried: ({ input }) => {
      changes.rollouts.carried(input);
    },
    planners: (own) => [new RotationPlanner(own, database)],
    windows: new PolicyWindows(database, clock),
  });
  const offboarding = await composeOffboarding({
    ...{ config, database, clock, vault, audit, events, complain },
    ring: () => {
      dispatcher.ring();
    },
  });
  const alarms = new ExpiryAlarms(database, clock, events, [tokenExpiries, statementExpiries]);
  const rotations = new RotationScheduler(
    database,
    records,
    clock,
    () => {
      dispatcher.ring();
    },
    (error) => {
      logger.error({ failure: failureOf(error) }, 'rotations will be looked at again');
    },
  );
  const syncs = new SyncScheduler(
    database,
    clock,
    () => {
      dispatcher.ring();
    },
    (error) => {
      logger.error({ failure: failureOf(error) }, 'comparisons will be looked at again');
    },
  );
  const prober = new GateProber(database, roads, complain);
  const keyring = keyringUpkeep({ database, vault, clock, kek, logger, days: config.DATA_KEY_DAYS });
  const checkpoints = new CheckpointMaker({
    ...{ database, clock, signer: new PlatformSigner(platformKeys), sink: openCheckpointSink(config.AUDIT_CHECKPOINTS, outbound) },
    complain: (error) => {
      logger.error({ failure: failureOf(error) }, 'audit checkpoints will be made again');
    },
  });
  const issuer = new StatementIssuer(database, clock, vault, config.PUBLIC_URL);
  const beside = [
    ...changes.beside,
    { look: () => issuer.look({ audit, events }, complain), drain: () => Promise.resolve() },
    offboarding.beside,
    ...keyring,
    checkpoints,
    { look: () => prober.look(), drain: () => Promise.resolve() },
  ];
  return new WorkerProcess({ dispatcher, alarms, rotations, syncs, beside }, jobs, config, logger, [
    () => offboarding.close(),
    () => outbound.close(),
    () => {
      vault.close();
      return kek.close();
    },
    () => database.close(),
  ]);
}
