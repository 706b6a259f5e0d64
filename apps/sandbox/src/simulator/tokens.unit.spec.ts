import { createHash, randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { exchange, sendTokenRequest } from '../sandbox.fixture.js';
import { serverOf, startSimulator } from './simulator.fixture.js';

const REDIRECT = 'https://app.example/cb';
const LAUNCHED = {
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  redirect_uris: [REDIRECT],
  scope: 'openid patient/Patient.rs',
};

describe('tokens of simulated servers', async () => {
  const simulator = await startSimulator('authlib', 'oauth_overlap', 'janssen', 'spring');
  const server = await serverOf(simulator, 'authlib');
  afterAll(() => simulator.stop());
  const post = (path: string, form: Record<string, string>) =>
    exchange(server.issuer + path, { method: 'POST', body: new URLSearchParams(form) });

  async function code(clientId: string, change: Record<string, string> = {}) {
    const verifier = randomBytes(32).toString('base64url');
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: REDIRECT,
      scope: 'openid patient/Patient.rs',
      state: 's',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...change,
    });
    const answer = await fetch(`${server.issuer}/auth?${query.toString()}`, { redirect: 'manual' });
    const back = new URL(answer.headers.get('location') ?? 'about:blank').searchParams;
    return {
      status: answer.status,
      back,
      form: { grant_type: 'authorization_code', code: back.get('code') ?? '', redirect_uri: REDIRECT, code_verifier: verifier },
    };
  }

  it('gives a code for PKCE, tokens for the code once, and refreshes them (RFC 6749, RFC 7636)', async () => {
    const { body } = await server.register({ ...LAUNCHED, token_endpoint_auth_method: 'none' });
    const id = String(body.client_id);
    expect(body.client_secret).toBeUndefined();
    const plain = await code(id, { code_challenge_method: 'plain' });
    expect([plain.back.get('error'), plain.back.get('state'), plain.back.get('iss')]).toEqual(['invalid_request', 's', server.issuer]);
    expect((await code(id, { redirect_uri: 'https://elsewhere.example/' })).status).toBe(400);

    const { form } = await code(id);
    const issued = await sendTokenRequest(server.issuer, { ...form, client_id: id });
    expect(issued).toMatchObject({ status: 200, body: { scope: 'openid patient/Patient.rs', id_token: expect.any(String) as string } });
    const again = await sendTokenRequest(server.issuer, { ...form, client_id: id });
    expect(again).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    const other = await code(id);
    const wrong = await sendTokenRequest(server.issuer, { ...other.form, code_verifier: 'x'.repeat(43), client_id: id });
    expect(wrong.body.error).toBe('invalid_grant');
    const refreshing = { grant_type: 'refresh_token', refresh_token: String(issued.body.refresh_token), client_id: id };
    expect((await sendTokenRequest(server.issuer, refreshing)).status).toBe(200);

    const revoked = await post('/revoke', { token: refreshing.refresh_token, client_id: id });
    expect(revoked.status).toBe(200);
    expect((await sendTokenRequest(server.issuer, refreshing)).body.error).toBe('invalid_grant');
    expect((await post('/revoke', { token: 'unknown', client_id: id })).status).toBe(200);
    expect((await server.ledger(body))?.history?.tokens_revoked).toBe(1);
    expect((await server.remove(body)).status).toBe(204);
    const live = { token: String(issued.body.access_token), client_id: id };
    expect((await post('/introspect', live)).status).toBe(401);
  });

  it('looks at the client first, then at the grant (H-50)', async () => {
    const { body } = await server.register();
    const basic = `${String(body.client_id)}:${String(body.client_secret)}`;
    const ask = async (form: Record<string, string>, who = basic) => (await sendTokenRequest(server.issuer, form, who)).body.error;
    expect(await ask({ grant_type: 'authorization_code', code: 'x' }, 'nobody:x')).toBe('invalid_client');
    expect(await ask({ grant_type: 'authorization_code', code: 'x' })).toBe('unauthorized_client');
    expect(await ask({ grant_type: 'password' })).toBe('unsupported_grant_type');
    expect(await ask({ grant_type: 'client_credentials', scope: 'system/Observation.rs' })).toBe('invalid_scope');
    const inForm = { client_id: String(body.client_id), client_secret: String(body.client_secret) };
    const posted = await sendTokenRequest(server.issuer, { grant_type: 'client_credentials', ...inForm });
    expect(posted).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    const token = (await server.token(body)).body.access_token;
    const seen = await exchange(`${server.issuer}/introspect`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(basic).toString('base64')}` },
      body: new URLSearchParams({ token: String(token) }),
    });
    expect(seen.body).toMatchObject({ active: true, client_id: body.client_id, scope: 'system/Patient.rs' });
    expect(await server.ledger(body)).toMatchObject({ token_requests: 5, tokens_issued: 1, history: { refused_authentications: 1 } });
  });

  it('lets secrets overlap and end by its clock (H-08), and whole clients vanish', async () => {
    const overlap = await serverOf(simulator, 'oauth_overlap');
    const client = (await overlap.register()).body;
    const { client_secret: next } = (await overlap.update(client, { ...clientOf(client), client_name: 'x' })).body;
    expect([(await overlap.token(client)).status, (await overlap.token(client, next)).status]).toEqual([200, 200]);
    await simulator.ask('clock', { advance_ms: 3_600_000 });
    expect([(await overlap.token(client)).status, (await overlap.token(client, next)).status]).toEqual([401, 200]);

    const janssen = await serverOf(simulator, 'janssen');
    const mortal = (await janssen.register()).body;
    await simulator.ask('clock', { advance_ms: 90 * 86_400_000 });
    expect((await overlap.token(client, next)).status).toBe(401);
    expect((await janssen.token(mortal)).body.error).toBe('invalid_client');
    expect((await janssen.ledger(mortal))?.history?.deleted_by).toBe('expiry');
  });

  it('ends a registration access token after five minutes while the client lives on (B-11, K-40)', async () => {
    const spring = await serverOf(simulator, 'spring');
    const client = (await spring.register()).body;
    expect((await spring.read(client)).status).toBe(200);
    await simulator.ask('clock', { advance_ms: 300_000 });
    expect((await spring.read(client)).status).toBe(401);
    expect((await spring.token(client)).status).toBe(200);
  });
});

const clientOf = ({ client_id, grant_types, scope, token_endpoint_auth_method }: Record<string, unknown>) => ({
  client_id,
  grant_types,
  response_types: [],
  scope,
  token_endpoint_auth_method,
});
