import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeDisclosures } from './disclosures.js';
import { onboard, settled, startStack, type ShownRegistration, type Stack } from '../support/index.js';

type Keyed = ShownRegistration & { tenant_id: string; requested_metadata: { jwks_uri: string } };

let stack: Stack;
let keyed: Keyed;
let secret: ShownRegistration;

beforeAll(async () => {
  stack = await startStack({ sandboxEnv: { SANDBOX_HOSPITALS: '1' } });
  const world = await onboard(stack);
  const register = async (vendor: string) => {
    const [tenantId = ''] = world.tenants;
    const body = { application_id: world.applicationId, tenant_id: tenantId, ehr_id: world.ehrOf(vendor, tenantId) };
    const { body: made } = await stack.call<{ id: string }>('POST', '/v1/registrations', { body });
    return settled(stack, made.id);
  };
  keyed = (await register('meadow')) as Keyed;
  secret = await register('summit');
});
afterAll(() => stack.stop());

async function tokenRequests(vendor: string): Promise<number> {
  const sites = (await stack.sandbox.requests()) as { vendor: string; counts: { token?: Record<string, number> } }[];
  return sites.filter((site) => site.vendor === vendor).reduce((sum, site) => sum + (site.counts.token?.['POST'] ?? 0), 0);
}

const token = (id: string, body: object = {}) =>
  stack.call<{ access_token: string; expires_at: string; code?: string }>('POST', `/v1/registrations/${id}/token`, { body });

describe('POST /v1/registrations/{id}/token', () => {
  it('asks upstream once for any number of callers, and then not at all', async () => {
    const before = await tokenRequests('meadow');
    const answers = await Promise.all(Array.from({ length: 40 }, () => token(keyed.id)));
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map((answer) => answer.body.access_token)).size).toBe(1);
    expect(answers[0]?.headers.get('cache-control')).toBe('no-store');
    await token(keyed.id);
    expect(await tokenRequests('meadow')).toBe(before + 1);
  });

  it('takes no extension with the name of what Registrar sets itself', async () => {
    for (const name of ['client_id', 'grant_type', 'client_assertion', 'scope'])
      expect(await token(keyed.id, { extensions: { [name]: 'x' } })).toMatchObject({ status: 400, body: { code: 'api.invalid_body' } });
  });

  it('keeps tokens of another scope apart', async () => {
    const [all, one] = await Promise.all([token(secret.id), token(secret.id, { scope: 'system/Patient.rs', resource: undefined })]);
    expect([all.status, one.status]).toEqual([200, 200]);
    expect((await stack.query('SELECT digest FROM access_tokens WHERE sealed IS NOT NULL')).length).toBeGreaterThanOrEqual(2);
  });

  it('stores no token in the clear', async () => {
    const { body } = await token(keyed.id);
    const [row] = await stack.query<{ n: number }>(
      `SELECT count(*)::integer AS n FROM access_tokens WHERE encode(sealed, 'escape') LIKE $1`,
      [`%${body.access_token.slice(0, 12)}%`],
    );
    expect(row?.n).toBe(0);
  });
});

describe('POST /v1/registrations/{id}/client-assertion', () => {
  it('signs for this EHR alone (A-80, A-81)', async () => {
    const answer = await stack.call<{ client_assertion: string; audience: string }>(
      'POST',
      `/v1/registrations/${keyed.id}/client-assertion`,
      { body: {} },
    );
    expect(answer.status).toBe(200);
    const claims = decodeJwt(answer.body.client_assertion);
    expect(claims).toMatchObject({ iss: keyed.client_id, sub: keyed.client_id, aud: answer.body.audience });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBeLessThanOrEqual(300);
    const { kid } = decodeProtectedHeader(answer.body.client_assertion);
    const jwksUri = keyed.requested_metadata.jwks_uri;
    const published = (await (await fetch(jwksUri)).json()) as { keys: Record<string, string>[] };
    expect(published.keys.map((key) => key['kid'])).toEqual([kid]);
    expect(Object.keys(published.keys[0] ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  });

  it('refuses another audience, and a client without a key', async () => {
    const other = await stack.call<{ code: string }>('POST', `/v1/registrations/${keyed.id}/client-assertion`, {
      body: { audience: 'https://evil.example/token' },
    });
    expect([other.status, other.body.code]).toEqual([422, 'registrations.audience_refused']);
    const none = await stack.call<{ code: string }>('POST', `/v1/registrations/${secret.id}/client-assertion`, { body: {} });
    expect([none.status, none.body.code]).toEqual([422, 'registrations.unsupported_method']);
  });
});

describe('POST /v1/registrations/{id}/reveal', () => {
  it('writes the reason into the audit log and gives the secret that works', async () => {
    const answer = await stack.call<{ client_id: string; client_secret: string }>('POST', `/v1/registrations/${secret.id}/reveal`, {
      body: { reason: 'Support case 4711: compare with the portal' },
    });
    expect(answer.status).toBe(200);
    expect(answer.body.client_id).toBe(secret.client_id);
    const [entry] = await stack.query<{ detail: { reason: string } }>(`SELECT detail FROM audit_events WHERE action = 'secret.reveal'`);
    expect(entry?.detail.reason).toContain('4711');
  });

  it('says which version it is and notes who was shown it; the version was told of when it became current', async () => {
    const answer = await stack.call<{ version: number }>('POST', `/v1/registrations/${secret.id}/reveal`, {
      body: { reason: 'Compared once more' },
    });
    expect(answer.body.version).toBe(1);
    const readers = await stack.query<{ version: number; reader_type: string }>(
      `SELECT k.version, x.reader_type FROM credential_readers x JOIN credentials k ON k.id = x.credential_id`,
    );
    expect(readers).toEqual([{ version: 1, reader_type: 'api_key' }]);
    const told = await stack.query<{ data: object }>(
      `SELECT data FROM events WHERE type = 'credential.current' AND data->>'kind' = 'client_secret'`,
    );
    expect(told).toEqual([{ data: { credential_id: expect.any(String) as string, kind: 'client_secret', version: 1 } }]);
  });

  it('needs a reason, and a right that customer success does not have (A27)', async () => {
    expect((await stack.call('POST', `/v1/registrations/${secret.id}/reveal`, { body: {} })).status).toBe(400);
    const made = await stack.call<{ key: string }>('POST', '/v1/api-keys', { body: { name: 'cs', role: 'customer_success' } });
    const refused = await stack.call<{ code: string }>('POST', `/v1/registrations/${secret.id}/reveal`, {
      body: { reason: 'because I want to see it' },
      key: made.body.key,
    });
    expect(refused.status).toBe(403);
  });
});

describe('GET /jwks/{key set}', () => {
  it('answers 404 to what it never published, and is cacheable', async () => {
    expect((await stack.call('GET', '/jwks/jks_00000000000000000000000000', { key: null })).status).toBe(404);
    const { jwks_uri } = keyed.requested_metadata;
    const answer = await fetch(jwks_uri);
    expect(answer.headers.get('cache-control')).toContain('max-age=');
    const again = await fetch(jwks_uri, { headers: { 'if-none-match': answer.headers.get('etag') ?? '' } });
    expect(again.status).toBe(304);
  });
});

describeDisclosures(() => ({ stack, keyed, secret }));

describe('PUBLIC_URL', () => {
  it('that key sets were given out under stays: another one stops the start unless the old one is named as an alias', async () => {
    await stack.api.kill('SIGTERM');
    await expect(stack.api.restart({ PUBLIC_URL: 'https://elsewhere.example' })).rejects.toThrow('PUBLIC_URL is https://elsewhere.example');
    await stack.api.restart({ PUBLIC_URL: 'https://elsewhere.example', PUBLIC_URL_ALIASES: stack.baseUrl });
    expect((await fetch(keyed.requested_metadata.jwks_uri)).status).toBe(200);
  });
});
