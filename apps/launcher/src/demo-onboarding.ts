import type { DemoApi } from './demo-api.js';
import { APPLICATION, externalId, LAUNCHED, VENDORS, type Hospital } from './demo-plan.js';
import type { DemoServer } from './demo-sandbox.js';

/** One hospital at one vendor's EHR: what is to become a registration. */
export interface Pair {
  readonly hospital: string;
  readonly tenantId: string;
  readonly vendor: string;
  readonly ehrId: string;
  readonly issuer: string;
}

export interface Onboarded {
  readonly applicationId: string;
  readonly pairs: readonly Pair[];
}

interface Tenant {
  readonly id: string;
}
interface Ehr {
  readonly id: string;
  readonly name: string;
  readonly fhir_base_url: string | null;
  readonly status: string;
  readonly discovery: { readonly problems: readonly { readonly severity: string; readonly says: string; readonly mends: string }[] } | null;
}
interface Found<Thing> {
  readonly thing: Thing;
  readonly made: boolean;
}

/** As many calls at once as one careful client makes. */
const AT_ONCE = 6;

/**
 * Brings hospitals, their EHRs, initial access tokens and the application in. What an earlier run brought in is found again.
 * @param did hears each step, once it is done
 * @throws Error in plain words
 */
export async function onboard(
  api: DemoApi,
  all: readonly DemoServer[],
  hospitals: readonly Hospital[],
  did: (step: string) => void,
): Promise<Onboarded> {
  const keys = new Set(hospitals.map(({ key }) => key));
  const servers = all.filter(({ hospital }) => hospital === undefined || keys.has(hospital));
  const tenants = await inTurn(hospitals, (hospital) => bringTenant(api, hospital.name, externalId(hospital)));
  did(`${hospitals.length} hospitals (${counts(tenants)})`);

  const known = new Map((await api.all<Ehr>('/v1/ehrs?environment=sandbox')).map((ehr) => [ehr.fhir_base_url, ehr]));
  const tenantOf = new Map(tenants.map(({ thing }, index) => [hospitals[index]?.key ?? '', thing.id]));
  const ehrs = await inTurn(servers, async (server) => {
    const found = await bringEhr(api, server, known.get(server.fhir_base_url), tenantOf.get(server.hospital ?? ''));
    return { ...found, server };
  });
  did(`${ehrs.length} EHRs, discovered and ready (${counts(ehrs)})`);

  const guarded = ehrs.filter(({ server }) => server.initial_access_token !== undefined);
  const tokens = await inTurn(guarded, ({ thing, server }) => bringToken(api, thing, server));
  did(`${tokens.length} initial access tokens, for the EHRs that ask for one (${counts(tokens)})`);

  const application = await bringApplication(api);
  const { id: applicationId } = application.thing;
  for (const { thing, server } of ehrs) {
    const path = `/v1/applications/${applicationId}/ehrs/${thing.id}`;
    if (server.hospital === undefined) await api.send('PUT', path, LAUNCHED, `Saying what "${APPLICATION.name}" is at ${thing.name}`);
  }
  did(`Application "${APPLICATION.name}" (${counts([application])}), as a launched one at the shared EHR`);

  const ehrOf = (vendor: string, hospital: string) =>
    ehrs.find(({ server }) => server.vendor === vendor && (server.hospital ?? hospital) === hospital);
  const pairs = hospitals.flatMap(({ name: hospital, key }, index) =>
    VENDORS.flatMap((vendor) => {
      const ehr = ehrOf(vendor, key);
      const tenantId = tenants[index]?.thing.id;
      return ehr && tenantId !== undefined ? [{ hospital, tenantId, vendor, ehrId: ehr.thing.id, issuer: ehr.server.issuer }] : [];
    }),
  );
  return { applicationId, pairs };
}

async function bringTenant(api: DemoApi, name: string, external: string): Promise<Found<Tenant>> {
  const [known] = await api.all<Tenant>(`/v1/tenants?external_id=${external}`);
  if (known) return { thing: known, made: false };
  return { thing: await api.send('POST', '/v1/tenants', { name, external_id: external }, `Adding the hospital ${name}`), made: true };
}

async function bringEhr(api: DemoApi, server: DemoServer, known: Ehr | undefined, tenantId: string | undefined): Promise<Found<Ehr>> {
  const name = server.hospital === undefined ? `${server.vendor}, shared` : `${server.vendor} ${server.hospital}`;
  const body = {
    name,
    environment: 'sandbox',
    // What these servers are made with; it decides on the quirks that are assumed.
    vendor: 'oidc-provider',
    fhir_base_url: server.fhir_base_url,
    ...(server.hospital === undefined ? {} : { tenant_id: tenantId }),
  };
  let ehr = known ?? (await api.send<Ehr>('POST', '/v1/ehrs', body, `Adding the EHR ${name}`));
  if (known && known.status !== 'ready') ehr = await api.send('POST', `/v1/ehrs/${known.id}/discover`, {}, `Discovering the EHR ${name}`);
  if (ehr.status === 'ready') return { thing: ehr, made: known === undefined };
  const why = (ehr.discovery?.problems ?? []).filter(({ severity }) => severity === 'error').map(({ says }) => says);
  throw new Error(`The EHR ${name} at ${server.fhir_base_url} is ${ehr.status}, not ready. ${why.join(' ')}`.trim());
}

async function bringToken(api: DemoApi, ehr: Ehr, server: DemoServer): Promise<Found<unknown>> {
  const path = `/v1/ehrs/${ehr.id}/initial-access-tokens`;
  const known = (await api.all<{ status: string }>(path)).find(({ status }) => status === 'available');
  if (known) return { thing: known, made: false };
  return {
    thing: await api.send('POST', path, { value: server.initial_access_token }, `Giving ${ehr.name} its initial access token`),
    made: true,
  };
}

async function bringApplication(api: DemoApi): Promise<Found<{ readonly id: string }>> {
  const all = await api.all<{ id: string; name: string }>('/v1/applications?kind=backend');
  const known = all.find(({ name }) => name === APPLICATION.name);
  if (known) return { thing: known, made: false };
  return { thing: await api.send('POST', '/v1/applications', APPLICATION, `Adding the application ${APPLICATION.name}`), made: true };
}

async function inTurn<Item, Result>(items: readonly Item[], work: (item: Item, index: number) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map((item, offset) => work(item, from + offset)))));
  }
  return results;
}

function counts(found: readonly Found<unknown>[]): string {
  const made = found.filter((one) => one.made).length;
  if (made === 0) return 'there already';
  return made === found.length ? 'new' : `${made} new, ${found.length - made} there already`;
}
