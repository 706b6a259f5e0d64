import { createHmac } from 'node:crypto';
import { parsePublicId, publicId } from '@registrar/database';
import { newId } from '@registrar/vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/index.js';
import { hostileHouse, type HostileHouse, type Place, type Shown } from './hostile-house.js';

interface Body {
  code: string;
  id: string;
  key: string;
  request_id: string;
  [member: string]: unknown;
}
let house: HostileHouse;
let at: Place;
let active: Shown;
beforeAll(async () => {
  house = await hostileHouse();
  at = await house.place('callers');
  active = await at.register();
});
afterAll(() => house.stop());

const call = (method: string, path: string, options: Parameters<HostileHouse['stack']['call']>[2] = {}) =>
  house.stack.call<Body>(method, path, options);
const keyOf = async (body: object) => (await call('POST', '/v1/api-keys', { body: { name: 'k', ...body } })).body;
const bodyOf = ({ body }: { body: Body }) => ({ ...body, request_id: '' });
const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('who calls', () => {
  it('[A25] a forged JWT of any kind: 401 in constant words', async () => {
    // No provider is configured here. Where one is, apps/api/src/sessions tries what is signed by its own keys.
    const none = await call('GET', '/v1/workspace', { key: null });
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: house.stack.baseUrl, aud: 'registrar', sub: 'owner', iat: now, exp: now + 300 };
    const signed = (header: object, more: object = {}, key = 'the public key as a secret') => {
      const text = `${b64({ typ: 'JWT', ...header })}.${b64({ ...claims, ...more })}`;
      return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
    };
    const forged = [
      `${b64({ alg: 'none' })}.${b64(claims)}.`,
      signed({ alg: 'HS256' }),
      signed({ alg: 'RS256' }),
      signed({ alg: 'HS256', kid: '../../dev/null' }, {}, ''),
      signed({ alg: 'HS256', jku: 'https://evil.example/jwks' }),
      signed({ alg: 'HS256', x5u: 'https://evil.example/x' }),
      signed({ alg: 'HS256' }, { exp: now - 60 }),
      signed({ alg: 'HS256' }, { aud: 'other' }),
      signed({ alg: 'HS256' }, { nbf: now + 3_600 }),
      signed({ alg: 'HS256' }, { iss: 'https://evil.example' }),
      signed({ alg: 'HS256', crit: ['b64'], b64: false }),
      signed({ alg: 'HS256' }, { pad: 'x'.repeat(8_192) }),
    ];
    const before = at.site.heard.length;
    for (const key of forged) {
      const answer = await call('GET', '/v1/workspace', { key });
      expect(answer.status).toBe(401);
      expect(bodyOf(answer)).toEqual(bodyOf(none));
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
    expect(at.site.heard).toHaveLength(before);
  });

  it('[A26] an API key with a character changed, revoked, expired, or of another environment', async () => {
    const none = await call('GET', '/v1/workspace', { key: null });
    const revoked = await keyOf({ role: 'product' });
    expect((await call('DELETE', `/v1/api-keys/${revoked.id}`)).status).toBe(200);
    const short = await keyOf({ role: 'product', expires_at: new Date(Date.now() + 5_000).toISOString() });
    const flipped = house.stack.ownerKey.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    await until('the key to expire', async () => (await call('GET', '/v1/workspace', { key: short.key })).status === 401);
    // That a wrong checksum costs no look-up is seen from inside, in libs/access.
    for (const key of [flipped, revoked.key, short.key]) {
      const answer = await call('GET', '/v1/workspace', { key });
      expect([answer.status, bodyOf(answer)]).toEqual([401, bodyOf(none)]);
    }
    const production = await keyOf({ role: 'product', environment: 'production' });
    const { status, body } = await call('POST', '/v1/registrations', {
      key: production.key,
      body: { tenant_id: at.tenantId, ehr_id: at.ehrId, application_id: house.applicationId },
    });
    expect([status, body.code]).toEqual([422, 'registrations.environment_mismatch']);
    expect(at.site.count('register')).toBe(1);
  });

  it('[A27] customer success asks for a secret: 403, and it stands in the audit log', async () => {
    const { key, id } = await keyOf({ role: 'customer_success' });
    const refused = await call('POST', `/v1/registrations/${active.id}/reveal`, { key, body: { reason: 'because I want to see it' } });
    expect([refused.status, refused.body.code]).toEqual([403, 'api.forbidden']);
    const entries = await house.stack.query<{ actor: { id: string } }>(
      `SELECT actor, detail FROM audit_events WHERE action = 'secret.refuse'`,
    );
    expect(entries).toMatchObject([
      { actor: { from: '127.0.0.1' }, detail: { role: 'customer_success', asked: 'registrations.reveal', left_out: 0 } },
    ]);
    expect(await house.stack.query(`SELECT 1 FROM audit_events WHERE action = 'secret.reveal'`)).toEqual([]);
    expect(id).toMatch(/^key_/);
  });

  it('two hundred refused reveals, also of registrations that are not there: each 403, and one entry in the audit log (A27, T12)', async () => {
    const { key, id } = await keyOf({ role: 'customer_success' });
    const refusals = () =>
      house.stack.query(`SELECT detail FROM audit_events WHERE action = 'secret.refuse' AND actor->>'id' = $1`, [parsePublicId('key', id)]);
    for (let n = 0; n < 4; n += 1) {
      const asked = Array.from({ length: 50 }, (_, at) => (at % 2 ? active.id : publicId('reg', newId())));
      const answers = await Promise.all(
        asked.map((one) => call('POST', `/v1/registrations/${one}/reveal`, { key, body: { reason: 'because I want to see it' } })),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([403]));
    }
    expect(await refusals()).toHaveLength(1);
    // Asking by a yes that is not there is permitted to this role, and counted by itself.
    const glass = await Promise.all(
      Array.from({ length: 50 }, () =>
        call('POST', `/v1/registrations/${active.id}/break-glass/reveal`, { key, body: { approval_id: publicId('apr', newId()) } }),
      ),
    );
    expect(new Set(glass.map(({ status }) => status))).toEqual(new Set([403]));
    expect(await refusals()).toHaveLength(2);
  });

  it('[A28] more reveals a minute than a person or a service needs: stopped after sixty, and told of once', async () => {
    const { key } = await keyOf({ role: 'service' });
    const reveal = () =>
      call('POST', `/v1/registrations/${active.id}/reveal`, { key, body: { reason: 'the service starts up once more' } });
    const answers = [];
    for (let n = 0; n < 4; n += 1) answers.push(...(await Promise.all(Array.from({ length: 50 }, reveal))));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(60);
    for (const { status, body, headers } of answers.filter((answer) => answer.status !== 200)) {
      expect([status, body.code]).toEqual([429, 'api.too_many_reveals']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(await house.stack.query(`SELECT 1 FROM events WHERE type = 'secret.reveals_flooding'`)).toHaveLength(1);
    expect(await house.stack.query(`SELECT 1 FROM audit_events WHERE action = 'secret.reveal'`)).toHaveLength(60);
  });

  it('[A29] a page without end, a cursor that was tampered with, and one of another workspace', async () => {
    for (let n = 0; n < 3; n += 1) await house.create('/v1/tenants', { name: `a29 ${n}` });
    const { body: page } = await house.stack.call<{ next_cursor: string }>('GET', '/v1/tenants?limit=1');
    const { body: acme } = await house.stack.call<{ owner_key: string }>('POST', '/v1/workspaces', { body: { name: 'A29' } });
    const tampered = (page.next_cursor.startsWith('A') ? 'B' : 'A') + page.next_cursor.slice(1);
    expect((await call('GET', `/v1/tenants?limit=1&cursor=${page.next_cursor}`)).status).toBe(200);
    for (const [query, key] of [
      ['limit=1e9', undefined],
      ['limit=1000000000', undefined],
      [`cursor=${tampered}`, undefined],
      [`cursor=${page.next_cursor}`, acme.owner_key],
      [`cursor=${page.next_cursor}AA`, undefined],
    ] as const)
      expect([query, (await call('GET', `/v1/tenants?${query}`, key ? { key } : {})).status]).toEqual([query, 400]);
    expect((await call('GET', `/v1/ehrs?cursor=${page.next_cursor}`)).body.code).toBe('api.invalid_cursor');
  });
});
