import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxFault } from '../support/sandbox.js';
import { onboard, settled, startStack, until, type Onboarding, type ShownRegistration, type Stack } from '../support/index.js';

interface Left {
  client_id: string | null;
  marker?: string;
  reason: string;
  next_action: { actor: string; label: string };
}
type Gone = Omit<ShownRegistration, 'residue'> & { residue: Left[]; requested_metadata: { jwks_uri?: string } };
interface Orphan {
  id: string;
  kind: string;
  client_id: string | null;
  marker: string | null;
  reason: string;
  registration_id: string;
  metadata_hash: string | null;
  sent_at: string | null;
}

let stack: Stack;
let world: Onboarding;
beforeAll(async () => {
  stack = await startStack({ env: { DEREGISTER_LADDER_MS: '100,200,300' }, sandboxEnv: { SANDBOX_HOSPITALS: '8' } });
  world = await onboard(stack);
});
afterAll(() => stack.stop());

async function register(vendor: string, hospital: number): Promise<string> {
  const tenantId = world.tenants[hospital] ?? '';
  const body = { application_id: world.applicationId, tenant_id: tenantId, ehr_id: world.ehrOf(vendor, tenantId) };
  const made = await stack.call<{ id: string }>('POST', '/v1/registrations', { body });
  expect(made.status).toBe(202);
  return made.body.id;
}
async function active(vendor: string, hospital: number): Promise<Gone> {
  const registration = await settled(stack, await register(vendor, hospital));
  expect(registration.status).toBe('active');
  return registration as unknown as Gone;
}
const read = async (id: string) => (await stack.call<Gone>('GET', `/v1/registrations/${id}`)).body;

/** Deregisters, and waits until it is over. */
async function deregister(id: string): Promise<Gone> {
  const answer = await stack.call<Gone>('DELETE', `/v1/registrations/${id}`);
  expect(answer).toMatchObject({ status: 202, body: { status: 'deregistering', operation: { kind: 'deregister' } } });
  expect(answer.headers.get('location')).toBe(`/v1/operations/${answer.body.operation.id}`);
  return until('the deregistration to end', async () => {
    const now = await read(id);
    return now.status === 'deregistered' ? now : undefined;
  });
}
const fault = (vendor: string, hospital: number, rest: Omit<SandboxFault, 'vendor'>) =>
  stack.sandbox.fault({ vendor, hospital: `h0${hospital + 1}`, endpoint: 'client_configuration', method: 'DELETE', ...rest });
async function clientOf(registration: Gone) {
  const entries = (await stack.sandbox.ledger()).filter(({ client_id: id }) => id === registration.client_id);
  expect(entries).toHaveLength(1);
  return entries[0];
}
const endedBy = async (registration: Gone) =>
  (
    await stack.query<{ status: string; ended_by: string | null }>('SELECT status, ended_by FROM clients WHERE client_id = $1', [
      registration.client_id,
    ])
  )[0];
async function orphansOf(id: string): Promise<Orphan[]> {
  return (await stack.call<{ data: Orphan[] }>('GET', `/v1/orphans?registration_id=${id}`)).body.data;
}

describe('DELETE /v1/registrations/{id}', () => {
  it('revokes, deletes, confirms, and then here: no key, no secret, no token is left (A-83, B-10)', async () => {
    const registration = await active('meadow', 0);
    expect((await stack.call('POST', `/v1/registrations/${registration.id}/token`, { body: {} })).status).toBe(200);
    const jwksUri = registration.requested_metadata.jwks_uri ?? '';
    const keys = async () => ((await (await fetch(jwksUri)).json()) as { keys: unknown[] }).keys.length;
    expect(await keys()).toBe(1);
    const gone = await deregister(registration.id);
    expect(gone).toMatchObject({ residue: [], problem: null, operation: { status: 'succeeded' } });
    expect((await clientOf(registration))?.deleted_at).not.toBeNull();
    expect(await endedBy(registration)).toEqual({ status: 'deleted', ended_by: 'read' });
    const revocations = (await stack.sandbox.recentRequests()).filter(
      ({ endpoint, hospital }) => endpoint === 'revocation' && hospital === 'h01',
    );
    expect(revocations.map(({ status }) => status)).toEqual([200]);
    await until('the key set to be empty', async () => (await keys()) === 0);
    expect(await stack.call('POST', `/v1/registrations/${registration.id}/token`, { body: {} })).toMatchObject({ status: 409 });
    const [held] = await stack.query<{ secrets: number; tokens: number; live: number }>(
      `SELECT (SELECT count(*)::integer FROM secrets s JOIN credentials k ON k.id = s.subject_id JOIN clients c ON c.id = k.client_id WHERE c.client_id = $1) AS secrets,
              (SELECT count(*)::integer FROM access_tokens a JOIN credentials k ON k.registration_id = a.registration_id JOIN clients c ON c.id = k.client_id WHERE c.client_id = $1) AS tokens,
              (SELECT count(*)::integer FROM credentials k JOIN clients c ON c.id = k.client_id WHERE c.client_id = $1 AND k.stage <> 'retired') AS live`,
      [registration.client_id],
    );
    expect(held).toEqual({ secrets: 0, tokens: 0, live: 0 });
    expect(await stack.call('DELETE', `/v1/registrations/${registration.id}`)).toMatchObject({ status: 409 });
    expect((await active('meadow', 0)).id).not.toBe(registration.id);
  });

  it.each([
    [405, 1],
    [501, 2],
  ])('%i: the client is left with what a person has to do, and comes off the list by their word (K-45, U24)', async (status, hospital) => {
    const registration = await active('summit', hospital);
    await fault('summit', hospital, { kind: 'status', status });
    const gone = await deregister(registration.id);
    expect(gone.residue).toMatchObject([
      { client_id: registration.client_id, reason: 'delete_not_supported', next_action: { actor: 'ehr_administrator' } },
    ]);
    expect(gone.residue[0]?.next_action.label).toContain(registration.client_id);
    expect((await clientOf(registration))?.deleted_at).toBeNull();
    const [orphan] = await orphansOf(registration.id);
    expect(orphan).toMatchObject({ kind: 'client', client_id: registration.client_id, reason: 'delete_not_supported' });
    expect(orphan?.marker).toMatch(/^att_/);
    const resolve = () =>
      stack.call('POST', `/v1/orphans/${orphan?.id ?? ''}/resolve`, { body: { resolution: 'removed', evidence: { ticket: '4711' } } });
    expect((await resolve()).status).toBe(204);
    expect(await resolve()).toMatchObject({ status: 404, body: { code: 'orphans.not_found' } });
    expect(await orphansOf(registration.id)).toEqual([]);
    expect((await read(registration.id)).residue).toEqual([]);
    expect(await endedBy(registration)).toEqual({ status: 'deleted', ended_by: 'person' });
  });

  it('repeats a deletion whose answer was lost, and asks the token endpoint what 401 means then (K-46)', async () => {
    const registration = await active('summit', 3);
    await fault('summit', 3, { kind: 'reset_after_commit' });
    const gone = await deregister(registration.id);
    expect(gone.residue).toEqual([]);
    expect((await clientOf(registration))?.deleted_at).not.toBeNull();
    expect(await endedBy(registration)).toEqual({ status: 'deleted', ended_by: 'token_endpoint' });
  });

  it('does not take 401 for its own deletion, which never arrived (B-09, K-46)', async () => {
    const registration = await active('meadow', 4);
    await fault('meadow', 4, { kind: 'reset_before' });
    await fault('meadow', 4, { kind: 'status', status: 401 });
    const gone = await deregister(registration.id);
    expect(gone.residue).toMatchObject([{ client_id: registration.client_id, reason: 'registration_access_token_lost' }]);
    expect((await clientOf(registration))?.deleted_at).toBeNull();
  });

  it('does not believe a 204 whose client is still there (U23)', async () => {
    const registration = await active('summit', 4);
    await fault('summit', 4, { kind: 'status', status: 204 });
    const gone = await deregister(registration.id);
    expect(gone.residue).toMatchObject([{ client_id: registration.client_id, reason: 'delete_unconfirmed' }]);
    expect((await clientOf(registration))?.deleted_at).toBeNull();
  });

  it('tells a lost token from a client that is gone, by the token endpoint (B-09, K-44)', async () => {
    const [alive, removed] = [await active('summit', 5), await active('summit', 6)];
    await fault('summit', 5, { kind: 'status', status: 401 });
    expect((await deregister(alive.id)).residue).toMatchObject([{ reason: 'registration_access_token_lost' }]);
    await stack.sandbox.removeClient({ vendor: 'summit', client_id: removed.client_id ?? '' });
    expect((await deregister(removed.id)).residue).toEqual([]);
    expect(await endedBy(removed)).toEqual({ status: 'deleted', ended_by: 'token_endpoint' });
  });

  it('tries an EHR that does not answer along the ladder, then leaves the client to a person', async () => {
    const registration = await active('summit', 7);
    await fault('summit', 7, { kind: 'reset_before', times: 10 });
    const gone = await deregister(registration.id);
    expect(gone.residue).toMatchObject([{ client_id: registration.client_id, reason: 'ehr_unreachable' }]);
    const { body } = await stack.call<{ data: { kind: string }[] }>('GET', `/v1/registrations/${registration.id}/attempts`);
    expect(body.data.filter(({ kind }) => kind === 'deregister')).toHaveLength(4);
  });

  it('while it registers: what is being sent is waited for, and deleted too (A22)', async () => {
    await stack.sandbox.fault({ vendor: 'meadow', hospital: 'h02', method: 'POST', kind: 'delay', delay_ms: 1_500, after_commit: true });
    const id = await register('meadow', 1);
    await until('the client to be at the server', async () =>
      (await stack.sandbox.ledger()).some(({ vendor, hospital }) => vendor === 'meadow' && hospital === 'h02'),
    );
    expect((await deregister(id)).residue).toEqual([]);
    const there = (await stack.sandbox.ledger()).filter(({ vendor, hospital }) => vendor === 'meadow' && hospital === 'h02');
    expect(there.map(({ deleted_at: deletedAt }) => deletedAt !== null)).toEqual([true]);
  });

  it('of what is unknown ends with its marker, by which a person finds it (H-30)', async () => {
    await stack.sandbox.fault({ vendor: 'meadow', hospital: 'h03', method: 'POST', kind: 'reset_after_commit' });
    const lost = await settled(stack, await register('meadow', 2));
    expect(lost.status).toBe('outcome_unknown');
    expect(await orphansOf(lost.id)).toEqual([]);
    const gone = await deregister(lost.id);
    expect(gone.residue).toMatchObject([{ client_id: null, reason: 'outcome_unknown' }]);
    const [orphan] = await orphansOf(lost.id);
    expect(orphan).toMatchObject({ kind: 'attempt', client_id: null, marker: gone.residue[0]?.marker });
    expect(orphan?.metadata_hash).toMatch(/^[0-9a-f]{64}$/);
    expect(orphan?.sent_at).not.toBeNull();
    const body = { resolution: 'absent', evidence: 'the administrator searched for the marker' };
    expect((await stack.call('POST', `/v1/orphans/${orphan?.id ?? ''}/resolve`, { body })).status).toBe(204);
    expect((await read(lost.id)).residue).toEqual([]);
  });

  it('of what never was registered just ends; customer success may not', async () => {
    const tenant = world.tenants[3] ?? '';
    const meadow = world.ehrs.find(({ server, tenantId }) => server.vendor === 'meadow' && tenantId === tenant)?.server.fhir_base_url;
    const kind = { environment: 'sandbox', vendor: 'epic', registration_mode: 'portal', fhir_base_url: meadow };
    const portal = { name: 'By hand', tenant_id: tenant, ...kind };
    const { body: ehr } = await stack.call<{ id: string }>('POST', '/v1/ehrs', { body: portal });
    const wanted = { application_id: world.applicationId, tenant_id: tenant, ehr_id: ehr.id };
    const { body } = await stack.call<{ id: string }>('POST', '/v1/registrations', { body: wanted });
    await settled(stack, body.id);
    const { body: made } = await stack.call<{ key: string }>('POST', '/v1/api-keys', { body: { name: 'cs', role: 'customer_success' } });
    expect(await stack.call('DELETE', `/v1/registrations/${body.id}`, { key: made.key })).toMatchObject({ status: 403 });
    expect((await deregister(body.id)).residue).toEqual([]);
    expect(await stack.call('POST', `/v1/registrations/${body.id}/complete`, { body: { evidence: 'x' } })).toMatchObject({ status: 409 });
  });
});
