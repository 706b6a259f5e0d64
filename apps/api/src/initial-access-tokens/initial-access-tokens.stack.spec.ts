import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settled as settledNow, startStack, until, type Stack } from '../../../../test/support/index.js';
import { statementServer, type StatementServer } from '../../../../test/support/statement-server.js';

interface SandboxServer {
  vendor: string;
  hospital?: string;
  issuer: string;
  fhir_base_url: string;
  initial_access_token?: string;
}
interface Registration {
  id: string;
  status: string;
  action: string | null;
  client_id: string | null;
}

let stack: Stack;
let harbor: SandboxServer[];
beforeAll(async () => {
  stack = await startStack({ sandboxEnv: { SANDBOX_HOSPITALS: '2', SANDBOX_VENDORS: 'harbor' } });
  harbor = await stack.sandbox.servers();
});
afterAll(() => stack.stop());

async function made(path: string, body: object): Promise<string> {
  const answer = await stack.call<{ id: string }>('POST', path, { body });
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return answer.body.id;
}

/** Registers a new hospital at that server; there is no token for it yet. */
async function register(server: SandboxServer | undefined): Promise<{ ehrId: string; registrationId: string }> {
  const tenantId = await made('/v1/tenants', { name: 'Hospital' });
  const ehrId = await made('/v1/ehrs', {
    name: 'Harbor',
    environment: 'sandbox',
    vendor: 'harbor',
    fhir_base_url: server?.fhir_base_url,
    tenant_id: tenantId,
  });
  const applicationId = await made('/v1/applications', {
    name: 'Sync',
    client_metadata: { client_name: 'Sync', grant_types: ['client_credentials'] },
    required_scopes: ['system/Patient.rs'],
  });
  const registrationId = await made('/v1/registrations', { tenant_id: tenantId, ehr_id: ehrId, application_id: applicationId });
  return { ehrId, registrationId };
}

const settled = (id: string, status: string): Promise<Registration> =>
  until(
    `${id} to be ${status}`,
    async () => {
      const { body } = await stack.call<Registration>('GET', `/v1/registrations/${id}`);
      return body.status === status ? body : undefined;
    },
    30_000,
  );

describe('an initial access token (I-01 to I-04)', () => {
  it('is asked for where the EHR wants one; adding it resumes what waits there, and nothing elsewhere', async () => {
    const [first, second] = [await register(harbor[0]), await register(harbor[1])];
    expect(await settled(first.registrationId, 'action_required')).toMatchObject({
      action: 'supply_initial_access_token',
      client_id: null,
    });
    await settled(second.registrationId, 'action_required');
    const value = harbor[0]?.initial_access_token ?? '';
    const token = await made(`/v1/ehrs/${first.ehrId}/initial-access-tokens`, { value, uses: 1 });
    expect((await settled(first.registrationId, 'active')).client_id).toMatch(/./);
    const { body } = await stack.call('GET', `/v1/ehrs/${first.ehrId}/initial-access-tokens`);
    expect(body).toMatchObject({ data: [{ id: token, used: 1, status: 'consumed' }] });
    await settled(second.registrationId, 'action_required');
    expect(await stack.sandbox.ledger()).toHaveLength(1);
  });

  it('that the EHR refuses is retired, and asked for again', async () => {
    const { ehrId, registrationId } = await register(harbor[1]);
    await settled(registrationId, 'action_required');
    await made(`/v1/ehrs/${ehrId}/initial-access-tokens`, { value: 'not-the-one' });
    const path = `/v1/ehrs/${ehrId}/initial-access-tokens`;
    await until('the token to be refused', async () => {
      const { body } = await stack.call<{ data: { status: string }[] }>('GET', path);
      return body.data.some((token) => token.status === 'refused') ? true : undefined;
    });
    expect(await settled(registrationId, 'action_required')).toMatchObject({ action: 'supply_initial_access_token' });
  });
});

describe('a pool of initial access tokens (I-02, K-15, K-68)', () => {
  const servers: StatementServer[] = [];
  afterAll(() => Promise.all(servers.map((server) => server.close())));

  /** A server that takes each of these tokens once, and a hospital there. */
  async function place(values: readonly string[], environments: readonly string[] = ['sandbox']) {
    const server = await statementServer('', 'nothing');
    servers.push(server);
    server.wantsTokens = true;
    for (const value of values) server.tokens.add(value);
    const tenantId = await made('/v1/tenants', { name: 'Hospital' });
    const ehr = { name: 'Single', fhir_base_url: server.fhirBaseUrl, tenant_id: tenantId };
    const ehrIds = [];
    for (const environment of environments) ehrIds.push(await made('/v1/ehrs', { ...ehr, environment }));
    const ehrId = ehrIds[0] ?? '';
    const registerAt = async (at: string, name = 'Sync') => {
      const metadata = { client_name: name, grant_types: ['client_credentials'] };
      const application = { name, client_metadata: metadata, required_scopes: ['system/Patient.rs'] };
      const applicationId = await made('/v1/applications', application);
      const id = await made('/v1/registrations', { tenant_id: tenantId, ehr_id: at, application_id: applicationId });
      return settledNow(stack, id);
    };
    const tokens = async () => {
      const { body } = await stack.call<{ data: { id: string; status: string; used: number }[] }>(
        'GET',
        `/v1/ehrs/${ehrId}/initial-access-tokens`,
      );
      return body.data;
    };
    return { server, tenantId, ehrIds, ehrId, registerAt, tokens };
  }

  it('a token for one use is suspect after a refusal that was not about it, and is tried again', async () => {
    const { ehrId, registerAt, tokens } = await place(['one']);
    await made(`/v1/ehrs/${ehrId}/initial-access-tokens`, { value: 'one', uses: 1 });
    expect(await registerAt(ehrId, 'Refused')).toMatchObject({ status: 'rejected' });
    expect(await tokens()).toMatchObject([{ status: 'suspect', used: 0 }]);
    expect(await registerAt(ehrId)).toMatchObject({ status: 'active' });
    expect(await tokens()).toMatchObject([{ status: 'consumed', used: 1 }]);
    expect(await registerAt(ehrId)).toMatchObject({ action: 'supply_initial_access_token' });
  });

  it('a token that is spent already is consumed, and the next one of the pool is taken at once', async () => {
    const { server, ehrId, tenantId, registerAt, tokens } = await place(['good']);
    const good = await made(`/v1/ehrs/${ehrId}/initial-access-tokens`, { value: 'good', uses: 1 });
    // The hospital's own comes before one for all.
    const spent = await made(`/v1/ehrs/${ehrId}/initial-access-tokens`, { value: 'spent', uses: 1, tenant_id: tenantId });
    expect(await registerAt(ehrId)).toMatchObject({ status: 'active' });
    expect(server.requests).toHaveLength(2);
    const by = new Map((await tokens()).map((token) => [token.id, token.status]));
    expect([by.get(spent), by.get(good)]).toEqual(['consumed', 'consumed']);
  });

  it('a token of the sandbox is never sent for production', async () => {
    const { server, ehrId, ehrIds, registerAt, tokens } = await place(['sandbox-only'], ['sandbox', 'production']);
    await made(`/v1/ehrs/${ehrId}/initial-access-tokens`, { value: 'sandbox-only' });
    expect(await registerAt(ehrIds[1] ?? '')).toMatchObject({ action: 'supply_initial_access_token' });
    expect(await tokens()).toMatchObject([{ status: 'available', used: 0 }]);
    expect(server.clients.size).toBe(0);
  });
});
