import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Stack } from '../../../test/support/index.js';

interface ProblemBody {
  status: number;
  code: string;
  request_id: string;
  title: string;
  detail: string;
  errors?: { pointer: string; code: string; detail: string }[];
}
interface KeyBody {
  id: string;
  key?: string;
  name: string;
  last_four: string;
}
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ sandbox: false, workers: 0 });
});
afterAll(() => stack.stop());

const key = (body: unknown, headers: Record<string, string> = {}) =>
  stack.call<KeyBody & ProblemBody>('POST', '/v1/api-keys', { body, headers });

describe('who calls', () => {
  it('no key and no valid key answer 401 with WWW-Authenticate, a problem and nothing more', async () => {
    for (const bad of [null, 'rk_nonsense', stack.ownerKey.slice(0, -1), `${stack.ownerKey}x`]) {
      const { status, headers, body } = await stack.call<ProblemBody>('GET', '/v1/workspace', { key: bad });
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toMatch(/^Bearer/);
      expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect(body).toMatchObject({ code: 'api.unauthenticated', status: 401, next_action: { actor: 'caller' }, retryable: false });
      expect(headers.get('x-request-id')).toBe(body.request_id);
    }
  });

  it('the first owner sees the first workspace, never stored and always traced', async () => {
    const { status, headers, body } = await stack.call('GET', '/v1/workspace', { headers: { 'x-request-id': 'trace-1' } });
    expect({ status, body }).toMatchObject({ status: 200, body: { name: 'Registrar' } });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-request-id')).toBe('trace-1');
    expect(headers.get('ratelimit')).toMatch(/^"key";r=\d+;t=1$/);
    const forged = await stack.call('GET', '/v1/workspace', { headers: { 'x-request-id': 'a b"{}' } });
    expect(forged.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('roles do what the table says, and a revoked key is refused within a second', async () => {
    const auditor = await key({ name: 'Auditor', role: 'auditor' });
    expect(auditor.status).toBe(201);
    const token = auditor.body.key ?? '';
    expect(auditor.body).toMatchObject({ name: 'Auditor', last_four: token.slice(-4) });
    expect((await stack.call('GET', '/v1/workspace', { key: token })).status).toBe(200);
    const refused = await stack.call<ProblemBody>('POST', '/v1/api-keys', { key: token, body: { name: 'x', role: 'owner' } });
    expect(refused).toMatchObject({ status: 403, body: { code: 'api.forbidden' } });
    expect((await stack.call('DELETE', `/v1/api-keys/${auditor.body.id}`)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect((await stack.call('GET', '/v1/workspace', { key: token })).status).toBe(401);
  });

  it('another workspace is not there, and only the operator makes one', async () => {
    const made = await stack.call<{ id: string; owner_key: string }>('POST', '/v1/workspaces', { body: { name: 'Acme' } });
    expect(made.status).toBe(201);
    const acme = made.body.owner_key;
    expect((await stack.call('GET', '/v1/workspace', { key: acme })).body).toMatchObject({ id: made.body.id, name: 'Acme' });
    expect((await stack.call('GET', '/v1/workspaces', { key: acme })).status).toBe(403);
    expect((await stack.call<{ data: unknown[] }>('GET', '/v1/workspaces')).body.data).toHaveLength(2);
    const mine = await key({ name: 'Mine', role: 'service' });
    const foreign = await stack.call<ProblemBody>('DELETE', `/v1/api-keys/${mine.body.id}`, { key: acme });
    const unknown = await stack.call<ProblemBody>('DELETE', `/v1/api-keys/key_${'0'.repeat(26)}`, { key: acme });
    expect(foreign.status).toBe(404);
    expect({ ...foreign.body, request_id: '' }).toEqual({ ...unknown.body, request_id: '' });
  });
});

describe('bad input', () => {
  const raw = (body: string, headers: Record<string, string> = {}) => stack.call<ProblemBody>('POST', '/v1/api-keys', { body, headers });

  it('names every member that is wrong (A02)', async () => {
    const { status, body } = await key({ role: 'king', tenant_id: 'x', expires_at: 5, tenant_ids: ['ten_x'] });
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'api.invalid_body' });
    expect(body.errors?.map(({ pointer, code }) => [pointer, code]).sort()).toEqual(
      [
        ['/name', 'required'],
        ['/role', 'invalid_value'],
        ['/expires_at', 'invalid_type'],
        ['/tenant_ids/0', 'invalid_format'],
        ['/tenant_id', 'unknown_member'],
      ].sort(),
    );
  });

  it.each([
    ['__proto__ (A03)', '{"name":"a","role":"owner","x":{"__proto__":{"y":1}}}', 'api.not_json'],
    ['constructor.prototype (A03)', '{"name":"a","role":"owner","constructor":{"prototype":{"y":1}}}', 'api.invalid_body'],
    ['a member twice (A04)', '{"name":"a","name":"b","role":"owner"}', 'api.not_json'],
    ['10,000 levels (A06)', `{"name":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 'api.not_json'],
    ['NUL (A07)', '{"name":"a\\u0000b","role":"owner"}', 'api.invalid_body'],
    ['half a surrogate pair (A08)', '{"name":"a\\ud800","role":"owner"}', 'api.invalid_body'],
    ['a direction override (A08)', '{"name":"a\\u202eb","role":"owner"}', 'api.invalid_body'],
    ['not JSON', '{"name":', 'api.not_json'],
    ['a list', '[]', 'api.invalid_body'],
    ['a text', '"x"', 'api.invalid_body'],
  ])('%s is refused with 400', async (_, body, code) => {
    const start = performance.now();
    const answer = await raw(body);
    expect(performance.now() - start).toBeLessThan(500);
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status: 400, code });
  });

  it('an emoji and a line break come back as they were (A08, A31)', async () => {
    const name = '🏥 x\n{"level":"info"}';
    const { status, body } = await key({ name, role: 'service' });
    expect({ status, name: body.name }).toEqual({ status: 201, name });
    expect(stack.api.lines.every((line) => line.startsWith('{') || !line.includes('"level":"info"'))).toBe(true);
  });

  it('a body over 64 KiB answers 413 and closes, an endless one too (A05)', async () => {
    const { status, headers, body } = await raw(`{"name":"${'x'.repeat(65 * 1024)}"}`);
    expect({ status, code: body.code, connection: headers.get('connection') }).toEqual({
      status: 413,
      code: 'api.too_large',
      connection: 'close',
    });
    const ended = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { authorization: `Bearer ${stack.ownerKey}`, 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
      const sent = httpRequest(`${stack.baseUrl}/v1/api-keys`, { method: 'POST', headers }, (answer) => {
        resolve(answer.statusCode);
        sent.destroy();
      });
      sent.on('error', reject);
      // Never ended. Nothing more is written than is too much: who goes on writing to a closed connection may lose the answer.
      sent.write('x'.repeat(65 * 1024));
    });
    expect(ended).toBe(413);
  });

  it('other types, compressed bodies, unknown parameters and addresses', async () => {
    expect((await raw('<x/>', { 'content-type': 'text/xml' })).status).toBe(415);
    expect((await raw('{}', { 'content-encoding': 'gzip' })).status).toBe(415);
    expect((await stack.call<ProblemBody>('GET', '/v1/workspace?x=1')).body).toMatchObject({
      status: 400,
      code: 'api.invalid_query',
      errors: [{ pointer: '/x', code: 'unknown_member' }],
    });
    expect((await stack.call('DELETE', `/v1/api-keys/key_${'0'.repeat(26)}`, { body: { x: 1 } })).status).toBe(400);
    expect((await stack.call<ProblemBody>('GET', '/v1/nothing')).body).toMatchObject({ status: 404, code: 'api.not_found' });
    expect((await stack.call<ProblemBody>('DELETE', '/v1/api-keys/%')).body).toMatchObject({ status: 400, code: 'api.invalid_path' });
    expect((await stack.call<ProblemBody>('DELETE', "/v1/api-keys/key_x';--")).body).toMatchObject({ status: 404 });
  });

  it.each(['limit=1e9', 'limit=0', 'limit=201', 'limit=-1', 'limit=1&limit=2', 'sort=id;drop', "name=%25'--", 'cursor=%00', 'cursor=AAAA'])(
    'the list parameter %s (A29, A30)',
    async (query) => {
      const { status, body } = await stack.call<ProblemBody>('GET', `/v1/api-keys?${query}`);
      expect(status).toBe(400);
      expect(body.code).toMatch(/^api\.invalid_(query|cursor)$/);
    },
  );

  it('X-Forwarded-For, Host and X-Tenant-Id change nothing (A32), and make no address that a key is bound to', async () => {
    const forwarded = { 'x-forwarded-for': '10.0.0.1', 'x-real-ip': '10.0.0.1', forwarded: 'for=10.0.0.1' };
    const elsewhere = await key({ name: 'Elsewhere', role: 'service', addresses: ['10.0.0.1'] });
    const here = await key({ name: 'Here', role: 'service', addresses: ['127.0.0.0/8'] });
    expect(here.body).toMatchObject({ addresses: ['127.0.0.0/8'] });
    expect((await stack.call('GET', '/v1/workspace', { key: elsewhere.body.key ?? '', headers: forwarded })).status).toBe(401);
    expect((await stack.call('GET', '/v1/workspace', { key: here.body.key ?? '', headers: forwarded })).status).toBe(200);
    expect((await key({ name: 'x', role: 'service', addresses: ['10.0.0.1/33'] })).body).toMatchObject({
      code: 'api.invalid_body',
      errors: [{ pointer: '/addresses/0' }],
    });
    const headers = { 'x-forwarded-for': '10.0.0.1', 'x-forwarded-host': 'evil.example', 'x-tenant-id': 'ten_x', 'x-workspace-id': 'ws_x' };
    const forged = await stack.call('GET', '/v1/workspace', { headers });
    expect(forged.body).toEqual((await stack.call('GET', '/v1/workspace')).body);
  });
});

describe('lists', () => {
  it('come in parts, whose cursor is good for nothing else (A29)', async () => {
    const acme = await stack.call<{ owner_key: string }>('POST', '/v1/workspaces', { body: { name: 'Lists' } });
    const owner = acme.body.owner_key;
    for (const name of ['a', 'b', 'c'])
      expect((await stack.call('POST', '/v1/api-keys', { key: owner, body: { name, role: 'service' } })).status).toBe(201);
    type List = { data: KeyBody[]; next_cursor: string | null };
    const first = await stack.call<List>('GET', '/v1/api-keys?limit=3', { key: owner });
    expect(first.body.data.map(({ name }) => name)).toEqual(['c', 'b', 'a']);
    const cursor = first.body.next_cursor ?? '';
    const rest = await stack.call<List>('GET', `/v1/api-keys?limit=3&cursor=${cursor}`, { key: owner });
    expect(rest.body.data.map(({ name }) => name)).toEqual(['Owner']);
    expect(rest.body.next_cursor).toBeNull();
    const tampered = (cursor.startsWith('A') ? 'B' : 'A') + cursor.slice(1);
    for (const [path, who] of [
      [`/v1/api-keys?cursor=${tampered}`, owner],
      [`/v1/api-keys?cursor=${cursor}`, stack.ownerKey],
      [`/v1/workspaces?cursor=${cursor}`, stack.ownerKey],
    ] as const)
      expect((await stack.call<ProblemBody>('GET', path, { key: who })).body).toMatchObject({ status: 400, code: 'api.invalid_cursor' });
  });
});

describe('Idempotency-Key', () => {
  it('50 at once make one, the others wait or get its answer, and the secret is shown once (A16)', async () => {
    const headers = { 'idempotency-key': 'fifty' };
    const answers = await Promise.all(Array.from({ length: 50 }, () => key({ name: 'Fifty', role: 'service' }, headers)));
    const made = answers.filter(({ body }) => body.key !== undefined);
    expect(made).toHaveLength(1);
    for (const { status, headers: got, body } of answers) {
      if (body.key !== undefined) continue;
      if (status === 409) expect(body.code).toBe('api.idempotency_in_flight');
      else expect({ status, replayed: got.get('idempotent-replayed') }).toEqual({ status: 201, replayed: 'true' });
    }
    const again = await key({ role: 'service', name: 'Fifty' }, headers);
    const shown = { ...made[0]?.body };
    delete shown.key;
    expect({ status: again.status, body: again.body, replayed: again.headers.get('idempotent-replayed') }).toEqual({
      status: 201,
      body: shown,
      replayed: 'true',
    });
    expect(await stack.query(`SELECT 1 FROM api_keys WHERE name = 'Fifty'`)).toHaveLength(1);
    const stored = JSON.stringify(await stack.query('SELECT * FROM idempotency_keys'));
    expect(stored).not.toContain(made[0]?.body.key?.slice(0, 30) ?? 'rk_');
  });

  it('another body is 422 (A17), another workspace independent (A18), a refused request may be mended', async () => {
    const headers = { 'idempotency-key': 'one' };
    expect((await key({ name: 'One', role: 'nobody' }, headers)).status).toBe(400);
    expect((await key({ name: 'One', role: 'service' }, headers)).status).toBe(201);
    expect((await key({ name: 'Two', role: 'service' }, headers)).body).toMatchObject({ status: 422, code: 'api.idempotency_key_reused' });
    const acme = await stack.call<{ owner_key: string }>('POST', '/v1/workspaces', { body: { name: 'Other' } });
    const other = await stack.call('POST', '/v1/api-keys', { key: acme.body.owner_key, body: { name: 'Two', role: 'service' }, headers });
    expect({ status: other.status, replayed: other.headers.get('idempotent-replayed') }).toEqual({ status: 201, replayed: null });
  });

  it.each(['', 'x'.repeat(256), 'a b', 'ä'])('the key %j is refused (A19)', async (bad) => {
    expect((await key({ name: 'x', role: 'service' }, { 'idempotency-key': bad })).status).toBe(400);
  });
});

describe('around it', () => {
  it('serves health, metrics apart, OpenAPI 3.1 and a reader that loads nothing from elsewhere', async () => {
    for (const path of ['/health/live', '/health/ready']) expect((await stack.call('GET', path, { key: null })).status).toBe(200);
    expect((await stack.call('GET', '/metrics', { key: null })).status).toBe(404);
    type Document = {
      openapi: string;
      components: { securitySchemes: object };
      paths: Record<string, Record<string, { security?: unknown; responses: Record<string, unknown> }>>;
    };
    const { body } = await stack.call<Document>('GET', '/openapi.json', { key: null });
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths['/v1/api-keys'] ?? {}).sort()).toEqual(['get', 'post']);
    expect(Object.keys(body.components.securitySchemes).sort()).toEqual(['api_key', 'openid', 'session']);
    const created = JSON.stringify(body.paths['/v1/api-keys']?.['post']);
    for (const part of ['tenant_ids', 'last_four', '^ten_', 'application/problem+json', 'Idempotency-Key']) expect(created).toContain(part);
    for (const leak of ['starts_with', '9007199254740991']) expect(JSON.stringify(body)).not.toContain(leak);
    const page = await stack.call<string>('GET', '/docs', { key: null });
    expect(page.status).toBe(200);
    expect(page.body).not.toMatch(/(src|href)="(https?:)?\/\//);
  });

  it('tells browsers what they may do with each answer, a refusal too, and lets no page of others read one (OWASP ASVS 3.2.1, 3.4)', async () => {
    for (const path of ['/v1/workspace', '/v1/nothing', '/nothing', '/health/live', '/openapi.json', '/docs', '/jwks/platform']) {
      const { headers } = await stack.call('GET', path, { key: null, headers: { origin: 'https://evil.example' } });
      expect([path, headers.get('content-security-policy')]).toEqual([path, expect.stringContaining(`frame-ancestors 'none'`)]);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect([path, headers.get('access-control-allow-origin')]).toEqual([path, path.startsWith('/jwks/') ? '*' : null]);
      expect(headers.get('x-powered-by')).toBeNull();
    }
    const page = await stack.call<string>('GET', '/docs', { key: null });
    expect(page.body).not.toMatch(/<script(?![^>]* src=)[^>]*>/);
  });

  it('echoes no request: TRACE is a method like any that is not there (OWASP ASVS 13.4.4)', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const sent = httpRequest(`${stack.baseUrl}/v1/workspace`, { method: 'TRACE', headers: { 'x-canary': 'seen' } }, (heard) => {
        let text = String(heard.statusCode);
        heard
          .on('data', (part: Buffer) => (text += part.toString()))
          .on('end', () => {
            resolve(text);
          });
      });
      sent.on('error', reject).end();
    });
    expect(answer).toMatch(/^404/);
    expect(answer).not.toContain('seen');
  });

  it('a start on a home and database that are there makes no second key', async () => {
    await stack.api.kill('SIGTERM');
    await stack.api.restart();
    expect((await stack.call('GET', '/v1/workspace')).status).toBe(200);
    expect(
      await stack.query(`SELECT 1 FROM api_keys WHERE name = 'Owner' AND workspace_id = '00000000-0000-7000-8000-000000000001'`),
    ).toHaveLength(1);
  });
});
