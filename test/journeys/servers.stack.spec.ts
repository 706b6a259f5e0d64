import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PRODUCT_NAMES } from '../../apps/sandbox/src/simulator/product-names.js';
import { startStack, type Stack } from '../support/index.js';

type Product = (typeof PRODUCT_NAMES)[number];

/** Where a product differs from: registered by itself, updated by PUT, and compared by a read. */
interface Row {
  /** Left in another status than active, and looked at by a person. */
  readonly registered?: string;
  /** The code of the problem of an update; left out, it succeeds. */
  readonly update?: string;
  /** By what it is compared. */
  readonly sync?: 'compare_token';
}

const ROWS: Record<Exclude<Product, 'portal'>, Row> = {
  'node-oidc-provider': {},
  keycloak: {},
  hydra: {},
  spring: { registered: 'action_required' },
  duende: { update: 'registrations.unmanageable', sync: 'compare_token' },
  mitreid: { sync: 'compare_token' },
  curity: { sync: 'compare_token' },
  ibm: {},
  pingam: {},
  pingfederate: { sync: 'compare_token' },
  okta: { update: 'registrations.unmanageable', sync: 'compare_token' },
  wso2: { update: 'registrations.unmanageable', sync: 'compare_token' },
  auth0: { update: 'registrations.unmanageable', sync: 'compare_token' },
  cognito: { update: 'registrations.unmanageable', sync: 'compare_token' },
  janssen: {},
  glewlwyd: {},
  authlib: {},
  oauth_overlap: { sync: 'compare_token' },
};

interface Shown {
  id: string;
  status: string;
  client_id: string;
  drift: string;
  problem: object | null;
  operation: { id: string; kind: string; status: string; problem: { code: string } | null; steps: { name: string }[] };
}

let stack: Stack;
let applicationId: string;
beforeAll(async () => {
  stack = await startStack({ sandboxEnv: { SANDBOX_VENDORS: 'none', SANDBOX_SIMULATE: 'all', SANDBOX_HOSPITALS: '1' } });
  const body = { name: 'Care Gaps', client_metadata: { client_name: 'Care Gaps' }, required_scopes: ['system/Patient.rs'] };
  applicationId = (await create('/v1/applications', body)).id;
});
afterAll(() => stack.stop());

async function create(path: string, body: object): Promise<{ id: string }> {
  const answer = await stack.call<{ id: string }>('POST', path, { body });
  expect(answer).toMatchObject({ status: 201 });
  return answer.body;
}

const waiting = { prefer: 'wait=30' };
const truth = async (vendor: string, clientId: string) =>
  (await stack.sandbox.ledger({ vendor })).find((entry) => entry.client_id === clientId);

/** A hospital of its own with that product's server, and what registering there takes. */
async function hospital(product: Product): Promise<{ tenantId: string; ehrId: string }> {
  const [server] = await stack.sandbox.servers({ vendor: product });
  const tenantId = (await create('/v1/tenants', { name: `Hospital ${product}` })).id;
  const ehr = { name: product, vendor: product, environment: 'sandbox', fhir_base_url: server?.fhir_base_url };
  const ehrId = (await create('/v1/ehrs', ehr)).id;
  const { iat_client: by, initial_access_token: token, admin_token: admin } = server ?? {};
  const value = token ?? admin;
  if (by) {
    const { client_id, client_secret, scope } = by;
    await create(`/v1/ehrs/${ehrId}/initial-access-tokens`, { client_credentials: { client_id, client_secret, scope } });
  } else if (value !== undefined) await create(`/v1/ehrs/${ehrId}/initial-access-tokens`, { value });
  return { tenantId, ehrId };
}

describe.each(Object.entries(ROWS))('at %s (protocol.md C)', (product, row) => {
  let shown: Shown;

  it('a client is registered, and both books agree', { timeout: 60_000 }, async () => {
    const { tenantId, ehrId } = await hospital(product as Product);
    const body = { tenant_id: tenantId, ehr_id: ehrId, application_id: applicationId };
    shown = (await stack.call<Shown>('POST', '/v1/registrations', { body, headers: waiting })).body;
    expect(shown).toMatchObject({ status: row.registered ?? 'active' });
    const ledger = await stack.sandbox.ledger({ vendor: product });
    expect(ledger.filter((entry) => entry.deleted_at === null).map((entry) => entry.client_id)).toEqual([shown.client_id]);
  });

  if (row.registered !== undefined) return;

  it('it is updated, or refused in words, and goes on', { timeout: 60_000 }, async () => {
    const body = { client_metadata: { client_name: 'Care Gaps 2' } };
    const updated = (await stack.call<Shown>('PATCH', `/v1/registrations/${shown.id}`, { body, headers: waiting })).body;
    expect(updated).toMatchObject({ status: 'active', operation: { kind: 'update' } });
    const operation = (await stack.call<Shown['operation']>('GET', `/v1/operations/${updated.operation.id}`, {})).body;
    expect(operation.problem?.code).toBe(row.update);
    expect(operation.status).toBe(row.update === undefined ? 'succeeded' : 'failed');
    const name = (await truth(product, shown.client_id))?.client_name;
    expect(name).toMatch(row.update === undefined ? /^Care Gaps 2/ : /^Care Gaps(?! 2)/);
  });

  it('it is compared, and a token is still to be had', { timeout: 60_000 }, async () => {
    const synced = (await stack.call<Shown>('POST', `/v1/registrations/${shown.id}/sync`, { headers: waiting })).body;
    expect(synced).toMatchObject({ status: 'active', drift: 'none', operation: { kind: 'sync', status: 'succeeded' } });
    const { body } = await stack.call<Shown['operation']>('GET', `/v1/operations/${synced.operation.id}`);
    expect(body.steps.map((step) => step.name)).toEqual([row.sync ?? 'compare']);
    expect(await stack.call('POST', `/v1/registrations/${shown.id}/token`, { body: {} })).toMatchObject({ status: 200 });
  });
});
