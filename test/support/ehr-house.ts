import type { UnitOfWork } from '@registrar/database';
import type { Discovery } from '@registrar/dcr';
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
import { nounHouse, type NounHouse } from './noun-house.js';

/** The services of libs/ehrs on a real database. What discovery finds is given as data: how it is found is a matter of libs/dcr. */
export interface EhrHouse extends NounHouse {
  readonly scope: UnitOfWork;
  readonly ehrs: EhrsService;
  readonly discoveries: EhrDiscoveriesService;
  readonly connections: ConnectionsService;
  readonly tokens: InitialAccessTokensService;
  /** What the next discovery of a FHIR base URL finds; nothing where it is not named. */
  readonly found: Map<string, Discovery>;
  /** An EHR on a host of its own, with what is found there. */
  server(): { base: string; discovery: Discovery };
  make(base: string, more?: object): Promise<Ehr>;
}

const NOTHING: Discovery = {
  issuerConfirmed: false,
  documents: [{ kind: 'smart-configuration', url: 'https://ehr.example/x', found: false, problem: 'html' }],
  endpoints: {},
  capabilities: { dynamicRegistration: false },
  problems: [],
  status: 'unreachable',
  origins: [],
};

export async function ehrHouse(): Promise<EhrHouse> {
  const house = await nounHouse(ehrsEntities);
  const outbound = createOutbound({ allow: [] });
  const scope = await house.workspace();
  const found = new Map<string, Discovery>();
  const records = new EhrRecords(house.audit, house.events);
  const prober = new EhrProber(outbound, (_outbound, input) => Promise.resolve(found.get(input.fhirBaseUrl ?? '') ?? NOTHING));
  const pinning = new EhrPinning(house.clock);
  const ehrs = new EhrsService(house.database, house.clock, prober, pinning, records);
  let hosts = 0;
  return {
    ...house,
    scope,
    found,
    ehrs,
    discoveries: new EhrDiscoveriesService(house.database, house.clock, prober, pinning, records),
    connections: new ConnectionsService(house.database, house.clock, records),
    tokens: new InitialAccessTokensService(house.database, house.clock, house.vault, records),
    server() {
      hosts += 1;
      const origin = `https://ehr${hosts}.example`;
      const discovery = discoveryAt(origin);
      found.set(`${origin}/fhir`, discovery);
      return { base: `${origin}/fhir`, discovery };
    },
    make: (base, more = {}) => ehrs.create(scope, { name: 'EHR', environment: 'sandbox', fhirBaseUrl: base, ...more }),
    async close() {
      await outbound.close();
      await house.close();
    },
  };
}

function discoveryAt(origin: string): Discovery {
  return {
    issuer: origin,
    issuerConfirmed: true,
    documents: [{ kind: 'openid-configuration', url: `${origin}/.well-known/openid-configuration`, status: 200, found: true }],
    endpoints: { token: `${origin}/token`, registration: `${origin}/register` },
    capabilities: { authMethods: ['client_secret_basic'], dynamicRegistration: true },
    problems: [],
    status: 'ready',
    origins: [origin],
  };
}
