import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Stack } from '../../../../test/support/index.js';

interface ProblemBody {
  status: number;
  code: string;
}
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ sandbox: false, workers: 0, apis: 2 });
});
afterAll(() => stack.stop());

const key = (body: unknown) => stack.call<{ id: string; key: string }>('POST', '/v1/api-keys', { body });

describe('an API key', () => {
  it('that is revoked is refused within a second on every instance (T22, A26)', async () => {
    const leaver = await key({ name: 'Leaver', role: 'service' });
    const everywhere = () =>
      Promise.all(
        [stack.baseUrl, ...stack.otherUrls].map(
          async (at) => (await stack.call('GET', '/v1/workspace', { at, key: leaver.body.key })).status,
        ),
      );
    expect(await everywhere()).toEqual([200, 200]);
    expect((await stack.call('DELETE', `/v1/api-keys/${leaver.body.id}`, { at: stack.otherUrls[0] ?? '' })).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await everywhere()).toEqual([401, 401]);
  });
});

describe('a browser, where no OpenID provider is configured', () => {
  interface Standing {
    role: string;
    permissions: string[];
    caller: { type: string; id: string };
    session: { id: string; current: boolean } | null;
  }
  const origin = () => ({ origin: stack.baseUrl });
  /** Exchanges a key; gives what the browser sends from then on. */
  const signIn = async (token: string) => {
    const answer = await stack.call<Standing>('POST', '/v1/sessions', { key: token, headers: { 'user-agent': 'Firefox' } });
    expect(answer.status).toBe(201);
    const [cookie = ''] = answer.headers.getSetCookie();
    return { standing: answer.body, set: cookie, cookie: cookie.split(';', 1)[0] ?? '' };
  };
  const asBrowser = (method: string, path: string, cookie: string, headers: Record<string, string> = {}, body?: unknown) =>
    stack.call<Standing & ProblemBody>(method, path, {
      key: null,
      headers: { cookie, ...headers },
      ...(body === undefined ? {} : { body }),
    });

  it('exchanges an API key for a session whose cookie no script and no other host can read (T22)', async () => {
    expect((await stack.call('GET', '/v1/sign-in', { key: null })).body).toEqual({ by: 'api_key', url: null });
    const { standing, set, cookie } = await signIn(stack.ownerKey);
    expect(set).toMatch(/^__Host-registrar=rs_\w{49}; Max-Age=43200; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/);
    expect(standing).toMatchObject({ role: 'owner', caller: { type: 'api_key' }, session: { current: true } });
    const { status, body } = await asBrowser('GET', '/v1/session', cookie);
    const used = { last_used_at: expect.any(String) as string };
    expect({ status, body }).toEqual({ status: 200, body: { ...standing, session: { ...standing.session, ...used } } });
    expect(body.permissions).toContain('tenants.write');
    expect((await stack.call<Standing>('GET', '/v1/session')).body.session).toBeNull();
    // A bad key beside a good cookie is a bad key.
    expect((await stack.call('GET', '/v1/session', { key: 'rk_nonsense', headers: { cookie } })).status).toBe(401);
    expect((await asBrowser('GET', '/v1/session', `${cookie}; ${cookie}`)).status).toBe(401);
  });

  it('changes something from a page of our own address alone', async () => {
    const { cookie } = await signIn(stack.ownerKey);
    const make = (headers: Record<string, string>) => asBrowser('POST', '/v1/tenants', cookie, headers, { name: 'By a browser' });
    for (const foreign of [{}, { origin: 'null' }, { origin: 'https://evil.example' }, { origin: `${stack.baseUrl}.evil.example` }])
      expect((await make(foreign as Record<string, string>)).body).toMatchObject({ status: 403, code: 'api.foreign_origin' });
    const spoofed = { origin: 'http://evil.example', 'x-forwarded-host': 'evil.example', host: 'evil.example' };
    expect((await make(spoofed)).body).toMatchObject({ status: 403, code: 'api.foreign_origin' });
    expect(await stack.query(`SELECT 1 FROM tenants WHERE name = 'By a browser'`)).toEqual([]);
    expect((await make(origin())).status).toBe(201);
  });

  it('begins no session by a session, sees its own, and signs out on every instance (T22)', async () => {
    const desk = await key({ name: 'Desk', role: 'customer_success' });
    const { standing, cookie } = await signIn(desk.body.key);
    expect((await asBrowser('POST', '/v1/sessions', cookie, origin())).body).toMatchObject({
      status: 409,
      code: 'access.session_by_session',
    });
    const { body: list } = await asBrowser('GET', '/v1/sessions', cookie);
    expect((list as unknown as { data: unknown[] }).data).toMatchObject([
      { id: standing.session?.id, current: true, user_agent: 'Firefox' },
    ]);
    expect((await stack.call<ProblemBody>('DELETE', '/v1/session')).body).toMatchObject({ status: 404, code: 'api.no_session' });
    const everywhere = () =>
      Promise.all(
        [stack.baseUrl, ...stack.otherUrls].map(
          async (at) => (await stack.call('GET', '/v1/session', { at, key: null, headers: { cookie } })).status,
        ),
      );
    expect(await everywhere()).toEqual([200, 200]);
    const out = await asBrowser('DELETE', '/v1/session', cookie, origin());
    expect([out.status, out.headers.getSetCookie()[0]]).toEqual([
      204,
      expect.stringMatching(/^__Host-registrar=; Path=\/; Expires=Thu, 01 Jan 1970/),
    ]);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await everywhere()).toEqual([401, 401]);
    const actions = await stack.query<{ action: string; type: string }>(
      `SELECT action, actor->>'type' AS type FROM audit_events WHERE subject_type = 'session' AND actor->>'name' = 'Desk' ORDER BY seq`,
    );
    expect(actions).toEqual([
      { action: 'session.create', type: 'api_key' },
      { action: 'session.revoke', type: 'api_key' },
    ]);
  });
});
