import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Answer, type Stack } from '../../../../test/support/index.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ workers: 0, sandbox: false });
});
afterAll(() => stack.stop());

interface Tenant {
  id: string;
  name: string;
}
const make = (body: object): Promise<Answer<Tenant>> => stack.call('POST', '/v1/tenants', { body });

describe('/v1/tenants', () => {
  it('makes, reads and changes by version', async () => {
    const made = await make({
      name: ' St. Mary ',
      external_id: 'h-1',
      contacts: [{ name: 'Ann', email: 'ann@mary.example' }],
      metadata: { region: 'n' },
    });
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'St. Mary', external_id: 'h-1', status: 'active', suspended_at: null, metadata: { region: 'n' } },
    });
    expect(made.headers.get('cache-control')).toBe('no-store');
    const path = `/v1/tenants/${made.body.id}`;
    const etag = made.headers.get('etag') ?? '';
    const changed = await stack.call('PATCH', path, { body: { name: 'Mary West', external_id: null }, headers: { 'if-match': etag } });
    expect(changed).toMatchObject({ status: 200, body: { name: 'Mary West', external_id: null, contacts: [{ name: 'Ann' }] } });
    const stale = await stack.call('PATCH', path, { body: { name: 'Late' }, headers: { 'if-match': etag } });
    expect(stale).toMatchObject({ status: 412, body: { code: 'tenants.changed_meanwhile', next_action: { actor: 'caller' } } });
    expect(await stack.call('GET', path)).toMatchObject({ status: 200, body: changed.body as object });
  });

  it('answers 409 with existing_id where the external_id is taken', async () => {
    const first = await make({ name: 'First', external_id: 'taken' });
    expect(await make({ name: 'Second', external_id: 'taken' })).toMatchObject({
      status: 409,
      body: { code: 'tenants.external_id_taken', existing_id: first.body.id },
    });
  });

  it('refuses what is not known and what is too much, with pointers', async () => {
    const bad = await make({ name: '', colour: 'red', metadata: { 'bad name': 'x' }, contacts: [{ name: 'A', phone: 7 }] });
    expect(bad.status).toBe(400);
    const pointers = (bad.body as unknown as { errors: { pointer: string }[] }).errors.map((error) => error.pointer);
    expect(pointers).toEqual(expect.arrayContaining(['/name', '/colour', '/contacts/0/phone']));
    expect(await make({ name: 'x', metadata: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`m${n}`, ''])) })).toMatchObject({
      status: 400,
    });
    expect(await make({ name: 'x'.repeat(70_000) })).toMatchObject({ status: 413 });
    expect(await stack.call('GET', '/v1/tenants?colour=red')).toMatchObject({ status: 400 });
    expect(await stack.call('GET', '/v1/tenants?status=asleep')).toMatchObject({ status: 400 });
  });

  it('lists page by page with filters; a cursor of another list is refused', async () => {
    for (let n = 0; n < 3; n += 1) await make({ name: `Listed ${n}`, external_id: `listed-${n}` });
    type List = Answer<{ data: Tenant[]; next_cursor: string | null }>;
    const first: List = await stack.call('GET', '/v1/tenants?limit=2');
    expect(first.body.data.map((tenant) => tenant.name)).toEqual(['Listed 2', 'Listed 1']);
    const cursor = first.body.next_cursor ?? '';
    const second: List = await stack.call('GET', `/v1/tenants?limit=2&cursor=${cursor}`);
    expect(second.body.data[0]?.name).toBe('Listed 0');
    expect(await stack.call('GET', `/v1/connections?cursor=${cursor}`)).toMatchObject({ status: 400 });
    const one: List = await stack.call('GET', '/v1/tenants?external_id=listed-1');
    expect(one.body).toMatchObject({ data: [{ name: 'Listed 1' }], next_cursor: null });
  });

  it("shows another's id as unknown, whoever asks", async () => {
    const { body: mine } = await make({ name: 'Mine' });
    const { body: other } = await make({ name: 'Other' });
    const { body } = await stack.call<{ key: string }>('POST', '/v1/api-keys', {
      body: { name: 'b', role: 'owner', tenant_ids: [mine.id] },
    });
    const key = body.key;
    expect(await stack.call('GET', `/v1/tenants/${mine.id}`, { key })).toMatchObject({ status: 200 });
    expect(await stack.call('GET', `/v1/tenants/${other.id}`, { key })).toMatchObject({ status: 404, body: { code: 'tenants.not_found' } });
    expect(await stack.call('GET', '/v1/tenants/ten_nonsense')).toMatchObject({ status: 404 });
    expect(await stack.call('POST', '/v1/tenants', { key, body: { name: 'More' } })).toMatchObject({ status: 403 });
  });
});

describe('/v1/connections', () => {
  it('connects once, names who is there already, and is removed', async () => {
    const { body: tenant } = await make({ name: 'Connected' });
    const portal = { name: 'Portal', environment: 'production', registration_mode: 'portal', vendor: 'epic' };
    const { body: ehr } = await stack.call<{ id: string }>('POST', '/v1/ehrs', { body: portal });
    const body = { tenant_id: tenant.id, ehr_id: ehr.id, external_id: 'practice-7' };
    const made = await stack.call<{ id: string }>('POST', '/v1/connections', { body });
    expect(made).toMatchObject({ status: 201, body });
    expect(await stack.call('POST', '/v1/connections', { body })).toMatchObject({
      status: 409,
      body: { code: 'connections.already_exists', existing_id: made.body.id },
    });
    const path = `/v1/connections/${made.body.id}`;
    expect(await stack.call('PATCH', path, { body: { external_id: 'practice-8' } })).toMatchObject({
      status: 200,
      body: { external_id: 'practice-8' },
    });
    expect(await stack.call('PATCH', path, { body: { ehr_id: ehr.id } })).toMatchObject({ status: 400 });
    expect(await stack.call('GET', `/v1/connections?tenant_id=${tenant.id}`)).toMatchObject({ body: { data: [{ id: made.body.id }] } });
    expect(await stack.call('DELETE', path)).toMatchObject({ status: 204 });
    expect(await stack.call('GET', path)).toMatchObject({ status: 404, body: { code: 'connections.not_found' } });
    const unknown = { tenant_id: tenant.id, ehr_id: 'ehr_00000000000000000000000000' };
    expect(await stack.call('POST', '/v1/connections', { body: unknown })).toMatchObject({ status: 404, body: { code: 'ehrs.not_found' } });
  });
});
