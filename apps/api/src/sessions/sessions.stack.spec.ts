import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../../../../test/support/browser.js';
import { forgedTokens } from '../../../../test/support/forged-tokens.js';
import { IdentityProvider } from '../../../../test/support/identity-provider.js';
import { startStack, type Stack } from '../../../../test/support/index.js';

interface ProblemBody {
  status: number;
  code: string;
}
let stack: Stack;
let idp: IdentityProvider;
/** The second process knows the provider's tokens alone: people sign in by keys there. It stands behind a proxy. */
let byKey: string;
beforeAll(async () => {
  idp = await IdentityProvider.start();
  stack = await startStack({
    sandbox: false,
    workers: 0,
    movableClock: true,
    apis: 2,
    env: {
      OIDC_ISSUER: idp.issuer,
      OIDC_AUDIENCE: idp.audience,
      OIDC_ALGORITHMS: 'ES256',
      OIDC_CLIENT_ID: idp.clientId,
      OIDC_CLIENT_SECRET: idp.clientSecret,
      OIDC_SCOPES: 'openid profile groups',
    },
    otherEnv: { OIDC_CLIENT_ID: '', TRUST_PROXY: '127.0.0.1' },
  });
  idp.redirectsTo(`${stack.baseUrl}/v1/sign-in/callback`);
  [byKey = ''] = stack.otherUrls;
});
afterAll(async () => {
  await stack.stop();
  await idp.stop();
});

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

const map = (group: string, role: string, more: object = {}) =>
  stack.call<{ id: string }>('POST', '/v1/role-mappings', { body: { group, role, ...more } });
const plain = ({ status, headers, body }: { status: number; headers: Headers; body: ProblemBody }) => ({
  status,
  asks: headers.get('www-authenticate'),
  body: { ...body, request_id: '' },
});

describe('an access token of the OpenID provider', () => {
  it('lets a machine in by what the workspace maps its groups to, and as nobody before that', async () => {
    const token = await idp.machineToken();
    expect((await stack.call('GET', '/v1/session', { key: token })).status).toBe(401);
    const mapped = await map('machines', 'auditor', { environment: 'sandbox' });
    expect(mapped.status).toBe(201);
    const standing = await stack.call<{ caller: { id: string } }>('GET', '/v1/session', { key: token });
    expect(standing).toMatchObject({
      status: 200,
      body: { role: 'auditor', environment: 'sandbox', caller: { type: 'person' }, session: null },
    });
    expect(standing.body.caller.id).toMatch(/^per_/);
    expect((await stack.call('POST', '/v1/tenants', { key: token, body: { name: 'x' } })).status).toBe(403);
    const entries = await stack.call<{ data: unknown[] }>('GET', `/v1/audit-events?subject_id=${standing.body.caller.id}`);
    expect(entries.body.data).toMatchObject([{ action: 'person.create', detail: { issuer: idp.issuer } }]);
  });

  it('that is forged is answered exactly like a bad API key, whatever is wrong with it (T25, A25)', async () => {
    const good = await idp.sign();
    expect((await stack.call('GET', '/v1/workspace', { key: good })).status).toBe(200);
    const badKey = plain(await stack.call<ProblemBody>('GET', '/v1/workspace', { key: `${stack.ownerKey}x` }));
    expect(badKey).toMatchObject({ status: 401, asks: 'Bearer' });
    const forged = await forgedTokens(idp);
    for (const [what, token] of forged)
      expect([what, plain(await stack.call<ProblemBody>('GET', '/v1/workspace', { key: token }))]).toEqual([what, badKey]);
    expect(plain(await stack.call<ProblemBody>('GET', '/v1/workspace', { key: null }))).toEqual(badKey);
    process.stdout.write(`forged tokens: ${forged.length} refused with 401 and one body, 0 let in\n`);
  });
});

describe('a person who signs in at the OpenID provider', () => {
  const start = () => `${stack.baseUrl}/v1/sign-in/openid?return_to=/matrix`;
  const isCallback = ({ pathname }: URL) => pathname === '/v1/sign-in/callback';
  const standingOf = (browser: Browser) =>
    stack.call<{ role: string; session: { user_agent: string } }>('GET', '/v1/session', {
      key: null,
      headers: { cookie: browser.cookieHeader },
    });

  it('gets a session by code and PKCE, of the role of the groups, and goes on where they came from', async () => {
    await map('desk', 'customer_success');
    expect((await stack.call('GET', '/v1/sign-in', { key: null })).body).toEqual({ by: 'openid', url: '/v1/sign-in/openid' });
    const browser = new Browser();
    const asked = await browser.open(start(), () => true);
    expect(Object.fromEntries(asked.url.searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      scope: 'openid profile groups',
    });
    const { url } = await browser.open(start());
    expect(url.href).toBe(`${stack.baseUrl}/matrix`);
    expect(browser.cookies.get('__Host-registrar')).toMatch(/^rs_/);
    expect(browser.cookies.has('__Host-registrar-sign-in')).toBe(false);
    const { status, body } = await standingOf(browser);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { role: 'customer_success', caller: { type: 'person', name: 'Ada Lovelace' }, session: { user_agent: 'Firefox' } },
    });
  });

  it('who signs in again is given another session, and the one that the browser came with ends (OWASP ASVS 7.2.4)', async () => {
    const browser = new Browser();
    await browser.open(start());
    const before = new Browser();
    for (const [name, value] of browser.cookies) before.cookies.set(name, value);
    await browser.open(start());
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect((await standingOf(before)).status).toBe(401);
    expect((await standingOf(browser)).status).toBe(200);
  });

  it('is not signed in by an answer that was changed, replayed, or meant for another browser', async () => {
    const browser = new Browser();
    const { url } = await browser.open(start(), isCallback);
    const answered = async (address: URL, cookie: string) =>
      plain(await stack.call<ProblemBody>('GET', address.pathname + address.search, { key: null, headers: { cookie } }));
    const failed = { status: 401, body: { code: 'api.sign_in_failed' } };
    const changed = (name: string, value: string) => {
      const address = new URL(url);
      address.searchParams.set(name, value);
      return address;
    };
    const { cookieHeader } = browser;
    const kept = browser.cookies.get('__Host-registrar-sign-in') ?? '';
    const stranger = new Browser();
    await stranger.open(start(), isCallback);
    expect(await answered(changed('state', 'x'.repeat(43)), cookieHeader)).toMatchObject(failed);
    expect(await answered(changed('iss', 'https://evil.example'), cookieHeader)).toMatchObject(failed);
    expect(await answered(changed('error', 'access_denied'), cookieHeader)).toMatchObject(failed);
    expect(await answered(url, '')).toMatchObject(failed);
    expect(await answered(url, stranger.cookieHeader)).toMatchObject(failed);
    const elsewhere = Buffer.from('//evil.example').toString('base64url');
    expect(await answered(url, `__Host-registrar-sign-in=${kept.replace(/[^.]*$/, elsewhere)}`)).toMatchObject(failed);
    expect((await browser.open(url.href)).url.pathname).toBe('/matrix');
    expect(await answered(url, cookieHeader)).toMatchObject(failed);
  });

  it('without a role here gets no session; and nobody is sent to another host', async () => {
    idp.person = { sub: 'bob', name: 'Bob', groups: ['nobody knows'] };
    const browser = new Browser();
    const { status, text } = await browser.open(start());
    expect([status, (JSON.parse(text) as ProblemBody).code]).toEqual([403, 'api.no_role']);
    expect(browser.cookies.has('__Host-registrar')).toBe(false);
    for (const bad of ['//evil.example', '/\\evil.example', 'https://evil.example', 'evil', '/a\r\nb', ''])
      expect((await stack.call('GET', `/v1/sign-in/openid?return_to=${encodeURIComponent(bad)}`, { key: null })).status).toBe(400);
  });
});

describe('a proxy that is trusted', () => {
  it('says where a call comes from; the same words of anybody else say nothing (A32)', async () => {
    const bound = await key({ name: 'Behind a proxy', role: 'service', addresses: ['192.0.2.7'] });
    const forwarded = { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-host': 'evil.example', 'x-tenant-id': 'ten_x' };
    const ask = async (at: string, headers: Record<string, string>) =>
      (await stack.call('GET', '/v1/workspace', { at, key: bound.body.key, headers })).status;
    expect(await ask(byKey, forwarded)).toBe(200);
    expect(await ask(byKey, { ...forwarded, 'x-forwarded-for': '192.0.2.7, 198.51.100.1' })).toBe(401);
    expect(await ask(byKey, {})).toBe(401);
    expect(await ask(stack.baseUrl, forwarded)).toBe(401);
  });
});

describe('a browser, where no OpenID provider signs people in', () => {
  interface Standing {
    role: string;
    permissions: string[];
    caller: { type: string; id: string };
    session: { id: string; current: boolean } | null;
  }
  const origin = () => ({ origin: stack.baseUrl });
  /** Exchanges a key; gives what the browser sends from then on. */
  const signIn = async (token: string) => {
    const answer = await stack.call<Standing>('POST', '/v1/sessions', { at: byKey, key: token, headers: { 'user-agent': 'Firefox' } });
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
    expect((await stack.call('GET', '/v1/sign-in', { at: byKey, key: null })).body).toEqual({ by: 'api_key', url: null });
    const refused = await stack.call<ProblemBody>('POST', '/v1/sessions');
    expect([refused.status, refused.body.code]).toEqual([409, 'api.sign_in_by_provider']);
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

  it('reads nothing for a page of another site, and what is public for anybody (OWASP ASVS 3.5.3)', async () => {
    const { cookie } = await signIn(stack.ownerKey);
    const read = async (site: string, path = '/v1/tenants') => (await asBrowser('GET', path, cookie, { 'sec-fetch-site': site })).status;
    expect([await read('same-origin'), await read('none'), await read('cross-site'), await read('same-site')]).toEqual([
      200, 200, 403, 403,
    ]);
    expect(await read('cross-site', '/v1/sign-in')).toBe(200);
  });

  it('is given another session by a key, and the one that the browser came with ends (OWASP ASVS 7.2.4)', async () => {
    const desk = await key({ name: 'Again', role: 'customer_success' });
    const { cookie } = await signIn(desk.body.key);
    const headers = { cookie, origin: stack.baseUrl };
    expect((await stack.call('POST', '/v1/sessions', { at: byKey, key: desk.body.key, headers })).status).toBe(201);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect((await asBrowser('GET', '/v1/session', cookie)).status).toBe(401);
  });

  it('begins no session by a session, sees its own, and signs out on every instance (T22)', async () => {
    const desk = await key({ name: 'Desk', role: 'customer_success' });
    const { standing, cookie } = await signIn(desk.body.key);
    const again = await stack.call<ProblemBody>('POST', '/v1/sessions', { at: byKey, key: null, headers: { cookie, ...origin() } });
    expect([again.status, again.body.code]).toEqual([409, 'access.session_by_session']);
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

  it('that is followed by the stream of events alone ends when it is idle for too long, and the stream with it (T22)', async () => {
    const { cookie } = await signIn(stack.ownerKey);
    stack.moveClock(29 * 60_000);
    const answer = await fetch(`${stack.baseUrl}/v1/events`, { headers: { cookie, accept: 'text/event-stream' } });
    expect(answer.status).toBe(200);
    const reader = (answer.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
    // It has looked a few times whether the session goes on.
    for (let parts = 0; parts < 4; parts += 1) expect((await reader.read()).done).toBe(false);
    stack.moveClock(30 * 60_000 + 1_000);
    for (;;) if ((await reader.read()).done) break;
    expect((await asBrowser('GET', '/v1/session', cookie)).status).toBe(401);
  });
});
