import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from 'jose';
import type { DemoApi } from './demo-api.js';
import { onboard, type Pair } from './demo-onboarding.js';
import { untilDone } from './demo-patience.js';
import { externalId, LEAVING } from './demo-plan.js';
import { isSettledActive, standings, untilSettled, whyNot } from './demo-registrations.js';
import type { DemoServer } from './demo-sandbox.js';

interface Tenant {
  readonly id: string;
  readonly status: 'active' | 'offboarding' | 'offboarded';
}

/** What a batch is asked for: every hospital of the pairs at every EHR of theirs. */
export function batchOf(applicationId: string, pairs: readonly Pair[]) {
  return {
    application_id: applicationId,
    tenant_ids: [...new Set(pairs.map(({ tenantId }) => tenantId))],
    ehr_ids: [...new Set(pairs.map(({ ehrId }) => ehrId))],
    connect: true,
  };
}

/**
 * One more hospital comes, is registered everywhere, and leaves again.
 * @returns what does not hold, in plain words
 */
export async function comeAndLeave(
  { api, signal }: { readonly api: DemoApi; readonly signal: AbortSignal },
  servers: readonly DemoServer[],
  did: (step: string) => void,
): Promise<string[]> {
  const [known] = await api.all<Tenant>(`/v1/tenants?external_id=${externalId(LEAVING)}`);
  if (known?.status === 'offboarded') {
    did(`${LEAVING.name} left in an earlier run`);
    return [];
  }
  if (known?.status === 'offboarding') return leave(api, known.id, did, signal);
  const { applicationId, pairs } = await onboard(api, servers, [LEAVING], () => undefined);
  const [first] = pairs;
  if (!first) return [`The sandbox has no servers for ${LEAVING.name}.`];
  await api.send('POST', '/v1/batches', batchOf(applicationId, pairs), `Registering ${LEAVING.name}`);
  const now = await untilSettled(
    () => standings(api, applicationId, pairs),
    () => undefined,
    signal,
  );
  const missing = now.filter((one) => !isSettledActive(one));
  if (missing.length > 0) return missing.map(whyNot);
  did(`${LEAVING.name} comes: ${now.length} clients registered and proven`);
  return leave(api, first.tenantId, did, signal);
}

interface Offboarding {
  readonly status: string;
  readonly counts: { readonly registrations: number; readonly ended: number; readonly clients_deleted: number; readonly left: number };
  readonly certificate: { readonly jws: string; readonly jwks_uri: string } | null;
}

async function leave(api: DemoApi, tenantId: string, did: (step: string) => void, signal: AbortSignal): Promise<string[]> {
  const path = `/v1/tenants/${tenantId}`;
  const tenant = await api.get<Tenant>(path);
  if (tenant.status === 'active')
    await api.send('POST', `${path}/offboard`, { reason: 'The demo ends here for it' }, `Off-boarding ${LEAVING.name}`);
  const end = await untilDone(
    () => api.get<Offboarding>(`${path}/offboarding`),
    ({ certificate }) => certificate !== null,
    signal,
  );
  const { registrations, ended, clients_deleted: deleted, left } = end.counts;
  if (end.certificate === null || left > 0)
    return [`Of ${LEAVING.name}'s ${registrations} registrations ${ended} have ended; ${left} clients are left to a person.`];
  await compactVerify(end.certificate.jws, createLocalJWKSet(await keysAt(end.certificate.jwks_uri, signal)));
  did(`${LEAVING.name} leaves: ${deleted} clients deleted at their authorization servers, and its certificate fits the published key`);
  return [];
}

async function keysAt(uri: string, signal: AbortSignal): Promise<JSONWebKeySet> {
  const answer = await fetch(uri, { signal });
  return (await answer.json()) as JSONWebKeySet;
}
