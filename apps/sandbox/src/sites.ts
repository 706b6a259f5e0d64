import type { Journal } from './journal.js';
import type { Ledger } from './ledger.js';
import { RecordStore } from './record-store.js';
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

/** Opens every authorization server of a vendor: one at the root where it is shared, or else one for each hospital. Keyed by path. */
export async function openSites(
  vendor: Vendor,
  options: SiteOptions,
  place: { readonly port: number; readonly journal: Journal; readonly ledger: Ledger },
): Promise<ReadonlyMap<string, OpenSite>> {
  const sites = new Map<string, OpenSite>();
  for (const hospital of vendor.shared ? [undefined] : options.hospitals) {
    const path = hospital === undefined ? '' : `/${hospital}`;
    const issuer = `http://${options.host}:${place.port}${path}`;
    const site: Site = {
      vendor: vendor.name,
      hospital,
      path,
      issuer,
      fhirBaseUrl: `${issuer}/fhir`,
      store: new RecordStore(hospital ?? '', place.journal),
      ledger: place.ledger,
      secretTtlSeconds: options.secretTtlSeconds,
    };
    sites.set(path, { site, server: await vendor.openServer(site) });
  }
  return sites;
}
