import type { CommandName, Commands, ServerListing } from './command.js';
import type { FaultBoard } from './fault.js';
import type { Ledger } from './ledger.js';
import type { RequestLog } from './request-log.js';
import type { OpenSite } from './sites.js';
import type { AuthorizationServer, Vendor } from './vendor.js';

/** What a vendor's process is made of, as far as the control port may ask. */
export interface VendorParts {
  readonly vendor: Vendor;
  readonly sites: ReadonlyMap<string, OpenSite>;
  readonly ledger: Ledger;
  readonly requests: RequestLog;
  readonly faults: FaultBoard;
}

type Handlers = { readonly [C in CommandName]: (parts: VendorParts, asks: Commands[C]['asks']) => Commands[C]['answers'] };

const HANDLERS: Handlers = {
  servers: ({ vendor, sites }) => [...sites.values()].map((open) => listing(vendor, open)),
  ledger: ({ ledger }) => [...ledger.entries()],
  request_counts: ({ requests }) => requests.counts(),
  recent_requests: ({ requests }) => requests.recent(),
  faults: ({ faults }) => [...faults.waiting()],
  add_fault: ({ faults }, { fault }) => {
    faults.add(fault);
    return null;
  },
  clear_faults: ({ faults }) => {
    faults.clear();
    return null;
  },
  expire_secrets: ({ sites }, { hospital, client_id }) =>
    serversOf(sites, hospital).reduce((expired, server) => expired + server.expireSecrets(client_id), 0),
  remove_clients: ({ sites }, { hospital, client_id }) =>
    serversOf(sites, hospital).reduce((removed, server) => removed + server.removeClient(client_id), 0),
};

/** Does what one command asks. */
export function carryOut<C extends CommandName>(parts: VendorParts, command: C, asks: Commands[C]['asks']): Commands[C]['answers'] {
  return HANDLERS[command](parts, asks);
}

function serversOf(sites: ReadonlyMap<string, OpenSite>, hospital: string | undefined): AuthorizationServer[] {
  const named = [...sites.values()].filter(({ site }) => hospital === undefined || site.hospital === hospital);
  return named.map(({ server }) => server);
}

function listing(vendor: Vendor, { site, server }: OpenSite): ServerListing {
  return {
    vendor: vendor.name,
    ...(site.hospital === undefined ? {} : { hospital: site.hospital }),
    shared: vendor.shared,
    issuer: site.issuer,
    fhir_base_url: site.fhirBaseUrl,
    ...(server.initialAccessToken === undefined ? {} : { initial_access_token: server.initialAccessToken }),
  };
}
