import { carryOutSimulation } from './carry-out-simulation.js';
import type { CommandName, Commands, ServerListing, Where } from './command.js';
import { isTwist } from './fault.js';
import type { FaultBoard } from './fault.js';
import type { Ledger } from './ledger.js';
import type { RequestLog } from './request-log.js';
import type { SandboxClock } from './sandbox-clock.js';
import type { OpenSite } from './sites.js';

/** What a vendor's process is made of, as far as the control port may ask. */
export interface VendorParts {
  readonly sites: ReadonlyMap<string, OpenSite>;
  readonly ledger: Ledger;
  readonly requests: RequestLog;
  readonly faults: FaultBoard;
  readonly clock: SandboxClock;
  listen(open: boolean): Promise<void>;
}

type Answers<C extends CommandName> = Commands[C]['answers'];
export type Handlers<Names extends CommandName> = {
  readonly [C in Names]: (parts: VendorParts, asks: Commands[C]['asks']) => Answers<C> | Promise<Answers<C>>;
};

const HANDLERS: Handlers<CommandName> = {
  ...carryOutSimulation,
  servers: ({ sites }, where) => sitesOf(sites, where).map(listing),
  ledger: ({ sites, ledger }, where) => {
    for (const { server } of sites.values()) server.simulation?.sweep();
    return ledger.entries().filter((entry) => isAt(where, entry));
  },
  request_counts: ({ requests }) => requests.counts(),
  recent_requests: ({ requests }, filter) => requests.recent(filter),
  rates: ({ requests }) => requests.rates(),
  faults: ({ faults }) => [...faults.waiting()],
  add_fault: ({ sites, faults }, { fault }) => {
    const simulated = [...sites.values()].every(({ server }) => server.simulation !== undefined);
    if (simulated || !isTwist(fault)) faults.add(fault);
    return null;
  },
  clear_faults: ({ faults }) => {
    faults.clear();
    return null;
  },
  expire_secrets: ({ sites }, { client_id, ...where }) =>
    sitesOf(sites, where).reduce((expired, { server }) => expired + server.expireSecrets(client_id), 0),
  remove_clients: ({ sites }, { client_id, ...where }) =>
    sitesOf(sites, where).reduce((removed, { server }) => removed + server.removeClient(client_id), 0),
};

/** Does what one command asks. */
export function carryOut<C extends CommandName>(
  parts: VendorParts,
  command: C,
  asks: Commands[C]['asks'],
): Answers<C> | Promise<Answers<C>> {
  return HANDLERS[command](parts, asks);
}

function sitesOf(sites: ReadonlyMap<string, OpenSite>, where: Where): OpenSite[] {
  return [...sites.values()].filter(({ site }) => isAt(where, site));
}

function isAt(where: Where, at: { readonly vendor: string; readonly hospital?: string | null | undefined }): boolean {
  return (where.vendor === undefined || where.vendor === at.vendor) && (where.hospital === undefined || where.hospital === at.hospital);
}

function listing({ site, server }: OpenSite): ServerListing {
  const { initialAccessToken: token, simulation, smartConfiguration: published } = server;
  const iatClient = simulation?.iatClient();
  const adminToken = simulation?.adminToken();
  return {
    vendor: site.vendor,
    ...(site.hospital === undefined ? {} : { hospital: site.hospital }),
    shared: site.hospital === undefined,
    issuer: site.issuer,
    fhir_base_url: site.fhirBaseUrl,
    ...(token === undefined ? {} : { initial_access_token: token }),
    ...(typeof published.registration_endpoint === 'string' ? { registration_endpoint: published.registration_endpoint } : {}),
    ...(typeof published.token_endpoint === 'string' ? { token_endpoint: published.token_endpoint } : {}),
    ...(iatClient ? { iat_client: iatClient } : {}),
    ...(adminToken === undefined ? {} : { admin_token: adminToken }),
    ...(simulation ? { simulated: true as const } : {}),
  };
}
