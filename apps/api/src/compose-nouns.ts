import { ApplicationOverridesService, ApplicationRecords, applicationsEntities, ApplicationsService } from '@registrar/applications';
import type { AuditLog } from '@registrar/audit';
import type { Clock } from '@registrar/clock';
import type { Config } from '@registrar/config';
import type { Database } from '@registrar/database';
import {
  ConnectionsService,
  EhrDiscoveriesService,
  EhrPinning,
  EhrProber,
  EhrRecords,
  ehrsEntities,
  EhrsService,
  InitialAccessTokensService,
} from '@registrar/ehrs';
import type { EventLog } from '@registrar/events';
import type { Outbound } from '@registrar/outbound';
import type { Vault } from '@registrar/vault';
import type { Service } from './service.js';

/** What the nouns stand on. */
export interface Ground {
  readonly config: Config;
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly events: EventLog;
  readonly vault: Vault;
  readonly outbound: Outbound;
}

/** Every table of these nouns. */
export const NOUN_ENTITIES = [...applicationsEntities, ...ehrsEntities];

/** Makes the services of applications, EHRs, connections and initial access tokens. */
export function composeNouns(ground: Ground): { readonly services: Service[]; readonly initialAccessTokens: InitialAccessTokensService } {
  const { config, database, clock, audit, events, vault, outbound } = ground;
  const applicationRecords = new ApplicationRecords(audit, events);
  const rules = { loopbackAllowed: !config.production };
  const ehrRecords = new EhrRecords(audit, events);
  const prober = new EhrProber(outbound);
  const pinning = new EhrPinning(clock);
  const initialAccessTokens = new InitialAccessTokensService(database, clock, vault, ehrRecords);
  const services: Service[] = [
    [ApplicationsService, new ApplicationsService(database, clock, applicationRecords, rules)],
    [ApplicationOverridesService, new ApplicationOverridesService(database, clock, applicationRecords, rules)],
    [EhrsService, new EhrsService(database, clock, prober, pinning, ehrRecords)],
    [EhrDiscoveriesService, new EhrDiscoveriesService(database, clock, prober, pinning, ehrRecords)],
    [ConnectionsService, new ConnectionsService(database, clock, ehrRecords)],
    [InitialAccessTokensService, initialAccessTokens],
  ];
  return { services, initialAccessTokens };
}
