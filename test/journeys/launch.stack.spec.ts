import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LaunchApp } from '../../apps/sandbox/src/launch-app.js';
import { freePort, onboard, settled, startStack, type ShownRegistration, type Stack } from '../support/index.js';

let stack: Stack;
let app: LaunchApp;
let iss = '';
let registration: ShownRegistration;
/** Everything that the app was answered, by whom. */
const heard: { url: string; text: string }[] = [];

async function recorded(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
  const answer = await fetch(input, init);
  heard.push({ url: input instanceof Request ? input.url : String(input), text: await answer.clone().text() });
  return answer;
}

beforeAll(async () => {
  stack = await startStack({ sandboxEnv: { SANDBOX_HOSPITALS: '1', SANDBOX_VENDORS: 'meadow,lagoon' } });
  const world = await onboard(stack);
  const [tenantId = ''] = world.tenants;
  const port = await freePort();
  const ehrId = world.ehrOf('lagoon', tenantId);
  const client_metadata = {
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: [`http://127.0.0.1:${port}/callback`],
    scope: 'openid fhirUser patient/Patient.rs',
  };
  await stack.call('PUT', `/v1/applications/${world.applicationId}/ehrs/${ehrId}`, { body: { client_metadata } });
  const body = { application_id: world.applicationId, tenant_id: tenantId, ehr_id: ehrId };
  const made = await stack.call<{ id: string }>('POST', '/v1/registrations', { body });
  registration = await settled(stack, made.body.id);
  const key = await stack.call<{ key: string }>('POST', '/v1/api-keys', { body: { name: 'the app', role: 'service' } });
  app = await LaunchApp.start({
    registrar: stack.baseUrl,
    apiKey: key.body.key,
    applicationId: world.applicationId,
    port,
    fetch: recorded,
  });
  iss = world.ehrs.find(({ id }) => id === ehrId)?.server.fhir_base_url ?? '';
});
afterAll(async () => {
  await app.stop();
  await stack.stop();
});

/** A browser without a window: keeps cookies for each origin, and follows redirects. */
class Browser {
  readonly #cookies = new Map<string, Map<string, string>>();

  async visit(url: string, method = 'GET'): Promise<Response> {
    const { origin } = new URL(url);
    const jar = this.#cookies.get(origin) ?? new Map<string, string>();
    this.#cookies.set(origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { method, redirect: 'manual', headers: { cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    const location = answer.headers.get('location');
    return location === null ? answer : this.visit(new URL(location, url).href);
  }
}

const tokensHeard = () =>
  heard.flatMap(({ url, text }) => (url.endsWith('/token') ? [JSON.parse(text) as { access_token: string; refresh_token?: string }] : []));

describe('an app that people launch', () => {
  const browser = new Browser();

  it('has a client at lagoon that proves itself with a key', () => {
    expect(registration).toMatchObject({ status: 'active', problem: null });
  });

  it('signs a person in with code and PKCE, and refreshes, with assertions that Registrar signs', async () => {
    const session = await browser.visit(`${app.url}/launch?iss=${encodeURIComponent(iss)}`);
    expect(await session.json()).toMatchObject({ signed_in: true, client_id: registration.client_id, refreshes: 0 });
    const [first] = tokensHeard();
    const me = async (token: string | undefined) =>
      (await fetch(`${new URL(iss).origin}/me`, { headers: { authorization: `Bearer ${token ?? ''}` } })).json();
    expect(await me(first?.access_token)).toMatchObject({ sub: 'dr-test' });

    const refreshed = await browser.visit(`${app.url}/refresh`, 'POST');
    expect(await refreshed.json()).toMatchObject({ signed_in: true, refreshes: 1 });
    const [, second] = tokensHeard();
    expect(second?.access_token).not.toBe(first?.access_token);
    expect(await me(second?.access_token)).toMatchObject({ sub: 'dr-test' });
  });

  it('was given assertions, each for one request, and never a private key or a secret (A-80)', () => {
    const assertions = heard.flatMap(({ url, text }) => (url.endsWith('/client-assertion') ? [text] : []));
    expect(new Set(assertions).size).toBe(2);
    expect(heard).toHaveLength(5);
    for (const { text } of heard) expect(text).not.toMatch(/client_secret"|"d"|PRIVATE KEY/);
  });
});
