import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onboard, settled, startStack, type Onboarding, type ShownRegistration, type Stack } from '../support/index.js';

let stack: Stack;
let world: Onboarding;
beforeAll(async () => {
  stack = await startStack({ sandboxEnv: { SANDBOX_HOSPITALS: '2' } });
  world = await onboard(stack);
});
afterAll(() => stack.stop());

const pair = (vendor: string, hospital = 0, more: object = {}) => {
  const tenantId = world.tenants[hospital] ?? '';
  return { tenant_id: tenantId, ehr_id: world.ehrOf(vendor, tenantId), application_id: world.applicationId, ...more };
};
/** A registration needs a place of its own: an application is registered once at each. */
async function application(clientMetadata: object = {}): Promise<string> {
  const { body } = await stack.call<{ id: string }>('POST', '/v1/applications', {
    body: { name: 'App', client_metadata: { client_name: 'App', ...clientMetadata }, required_scopes: ['system/Patient.rs'] },
  });
  return body.id;
}
const register = (body: object, headers: Record<string, string> = {}) =>
  stack.call<ShownRegistration>('POST', '/v1/registrations', { body, headers });

describe('a registration', () => {
  it('is shown before it is sent: the exact document, and where each member comes from', async () => {
    const own = { client_metadata: { client_uri: 'https://care-gaps.example' } };
    const dry = await stack.call<{ document: object; origins: object }>('POST', '/v1/registrations?dry_run=true', {
      body: pair('meadow', 0, own),
    });
    expect(dry).toMatchObject({
      status: 200,
      body: {
        strategy: 'dynamic',
        sendable: true,
        auth_method: 'private_key_jwt',
        existing_id: null,
        document: { client_name: 'Care Gaps', grant_types: ['client_credentials'], client_uri: 'https://care-gaps.example' },
        origins: { client_name: 'application', client_uri: 'registration_override', token_endpoint_auth_method: 'negotiated' },
      },
    });
    expect(await stack.call('GET', '/v1/connections')).toMatchObject({ body: { data: [] } });
  });

  it('answers 202 with its operation, and, where the caller waits for it, what came of it', async () => {
    const made = await register(pair('meadow'), { prefer: 'wait=20' });
    expect(made).toMatchObject({
      status: 202,
      body: { status: 'active', proof: 'token', manageable: 'yes', operation: { kind: 'register', status: 'succeeded' } },
    });
    expect(made.headers.get('preference-applied')).toBe('wait=20');
    expect(made.headers.get('location')).toBe(`/v1/operations/${made.body.operation.id}`);
    const operation = await stack.call<{ steps: { name: string; status: string; finished_at: string }[] }>(
      'GET',
      `/v1/operations/${made.body.operation.id}`,
    );
    expect(operation.body.steps.map((step) => [step.name, step.status])).toEqual([
      ['publish_key', 'done'],
      ['register', 'done'],
      ['prove', 'done'],
    ]);
    const again = await register(pair('meadow'));
    expect(again).toMatchObject({ status: 409, body: { code: 'registrations.already_exists', existing_id: made.body.id } });
    const attempts = await stack.call<{ data: object[] }>('GET', `/v1/registrations/${made.body.id}/attempts`);
    expect(attempts.body.data).toMatchObject([
      { kind: 'register', status: 'adopted', upstream_status: 201, answer_kept: false, client_id: made.body.client_id },
    ]);
    const credentials = await stack.call<{ data: object[] }>('GET', `/v1/registrations/${made.body.id}/credentials`);
    expect(credentials.body.data).toMatchObject([{ kind: 'private_key', version: 1, stage: 'current', public_jwk: { kty: 'EC' } }]);
    expect(JSON.stringify([attempts.body, credentials.body])).not.toMatch(/"d":|registration_access_token":|client_secret":/);
    const verified = await stack.call<ShownRegistration>('POST', `/v1/registrations/${made.body.id}/verify`, {
      headers: { prefer: 'wait=20' },
    });
    expect(verified).toMatchObject({ status: 202, body: { status: 'active', operation: { kind: 'verify', status: 'succeeded' } } });
    expect(await stack.call('POST', `/v1/registrations/${made.body.id}/retry`, { headers: { prefer: 'wait=20' } })).toMatchObject({
      body: { operation: { kind: 'verify' } },
    });
  });

  it('asked for twice at once is made once: one 202, one 409 that names it', async () => {
    const answers = await Promise.all([register(pair('summit')), register(pair('summit'))]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([202, 409]);
    const [made, refused] = answers[0].status === 202 ? answers : [answers[1], answers[0]];
    expect(refused.body).toMatchObject({ code: 'registrations.already_exists', existing_id: made.body.id });
    expect(await settled(stack, made.body.id)).toMatchObject({ status: 'active' });
    expect((await stack.sandbox.ledger()).filter((client) => client.vendor === 'summit')).toHaveLength(1);
  });

  it('with the same Idempotency-Key is answered the same', async () => {
    const body = pair('summit', 1);
    const [first, second] = [await register(body, { 'idempotency-key': 'k1' }), await register(body, { 'idempotency-key': 'k1' })];
    expect(second).toMatchObject({ status: 202, body: { id: first.body.id } });
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    await settled(stack, first.body.id);
  });
});

describe('an answer that was lost after the client was made', () => {
  async function lost(vendor = 'summit'): Promise<ShownRegistration> {
    await stack.sandbox.fault({ vendor, kind: 'reset_after_commit' });
    const made = await register(pair(vendor, 0, { application_id: await application() }));
    const found = await settled(stack, made.body.id);
    expect(found).toMatchObject({ status: 'outcome_unknown', client_id: null, operation: { status: 'outcome_unknown' } });
    return found;
  }
  const resolve = (id: string, body: object) =>
    stack.call<ShownRegistration>('POST', `/v1/registrations/${id}/resolve`, { body, headers: { prefer: 'wait=20' } });

  it('is never sent again by itself, and the ledger shows the client by the marker', async () => {
    const before = (await stack.sandbox.ledger()).length;
    const found = await lost();
    const marker = found.problem?.marker ?? '';
    const ledger = await stack.sandbox.ledger();
    expect(ledger).toHaveLength(before + 1);
    expect(ledger.filter((client) => JSON.stringify(client).includes(marker))).toHaveLength(1);
    expect(await stack.call('POST', `/v1/registrations/${found.id}/retry`)).toMatchObject({
      status: 409,
      body: { code: 'registrations.outcome_unknown_first' },
    });
    expect(await stack.call('POST', `/v1/registrations/${found.id}/verify`)).toMatchObject({ status: 409 });
  });

  it('ends as removed, and only then a retry makes another client', async () => {
    const { id } = await lost();
    expect(await resolve(id, { resolution: 'removed', evidence: { ticket: 'T-17' } })).toMatchObject({
      status: 200,
      body: { status: 'rejected', problem: { code: 'registrations.resolved_absent' } },
    });
    expect(await resolve(id, { resolution: 'absent', evidence: 'x' })).toMatchObject({
      status: 409,
      body: { code: 'registrations.not_unknown' },
    });
    const retried = await stack.call<ShownRegistration>('POST', `/v1/registrations/${id}/retry`, { headers: { prefer: 'wait=20' } });
    expect(retried).toMatchObject({ status: 202, body: { status: 'active', residue: [] } });
    const attempts = await stack.call<{ data: { status: string }[] }>('GET', `/v1/registrations/${id}/attempts`);
    expect(attempts.body.data.map((attempt) => attempt.status)).toEqual(['adopted', 'deleted']);
  });

  it('retried by a person’s word goes out with a new marker, and the first client stays as residue', async () => {
    const found = await lost();
    const retried = await resolve(found.id, { resolution: 'retry', evidence: 'The administrator cannot tell' });
    expect(retried).toMatchObject({
      status: 202,
      body: { status: 'active', residue: [{ marker: found.problem?.marker, reason: 'outcome_unknown' }] },
    });
  });

  it('whose client the administrator found is adopted and proven, with a key of Registrar’s own', async () => {
    const found = await lost('meadow');
    const made = (await stack.sandbox.ledger()).find((client) => JSON.stringify(client).includes(found.problem?.marker ?? '?'));
    const adopted = await resolve(found.id, { resolution: 'adopt', client_id: made?.client_id, evidence: 'Seen in the console' });
    expect(adopted).toMatchObject({
      status: 202,
      body: { status: 'active', proof: 'token', client_id: made?.client_id, manageable: 'control_lost' },
    });
  });

  it('takes a well-formed word alone', async () => {
    const { id } = await lost();
    expect(await resolve(id, { resolution: 'absent' })).toMatchObject({ status: 400 });
    expect(await resolve(id, { resolution: 'perhaps', evidence: 'x' })).toMatchObject({ status: 400 });
    expect(await resolve(id, { resolution: 'absent', evidence: 'x', client_id: 'y' })).toMatchObject({ status: 400 });
  });
});

describe('an EHR that could not be discovered', () => {
  it('is registered at only after a discovery has found it: refused in words until then, and never sent to a portal (K-53)', async () => {
    const server = world.ehrs.find((ehr) => ehr.server.vendor === 'summit')?.server;
    for (const endpoint of ['smart', 'discovery'] as const)
      await stack.sandbox.fault({ vendor: 'summit', endpoint, kind: 'status', status: 503, times: 6 });
    const ehr = await stack.call<{ id: string; status: string }>('POST', '/v1/ehrs', {
      body: { name: 'Away', environment: 'sandbox', fhir_base_url: server?.fhir_base_url },
    });
    expect(ehr.body.status).toBe('unreachable');
    const body = { tenant_id: world.tenants[0], ehr_id: ehr.body.id, application_id: await application() };
    const refused = await register(body, { prefer: 'wait=20' });
    expect(refused).toMatchObject({
      status: 202,
      body: { status: 'rejected', strategy: 'dynamic', problem: { code: 'registrations.ehr_not_ready' } },
    });
    await stack.sandbox.clearFaults();
    const again = () => stack.call('POST', `/v1/registrations/${refused.body.id}/retry`, { headers: { prefer: 'wait=20' } });
    expect(await stack.call('POST', `/v1/ehrs/${ehr.body.id}/discover`)).toMatchObject({ body: { status: 'ready' } });
    expect(await again()).toMatchObject({ body: { status: 'active', proof: 'token' } });
  });
});

describe('a definite 400 about jwks_uri', () => {
  it('is answered once with the keys inline, and what was learned is kept (A-08)', async () => {
    await stack.sandbox.fault({
      vendor: 'meadow',
      hospital: 'h02',
      kind: 'status',
      status: 400,
      headers: { 'content-type': 'application/json' },
      body: '{"error":"invalid_client_metadata","error_description":"jwks_uri is not supported"}',
    });
    const first = await register(pair('meadow', 1, { application_id: await application() }), { prefer: 'wait=20' });
    expect(first.body).toMatchObject({ problem: null, status: 'active', proof: 'token' });
    const attempts = await stack.call<{ data: { status: string; metadata: object }[] }>(
      'GET',
      `/v1/registrations/${first.body.id}/attempts`,
    );
    expect(attempts.body.data.map((attempt) => [attempt.status, 'jwks' in attempt.metadata])).toEqual([
      ['adopted', true],
      ['refused', false],
    ]);
    const second = await register(pair('meadow', 1, { application_id: await application() }), { prefer: 'wait=20' });
    const later = await stack.call<{ data: { metadata: object }[] }>('GET', `/v1/registrations/${second.body.id}/attempts`);
    expect(later.body.data.map((attempt) => 'jwks' in attempt.metadata)).toEqual([true]);
  });
});
