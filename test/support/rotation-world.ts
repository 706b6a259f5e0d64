import { expect } from 'vitest';
import { until } from './part.js';
import { settled, type ShownRegistration } from './onboarding.js';
import { startStack, type Answer, type Stack } from './stack.js';

/** A version of a credential, as the API shows it. */
export interface ShownCredential {
  id: string;
  version: number;
  stage: string;
  client_id: string | null;
  key_set_id: string | null;
  retirement: { shown: string | null; removed_at: string | null } | null;
}

/** One hospital at simulated products, with both clocks in one's own hand. */
export interface RotationWorld {
  readonly stack: Stack;
  readonly tenantId: string;
  /** Moves Registrar's clock and that of the simulated servers. */
  advance(ms: number): Promise<void>;
  /** A backend application with this method, registered at that product, and active. */
  registered(vendor: string, method: string, more?: object, quirks?: object): Promise<ShownRegistration>;
  read(id: string): Promise<ShownRegistration>;
  rotate(id: string, body?: object): Promise<Answer<ShownRegistration & { code: string; operation_id: string }>>;
  rollBack(id: string): Promise<Answer<{ code: string }>>;
  token(id: string): Promise<Answer<unknown>>;
  credentials(id: string): Promise<ShownCredential[]>;
  /** `2 current`, `1 previous` …, the newest first. */
  stages(id: string): Promise<string[]>;
  /** The registration once its operation has ended. */
  ended(id: string, what: string): Promise<ShownRegistration>;
  /** The credential once it is retired. */
  retired(id: string, version?: number): Promise<ShownCredential | undefined>;
}

/** The names of the steps of the last operation. */
export function stepsOf({ operation }: ShownRegistration): string[] {
  return (operation as unknown as { steps: { name: string }[] }).steps.map(({ name }) => name);
}

/** The code of the last operation's problem. */
export function problemOf({ operation }: ShownRegistration): string | undefined {
  return (operation as unknown as { problem: { code: string } | null }).problem?.code;
}

const OPEN = ['queued', 'running', 'waiting'];

/** Starts it; the policy of the hospital is a day of overlap and no soak of its own. */
export async function rotationWorld(products: readonly string[]): Promise<RotationWorld> {
  const stack = await startStack({
    movableClock: true,
    sandboxEnv: { SANDBOX_HOSPITALS: '1', SANDBOX_VENDORS: 'none', SANDBOX_SIMULATE: products.join(',') },
    env: { SWEEP_INTERVAL_MS: '100', PROOF_LADDER_MS: '0,100,200' },
  });
  let ahead = 0;
  stack.moveClock(ahead);
  const create = async (path: string, body: object): Promise<string> => {
    const answer = await stack.call<{ id: string }>('POST', path, { body });
    expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 201 });
    return answer.body.id;
  };
  const tenantId = await create('/v1/tenants', { name: 'Mary' });
  const policy = { tenant_id: tenantId, interval: 'P90D', overlap: 'P1D', soak: 'PT0S', lead: 'P10D' };
  await stack.call('PUT', '/v1/rotation-policies', { body: policy });
  const read = async (id: string) => (await stack.call<ShownRegistration>('GET', `/v1/registrations/${id}`)).body;
  const credentials = async (id: string) =>
    (await stack.call<{ data: ShownCredential[] }>('GET', `/v1/registrations/${id}/credentials`)).body.data;
  const stages = async (id: string) => (await credentials(id)).map(({ version, stage }) => `${version} ${stage}`);
  return {
    stack,
    tenantId,
    read,
    credentials,
    stages,
    async advance(ms) {
      ahead += ms;
      stack.moveClock(ahead);
      await stack.sandbox.simulator.clock({ advance_ms: ms });
    },
    async registered(vendor, method, more = {}, quirks) {
      const [server] = await stack.sandbox.servers({ vendor });
      if (!server) throw new Error(`There is no ${vendor}`);
      const ehr = { name: vendor, environment: 'sandbox', vendor, fhir_base_url: server.fhir_base_url, tenant_id: tenantId };
      const ehrId = await create('/v1/ehrs', { ...ehr, limits: { per_second: 1_000 }, ...(quirks ? { quirks } : {}) });
      const token = tokenOf(server);
      if (token) await create(`/v1/ehrs/${ehrId}/initial-access-tokens`, token);
      const name = `${vendor} ${method}`;
      const applicationId = await create('/v1/applications', {
        name,
        client_metadata: { client_name: name, token_endpoint_auth_method: method, grant_types: ['client_credentials'], ...more },
        required_scopes: ['system/Patient.rs'],
      });
      const pair = { tenant_id: tenantId, ehr_id: ehrId, application_id: applicationId };
      const { body } = await stack.call<{ id: string }>('POST', '/v1/registrations', { body: pair });
      const registration = await settled(stack, body.id);
      expect(registration, JSON.stringify(registration)).toMatchObject({ status: 'active' });
      return registration;
    },
    rotate: (id, body = {}) => stack.call('POST', `/v1/registrations/${id}/rotate`, { body }),
    rollBack: (id) => stack.call('POST', `/v1/registrations/${id}/rollback`),
    token: (id) => stack.call('POST', `/v1/registrations/${id}/token`, { body: {} }),
    ended: (id, what) =>
      until(what, async () => {
        const registration = await read(id);
        return OPEN.includes(registration.operation.status) ? undefined : registration;
      }),
    async retired(id, version = 1) {
      await until(`version ${version} to be retired`, async () => (await stages(id)).includes(`${version} retired`) || undefined);
      return (await credentials(id)).find((one) => one.version === version);
    },
  };
}

/** What that server asks for before it registers anybody. */
export function tokenOf(server: object): object | undefined {
  const { initial_access_token: value, iat_client: by } = server as {
    initial_access_token?: string;
    iat_client?: { client_id: string; client_secret: string; scope: string };
  };
  if (by) return { client_credentials: { client_id: by.client_id, client_secret: by.client_secret, scope: by.scope } };
  return value === undefined ? undefined : { value };
}
