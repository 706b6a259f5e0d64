import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onboard, settled, startStack, until, type Onboarding, type Stack } from '../support/index.js';

interface Registration {
  id: string;
  status: string;
  requested_metadata: Record<string, unknown>;
  operation: { id: string; kind: string; status: string };
}
interface Approval {
  id: string;
  status: string;
  subject: { id: string };
}

let stack: Stack;
let house: Onboarding;
let approver: string;
beforeAll(async () => {
  stack = await startStack({ sandboxEnv: { SANDBOX_HOSPITALS: '1', SANDBOX_VENDORS: 'meadow' }, env: { SWEEP_INTERVAL_MS: '200' } });
  house = await onboard(stack);
  approver = (await stack.call<{ key: string }>('POST', '/v1/api-keys', { body: { name: 'Approver', role: 'approver' } })).body.key;
});
afterAll(() => stack.stop());

async function registered(): Promise<string> {
  const body = {
    name: 'Sync',
    client_metadata: { client_name: 'Sync' },
    required_scopes: ['system/Patient.rs'],
    optional_scopes: ['system/Observation.rs'],
  };
  const { body: app } = await stack.call<{ id: string }>('POST', '/v1/applications', { body });
  const [tenantId = ''] = house.tenants;
  const wanted = { tenant_id: tenantId, ehr_id: house.ehrOf('meadow', tenantId), application_id: app.id, client_metadata: NARROW };
  const { id } = (await stack.call<Registration>('POST', '/v1/registrations', { body: wanted })).body;
  expect(await settled(stack, id)).toMatchObject({ status: 'active' });
  return id;
}
const patch = (id: string, clientMetadata: object, headers: Record<string, string> = {}) =>
  stack.call<Registration>('PATCH', `/v1/registrations/${id}`, {
    body: { client_metadata: clientMetadata },
    headers: { prefer: 'wait=20', ...headers },
  });
const shown = async (id: string): Promise<Registration> => (await stack.call<Registration>('GET', `/v1/registrations/${id}`)).body;
const approvalOf = async (id: string): Promise<Approval> => {
  const { body } = await stack.call<{ data: Approval[] }>('GET', '/v1/approvals?kind=update&status=open');
  const found = body.data.find((approval) => approval.subject.id === id);
  if (!found) throw new Error(`No approval waits for ${id}`);
  return found;
};
const decide = (approval: Approval, how: 'approve' | 'reject', key = approver) =>
  stack.call<Approval>('POST', `/v1/approvals/${approval.id}/${how}`, { key });
/** Less than the application may have; what it then asks for is more than the client has. */
const NARROW = { scope: 'system/Patient.rs' };
const WIDER = { scope: 'system/Patient.rs system/Observation.rs' };

describe('PATCH of a registration that has a client', () => {
  it('begins an update at once where nothing widens, and the overrides are its own once the EHR has taken them', async () => {
    const id = await registered();
    const changed = await patch(id, { ...NARROW, client_name: 'Sync at Mary' });
    expect(changed).toMatchObject({ status: 202, body: { status: 'active', operation: { kind: 'update', status: 'succeeded' } } });
    expect(changed.headers.get('location')).toBe(`/v1/operations/${changed.body.operation.id}`);
    expect((await shown(id)).requested_metadata['client_name']).toMatch(/^Sync at Mary/);
    const again = await patch(id, { ...NARROW, client_name: 'Sync at Mary' });
    expect(again).toMatchObject({ status: 200, body: { operation: { id: changed.body.operation.id } } });
  });

  it('waits for somebody else where it widens; nothing is sent before (J-07)', async () => {
    const id = await registered();
    const asked = await patch(id, WIDER);
    expect(asked).toMatchObject({ status: 202, body: { status: 'active', operation: { kind: 'update', status: 'action_required' } } });
    const operation = await stack.call('GET', `/v1/operations/${asked.body.operation.id}`);
    expect(operation.body).toMatchObject({
      problem: { code: 'registrations.approval_pending', detail: 'More access: system/Observation.rs' },
    });
    const approval = await approvalOf(id);
    expect(await decide(approval, 'approve', stack.ownerKey)).toMatchObject({ status: 403, body: { code: 'approvals.own_request' } });
    expect((await shown(id)).requested_metadata['scope']).toBe('system/Patient.rs');
    expect(await decide(approval, 'approve')).toMatchObject({ status: 200, body: { status: 'used' } });
    const done = await stack.call(`GET`, `/v1/operations/${asked.body.operation.id}`, { headers: { prefer: 'wait=20' } });
    expect(done.body).toMatchObject({ status: 'succeeded' });
    expect((await shown(id)).requested_metadata['scope']).toBe(WIDER.scope);
  });

  it('is not what was approved once the document is another one; a no ends it', async () => {
    const id = await registered();
    const asked = await patch(id, WIDER);
    const approval = await approvalOf(id);
    const other = await patch(id, { client_name: 'Sync 2', ...WIDER });
    expect(other.body.operation.id).not.toBe(asked.body.operation.id);
    expect(await decide(approval, 'approve')).toMatchObject({ status: 409, body: { code: 'approvals.expired' } });
    expect(await stack.call('GET', `/v1/operations/${asked.body.operation.id}`)).toMatchObject({ body: { status: 'cancelled' } });
    expect(await decide(await approvalOf(id), 'reject')).toMatchObject({ status: 200, body: { status: 'rejected' } });
    const ended = await until('the operation to end', async () => {
      const { operation } = await shown(id);
      return operation.status === 'cancelled' ? operation : undefined;
    });
    expect(ended.id).toBe(other.body.operation.id);
    expect((await shown(id)).requested_metadata['scope']).toBe('system/Patient.rs');
  });

  it('is good for the document alone: what changed meanwhile takes the approval’s use away', async () => {
    const id = await registered();
    await patch(id, WIDER);
    const approval = await approvalOf(id);
    const { application_id: applicationId, ehr_id: ehrId } = (
      await stack.call<{ application_id: string; ehr_id: string }>('GET', `/v1/registrations/${id}`)
    ).body;
    await stack.call('PUT', `/v1/applications/${applicationId}/ehrs/${ehrId}`, { body: { client_metadata: { client_name: 'Other' } } });
    expect(await decide(approval, 'approve')).toMatchObject({ status: 409, body: { code: 'approvals.documents_changed' } });
    expect((await shown(id)).requested_metadata['scope']).toBe('system/Patient.rs');
  });

  it('answers 412 to a stale ETag and 422 to what the linter refuses', async () => {
    const id = await registered();
    expect(await patch(id, { client_name: 'Late' }, { 'if-match': '"1"' })).toMatchObject({ status: 412 });
    const refused = await patch(id, { redirect_uris: ['https://*.example/cb'] });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: '/client_metadata/redirect_uris/0' }] } });
  });
});
