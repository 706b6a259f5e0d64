import {
  ApplicationOverridesService,
  ApplicationRecords,
  applicationsEntities,
  ApplicationsService,
  ApplicationSuspensionService,
} from '@registrar/applications';
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
  EhrRoads,
  ehrsEntities,
  EhrsService,
  EhrSuspensionService,
  InitialAccessTokensService,
} from '@registrar/ehrs';
import type { EventLog } from '@registrar/events';
import { StatementIssuer, StatementRecords, statementsEntities, StatementsService } from '@registrar/statements';
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
export const NOUN_ENTITIES = [...applicationsEntities, ...ehrsEntities, ...statementsEntities];

/** The services, and those of them that others are told by. */
export interface NounServices {
  readonly services: Service[];
  readonly initialAccessTokens: InitialAccessTokensService;
  readonly statements: StatementsService;
  readonly ehrSuspension: EhrSuspensionService;
  readonly applicationSuspension: ApplicationSuspensionService;
}

/** Makes the services of applications, EHRs, connections, initial access tokens and software statements. */
export function composeNouns(ground: Ground): NounServices {
  const { config, database, clock, audit, events, vault, outbound } = ground;
  const applicationRecords = new ApplicationRecords(audit, events);
  const rules = { loopbackAllowed: !config.production };
  const ehrRecords = new EhrRecords(audit, events);
  const prober = new EhrProber(outbound, new EhrRoads(database, vault, outbound));
  const pinning = new EhrPinning(clock);
  const initialAccessTokens = new InitialAccessTokensService(database, clock, vault, ehrRecords);
  const issuer = new StatementIssuer(database, clock, vault, config.PUBLIC_URL);
  const statements = new StatementsService({ database, clock, vault, outbound, issuer, records: new StatementRecords(audit, events) });
  const ehrSuspension = new EhrSuspensionService(database, clock, ehrRecords);
  const applicationSuspension = new ApplicationSuspensionService(database, clock, applicationRecords);
  const services: Service[] = [
    [ApplicationsService, new ApplicationsService(database, clock, applicationRecords, rules)],
    [ApplicationOverridesService, new ApplicationOverridesService(database, clock, applicationRecords, rules)],
    [EhrsService, new EhrsService(database, clock, prober, pinning, ehrRecords)],
    [EhrDiscoveriesService, new EhrDiscoveriesService(database, clock, prober, pinning, ehrRecords)],
    [ConnectionsService, new ConnectionsService(database, clock, ehrRecords)],
    [InitialAccessTokensService, initialAccessTokens],
    [StatementsService, statements],
    [EhrSuspensionService, ehrSuspension],
    [ApplicationSuspensionService, applicationSuspension],
  ];
  return { services, initialAccessTokens, statements, ehrSuspension, applicationSuspension };
}
