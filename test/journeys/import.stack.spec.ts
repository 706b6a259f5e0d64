import { exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onboard, settled, startStack, type Onboarding, type Stack } from '../support/index.js';

interface Answered {
  counts: Record<string, number>;
  rows: {
    row: number;
    ref: string | null;
    outcome: string;
    registration_id: string | null;
    errors: { pointer: string; code: string }[];
    warnings: { pointer: string; code: string }[];
  }[];
}

let stack: Stack;
let house: Onboarding;
beforeAll(async () => {
  stack = await startStack({ sandboxEnv: { SANDBOX_HOSPITALS: '3', SANDBOX_VENDORS: 'meadow,summit' } });
  house = await onboard(stack);
});
afterAll(() => stack.stop());

const send = (rows: object[], query = '') => stack.call<Answered>('POST', `/v1/registrations/import${query}`, { body: { rows } });

/** Somebody registers by hand at that server, as Registrar never saw it. */
async function byHand(vendor: string, tenantId: string, document: object): Promise<Record<string, string>> {
  const ehr = house.ehrs.find((one) => one.server.vendor === vendor && one.tenantId === tenantId);
  const configuration = (await (await fetch(`${ehr?.server.fhir_base_url}/.well-known/smart-configuration`)).json()) as {
    registration_endpoint: string;
  };
  const answer = await fetch(configuration.registration_endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'By hand',
      scope: 'system/Patient.rs',
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
      ...document,
    }),
  });
  return (await answer.json()) as Record<string, string>;
}

async function withKey(tenantId: string) {
  const { privateKey, publicKey } = await generateKeyPair('ES384', { extractable: true });
  const kid = 'the-key-of-2019';
  const made = await byHand('meadow', tenantId, {
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES384',
    jwks: { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES384', use: 'sig' }] },
  });
  return { made, privateJwk: { ...(await exportJWK(privateKey)), kid }, publicJwk: await exportJWK(publicKey) };
}

const row = (vendor: string, tenantId: string, more: object) => ({
  tenant_id: tenantId,
  ehr_id: house.ehrOf(vendor, tenantId),
  application_id: house.applicationId,
  environment: 'sandbox',
  ...more,
});

describe('a portfolio of clients that were registered by hand (D-41)', () => {
  it('is planned, taken in and proven, with one token request each and nothing else sent', async () => {
    const [mary, john] = [house.tenants[0] ?? '', house.tenants[1] ?? ''];
    const key = await withKey(mary);
    const secret = await byHand('summit', john, { token_endpoint_auth_method: 'client_secret_basic' });
    const rows = [
      row('meadow', mary, { ref: 'A', client_id: key.made['client_id'], private_key: key.privateJwk, owner: 'Integration desk' }),
      row('summit', john, { ref: 'B', client_id: secret['client_id'], client_secret: secret['client_secret'], evidence: 'ticket 12' }),
    ];
    const before = (await stack.sandbox.recentRequests()).length;

    const planned = await send(rows, '?dry_run=true');
    expect(planned).toMatchObject({ status: 200, body: { counts: { planned: 2, refused: 0 } } });
    expect((await stack.call<{ data: unknown[] }>('GET', '/v1/registrations')).body.data).toEqual([]);

    const taken = await send(rows);
    expect(taken).toMatchObject({ status: 202, body: { counts: { created: 2, refused: 0 } } });
    for (const { registration_id: id } of taken.body.rows) {
      const shown = await settled(stack, id ?? '');
      expect(shown).toMatchObject({ status: 'active', proof: 'token', manageable: 'no' });
      expect((await stack.call<{ access_token: string }>('POST', `/v1/registrations/${id}/token`)).status).toBe(200);
      const attempts = await stack.call<{ data: { kind: string; status: string }[] }>('GET', `/v1/registrations/${id}/attempts`);
      expect(attempts.body.data).toMatchObject([{ kind: 'import', status: 'adopted' }]);
    }
    const sent = (await stack.sandbox.recentRequests()).slice(before);
    expect(sent.filter((request) => request.method !== 'GET' && request.endpoint !== 'token')).toEqual([]);

    const again = await send(rows);
    expect(again.body.rows.map(({ outcome, registration_id: id }) => [outcome, id])).toEqual(
      taken.body.rows.map(({ registration_id: id }) => ['existing', id]),
    );
  });

  it('serves the old public key, under the name by which the EHR knows it', async () => {
    const tenantId = house.tenants[2] ?? '';
    const { made, privateJwk, publicJwk } = await withKey(tenantId);
    const { body } = await send([row('meadow', tenantId, { client_id: made['client_id'], private_key: JSON.stringify(privateJwk) })]);
    const [registered] = await stack.query<{ url: string }>(
      `SELECT k.url FROM key_sets k JOIN credentials c ON c.key_set_id = k.id JOIN registrations r ON r.id = c.registration_id
        WHERE r.created_at = (SELECT max(created_at) FROM registrations)`,
    );
    expect(body.counts['created']).toBe(1);
    const published = (await (await fetch(registered?.url ?? '')).json()) as { keys: object[] };
    expect(published.keys).toEqual([
      { kty: 'EC', crv: 'P-384', x: publicJwk.x, y: publicJwk.y, kid: 'the-key-of-2019', alg: 'ES384', use: 'sig' },
    ]);
  });

  it('answers for each row, and goes on past those that are refused', async () => {
    const [mary, john, anna] = house.tenants as [string, string, string];
    const good = await byHand('summit', anna, { token_endpoint_auth_method: 'client_secret_basic' });
    const csv = [
      'ref,tenant_id,ehr_id,application_id,environment,client_id,token_endpoint_auth_method,client_secret,client_secret_expires_at',
      `ok,${anna},${house.ehrOf('summit', anna)},${house.applicationId},sandbox,${good['client_id']},,"${good['client_secret']}",`,
      `twice,${anna},${house.ehrOf('summit', anna)},${house.applicationId},sandbox,other,,x,`,
      `foreign,${mary},${house.ehrOf('summit', anna)},${house.applicationId},sandbox,a,,x,`,
      `unknown,ten_00000000000000000000000000,${house.ehrOf('summit', mary)},${house.applicationId},sandbox,b,,x,`,
      `production,${mary},${house.ehrOf('summit', mary)},${house.applicationId},production,c,,x,`,
      `secretless,${mary},${house.ehrOf('summit', mary)},${house.applicationId},sandbox,d,client_secret_post,,`,
      `contradictory,${mary},${house.ehrOf('summit', mary)},${house.applicationId},sandbox,e,private_key_jwt,x,`,
      `expired,${mary},${house.ehrOf('summit', mary)},${house.applicationId},sandbox,f,,x,2001-01-01T00:00:00Z`,
      `malformed,${mary},nothing,${house.applicationId},sandbox,g,,x,`,
      `registered,${john},${house.ehrOf('summit', john)},${house.applicationId},sandbox,h,,x,`,
    ].join('\r\n');
    const { status, body } = await stack.call<Answered>('POST', '/v1/registrations/import', {
      body: csv,
      headers: { 'content-type': 'text/csv; charset=utf-8' },
    });
    expect(status).toBe(202);
    expect(body.counts).toEqual({ planned: 0, created: 1, existing: 0, refused: 9 });
    expect(body.rows.map(({ ref, outcome, errors }) => [ref, outcome, errors.map(({ pointer, code }) => `${pointer} ${code}`)])).toEqual([
      ['ok', 'created', []],
      ['twice', 'refused', ['/client_id duplicate']],
      ['foreign', 'refused', ['/ehr_id another_hospitals']],
      ['unknown', 'refused', ['/tenant_id not_found']],
      ['production', 'refused', ['/environment environment_mismatch']],
      ['secretless', 'refused', ['/client_secret required']],
      ['contradictory', 'refused', ['/client_secret contradictory', '/private_key required']],
      ['expired', 'refused', ['/client_secret_expires_at expired']],
      ['malformed', 'refused', ['/ehr_id invalid_format']],
      ['registered', 'refused', ['/client_id already_registered']],
    ]);
    expect(await settled(stack, body.rows[0]?.registration_id ?? '')).toMatchObject({ status: 'active', proof: 'token' });
    expect(JSON.stringify(body)).not.toContain(good['client_secret']);
  });

  it('is refused whole only where it cannot be read', async () => {
    const csv = (body: string) => stack.call('POST', '/v1/registrations/import', { body, headers: { 'content-type': 'text/csv' } });
    expect(await csv('a,b\n1,2,3')).toMatchObject({ status: 400, body: { code: 'api.not_csv' } });
    expect(await send([])).toMatchObject({ status: 400, body: { code: 'api.invalid_body' } });
    expect(await csv('x'.repeat(9 * 1024 * 1024))).toMatchObject({ status: 413 });
  });

  it('ends at a person where the credential is not what the EHR knows', async () => {
    const application = await stack.call<{ id: string }>('POST', '/v1/applications', {
      body: { name: 'Other', client_metadata: { client_name: 'Other' }, required_scopes: ['system/Patient.rs'] },
    });
    const tenantId = house.tenants[0] ?? '';
    const wrong = {
      ...row('summit', tenantId, { client_id: 'never-made', client_secret: 'guessed' }),
      application_id: application.body.id,
    };
    const { body } = await send([wrong]);
    const id = body.rows[0]?.registration_id ?? '';
    expect((await stack.call<{ status: string }>('GET', `/v1/registrations/${id}`)).body.status).not.toBe('active');
    expect((await stack.call('POST', `/v1/registrations/${id}/token`)).status).toBe(409);
  });
});
