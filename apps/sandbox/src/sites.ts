import type { Journal } from './journal.js';
import type { Ledger } from './ledger.js';
import { RecordStore } from './record-store.js';
import type { SandboxClock } from './sandbox-clock.js';
import type { AuthorizationServer, Site, Vendor } from './vendor.js';

/** An authorization server, open at its place. */
export interface OpenSite {
  readonly site: Site;
  readonly server: AuthorizationServer;
}

interface SiteOptions {
  readonly host: string;
  readonly hospitals: readonly string[];
  readonly secretTtlSeconds: number;
}

/** What the servers of one process share. */
interface Place {
  readonly port: number;
  readonly otherPort: number;
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly clock: SandboxClock;
}

/** Opens every authorization server of some vendors: one where it is shared, or else one for each hospital. Keyed by path. */
export async function openSites(vendors: readonly Vendor[], options: SiteOptions, place: Place): Promise<ReadonlyMap<string, OpenSite>> {
  const sites = new Map<string, OpenSite>();
  for (const vendor of vendors) {
    for (const hospital of vendor.shared ? [undefined] : options.hospitals) {
      const site = siteOf(vendor, hospital, options, place);
      sites.set(site.path, { site, server: await vendor.openServer(site) });
    }
  }
  return sites;
}

function siteOf(vendor: Vendor, hospital: string | undefined, { host, secretTtlSeconds }: SiteOptions, place: Place): Site {
  const path = (vendor.path ?? '') + (hospital === undefined ? '' : `/${hospital}`);
  const issuer = `http://${host}:${place.port}${path}`;
  return {
    vendor: vendor.name,
    hospital,
    path,
    issuer,
    fhirBaseUrl: `${issuer}/fhir`,
    store: new RecordStore(hospital ?? '', place.journal),
    ledger: place.ledger,
    secretTtlSeconds,
    clock: place.clock,
    otherOrigin: `http://${host}:${place.otherPort}`,
  };
}
