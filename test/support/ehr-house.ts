import type { EntityClass, UnitOfWork } from '@registrar/database';
import {
  ConnectionsService,
  EhrDiscoveriesService,
  EhrPinning,
  EhrProber,
  EhrRecords,
  ehrsEntities,
  EhrsService,
  InitialAccessTokensService,
  type Ehr,
} from '@registrar/ehrs';
import { createOutbound } from '@registrar/outbound';
import { fhirServer, type FhirServer } from './fhir-server.js';
import { nounHouse, type NounHouse } from './noun-house.js';

/** The services of libs/ehrs on a real database, and FHIR servers that really answer. */
export interface EhrHouse extends NounHouse {
  readonly scope: UnitOfWork;
  readonly ehrs: EhrsService;
  readonly discoveries: EhrDiscoveriesService;
  readonly connections: ConnectionsService;
  readonly tokens: InitialAccessTokensService;
  /** A FHIR server of its own origin. */
  server(): Promise<FhirServer>;
  /** Creates an EHR there, in the sandbox environment. */
  make(server: FhirServer, more?: object): Promise<Ehr>;
}

/** `more`: entities of further libraries under test. */
export async function ehrHouse(more: readonly EntityClass[] = []): Promise<EhrHouse> {
  const house = await nounHouse([...ehrsEntities, ...more]);
  const outbound = createOutbound({ allow: ['127.0.0.1'] });
  const scope = await house.workspace();
  const records = new EhrRecords(house.audit, house.events);
  const prober = new EhrProber(outbound);
  const pinning = new EhrPinning(house.clock);
  const ehrs = new EhrsService(house.database, house.clock, prober, pinning, records);
  const servers: FhirServer[] = [];
  return {
    ...house,
    scope,
    ehrs,
    discoveries: new EhrDiscoveriesService(house.database, house.clock, prober, pinning, records),
    connections: new ConnectionsService(house.database, house.clock, records),
    tokens: new InitialAccessTokensService(house.database, house.clock, house.vault, records),
    async server() {
      const server = await fhirServer();
      servers.push(server);
      return server;
    },
    make: (server, more = {}) => ehrs.create(scope, { name: 'EHR', environment: 'sandbox', fhirBaseUrl: server.base, ...more }),
    async close() {
      await Promise.all(servers.map((server) => server.close()));
      await outbound.close();
      await house.close();
    },
  };
}
