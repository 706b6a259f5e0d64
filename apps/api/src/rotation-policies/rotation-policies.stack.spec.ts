import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Answer, type Stack } from '../../../../test/support/index.js';

let stack: Stack;
let tenant: string;
let application: string;
beforeAll(async () => {
  stack = await startStack({ workers: 0, sandbox: false });
  tenant = await made('/v1/tenants', { name: 'Mary' });
  application = await made('/v1/applications', { name: 'Sync', client_metadata: { client_name: 'Sync' } });
});
afterAll(() => stack.stop());

async function made(path: string, body: object): Promise<string> {
  return (await stack.call<{ id: string }>('POST', path, { body })).body.id;
}
const put = (body: object, headers = {}): Promise<Answer<Record<string, unknown>>> =>
  stack.call('PUT', '/v1/rotation-policies', { body, headers });
const window = { days: ['sat', 'Sunday'], from: '01:00', to: '05:00', time_zone: 'America/Chicago' };

describe('/v1/rotation-policies', () => {
  it('keeps one policy for each subject, replaced as a whole', async () => {
    const freeze = { from: '2099-12-20T00:00:00Z', to: '2099-12-27T00:00:00+00:00', reason: 'holidays' };
    const first = await put({
      tenant_id: tenant,
      interval: 'P90D',
      overlap: 'P7D',
      soak: 'PT48H',
      lead: 'P14D',
      window,
      freezes: [freeze],
    });
    expect(first).toMatchObject({
      status: 200,
      body: {
        id: expect.stringMatching(/^pol_/) as string,
        tenant_id: tenant,
        application_id: null,
        ehr_id: null,
        interval: 'P90D',
        overlap: 'P7D',
        soak: 'PT48H',
        lead: 'P14D',
        window: { ...window, days: ['sat', 'sun'] },
        freezes: [{ from: '2099-12-20T00:00:00.000Z', to: '2099-12-27T00:00:00.000Z', reason: 'holidays' }],
      },
    });
    const etag = first.headers.get('etag') ?? '';
    const second = await put({ tenant_id: tenant, interval: 'P30D', overlap: 'P1D', lead: 'P5D' }, { 'if-match': etag });
    expect(second).toMatchObject({ status: 200, body: { id: first.body['id'], interval: 'P30D', window: null, freezes: [] } });
    expect(await put({ tenant_id: tenant, interval: 'P31D' }, { 'if-match': etag })).toMatchObject({
      status: 412,
      body: { code: 'rotation_policies.changed_meanwhile' },
    });
    const of = (query: string) => stack.call<{ data: object[] }>('GET', `/v1/rotation-policies${query}`);
    expect((await of(`?tenant_id=${tenant}`)).body.data).toEqual([second.body]);
    expect((await of(`?application_id=${application}`)).body.data).toEqual([]);
  });

  it.each<[string, object, string, string]>([
    ['an overlap as long as the interval', { interval: 'P7D', overlap: 'P7D' }, '/overlap', 'overlap_not_shorter'],
    ['an overlap longer than the interval', { interval: 'P7D', overlap: 'P2W' }, '/overlap', 'overlap_not_shorter'],
    ['a lead longer than the interval', { interval: 'P7D', lead: 'P8D' }, '/lead', 'lead_longer'],
    ['a soak longer than the interval', { interval: 'PT1H', soak: 'PT2H' }, '/soak', 'soak_not_shorter'],
    ['an interval of nothing', { interval: 'PT0S' }, '/interval', 'interval_empty'],
    ['an interval of a thousand years', { interval: 'P1000Y' }, '/interval', 'duration_out_of_range'],
    ['an unknown time zone', { window: { ...window, time_zone: 'Mars/Olympus' } }, '/window/time_zone', 'unknown_time_zone'],
    ['an offset instead of a time zone', { window: { ...window, time_zone: '+02:00' } }, '/window/time_zone', 'unknown_time_zone'],
    ['a window that ends when it begins', { window: { ...window, to: '01:00' } }, '/window/to', 'never_opens'],
    ['a window without a day', { window: { ...window, days: [] } }, '/window/days', 'never_opens'],
    [
      'a freeze that ends first',
      { freezes: [{ from: '2030-01-02T00:00:00Z', to: '2030-01-01T00:00:00Z' }] },
      '/freezes/0/to',
      'freeze_ends_first',
    ],
    [
      'a freeze of no length',
      { freezes: [{ from: '2030-01-02T00:00:00Z', to: '2030-01-02T00:00:00Z' }] },
      '/freezes/0/to',
      'freeze_ends_first',
    ],
    ['freezes for ever', { freezes: [{ from: '2020-01-02T00:00:00Z', to: '2060-01-02T00:00:00Z' }] }, '/freezes', 'never_opens'],
  ])('refuses %s, with a pointer', async (_, body, pointer, code) => {
    const answer = await put({ application_id: application, ...body });
    expect(answer).toMatchObject({ status: 422, body: { code: 'rotation_policies.refused', errors: [{ pointer, code }] } });
  });

  it.each<[string, object, number, string]>([
    ['nobody', { interval: 'P9D' }, 422, 'api.one_subject'],
    ['two at once', { tenant_id: 'TENANT', application_id: 'APPLICATION' }, 422, 'api.one_subject'],
    ['somebody unknown', { tenant_id: 'ten_00000000000000000000000000' }, 404, 'rotation_policies.subject_not_found'],
    ['a word that is no duration', { tenant_id: 'TENANT', interval: 'a month' }, 400, 'api.invalid_body'],
    ['an unknown member', { tenant_id: 'TENANT', every: 'P1D' }, 400, 'api.invalid_body'],
    ['an hour that no clock shows', { tenant_id: 'TENANT', window: { ...window, from: '25:00' } }, 400, 'api.invalid_body'],
  ])('refuses a policy for %s', async (_, body, status, code) => {
    const text = JSON.stringify(body).replace('TENANT', tenant).replace('APPLICATION', application);
    expect(await put(JSON.parse(text) as object)).toMatchObject({ status, body: { code } });
  });

  it('lets a key that is bound to a hospital set that hospital’s alone', async () => {
    const other = await made('/v1/tenants', { name: 'John' });
    const body = { name: 'mary', role: 'product', tenant_ids: [tenant] };
    const { key } = (await stack.call<{ key: string }>('POST', '/v1/api-keys', { body })).body;
    const bound = (of: object) => stack.call('PUT', '/v1/rotation-policies', { body: { interval: 'P20D', ...of }, key });
    expect(await bound({ tenant_id: tenant })).toMatchObject({ status: 200 });
    expect(await bound({ tenant_id: other })).toMatchObject({ status: 404, body: { code: 'rotation_policies.subject_not_found' } });
    expect(await bound({ application_id: application })).toMatchObject({ status: 403, body: { code: 'rotation_policies.bound_key' } });
    await put({ tenant_id: other, interval: 'P10D' });
    const seen = await stack.call<{ data: { tenant_id: string }[] }>('GET', '/v1/rotation-policies', { key });
    expect(seen.body.data.map((policy) => policy.tenant_id)).toEqual([tenant]);
  });
});
