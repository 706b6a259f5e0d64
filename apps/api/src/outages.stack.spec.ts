import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startStack, type Stack } from '../../../test/support/index.js';
import { adminQuery } from '../../../test/support/connection.js';

interface ProblemBody {
  code: string;
  retryable: boolean;
  detail: string;
}
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ sandbox: false, workers: 0, env: { RATE_LIMIT_PER_SECOND: '5' } });
});
afterAll(() => stack.stop());
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it('one key cannot take more than its share, and takes nothing of another', async () => {
  const made = await stack.call<{ key: string }>('POST', '/v1/api-keys', { body: { name: 'Other', role: 'service' } });
  await pause(1_100);
  const answers = await Promise.all(Array.from({ length: 30 }, () => stack.call<ProblemBody>('GET', '/v1/workspace')));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThanOrEqual(15);
  for (const { headers, body } of refused) {
    expect(body).toMatchObject({ code: 'api.rate_limited', retryable: true });
    expect(headers.get('retry-after')).toBe('1');
    expect(headers.get('ratelimit')).toBe('"key";r=0;t=1');
    expect(headers.get('ratelimit-policy')).toBe('"key";q=5;w=1');
  }
  expect((await stack.call('GET', '/v1/workspace', { key: made.body.key })).status).toBe(200);
  await pause(1_100);
  expect((await stack.call('GET', '/v1/workspace')).status).toBe(200);
});

it('nor can an address that calls without a key (OWASP ASVS 2.4.1); key sets and health are not counted', async () => {
  await pause(1_100);
  const asked = (path: string) => Promise.all(Array.from({ length: 30 }, () => stack.call<ProblemBody>('GET', path, { key: null })));
  const refused = (await asked('/v1/sign-in')).filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThanOrEqual(15);
  for (const { headers, body } of refused) {
    expect(body).toMatchObject({ code: 'api.rate_limited', retryable: true });
    expect(headers.get('ratelimit')).toBe('"address";r=0;t=1');
  }
  for (const { status } of await asked('/shared/nothing')) expect([404, 429]).toContain(status);
  for (const path of ['/jwks/platform', '/health/live'])
    for (const { status } of await asked(path)) expect([path, status]).toEqual([path, 200]);
  expect((await stack.call('GET', '/v1/workspace')).status).toBe(200);
});

it('while the database is away a request answers 503, says nothing of the inside, and all goes on afterwards', async () => {
  const outside = new URL(stack.database.databaseAdminUrl);
  const name = outside.pathname.slice(1);
  outside.pathname = '/postgres';
  await adminQuery(outside.href, `ALTER DATABASE ${name} CONNECTION LIMIT 0`);
  await adminQuery(outside.href, 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
  await pause(1_000);
  const down = await stack.call<ProblemBody>('GET', '/v1/workspace');
  expect(down).toMatchObject({ status: 503, body: { code: 'database.unavailable', retryable: true } });
  expect(down.headers.get('retry-after')).toBe('2');
  expect(JSON.stringify(down.body)).not.toMatch(/127\.0\.0\.1|5432|postgres:|SELECT/);
  expect((await stack.call('GET', '/health/ready', { key: null })).status).toBe(503);
  expect((await stack.call('GET', '/health/live', { key: null })).status).toBe(200);
  await adminQuery(outside.href, `ALTER DATABASE ${name} CONNECTION LIMIT -1`);
  await vi.waitFor(
    async () => {
      expect((await stack.call('GET', '/v1/workspace')).status).toBe(200);
    },
    { timeout: 10_000, interval: 300 },
  );
});

it('logs one JSON line a request, with its id, and no key, query or body', async () => {
  await pause(1_100);
  await stack.call('POST', '/v1/api-keys?canary-query=1', {
    body: { name: 'canary-body', role: 'x' },
    headers: { 'x-request-id': 'find-me' },
  });
  const line = await vi.waitFor(() => {
    const found = stack.api.lines.find((each) => each.includes('find-me'));
    expect(found).toBeDefined();
    return JSON.parse(found ?? '{}') as Record<string, unknown>;
  });
  expect(line).toMatchObject({
    msg: 'request',
    request_id: 'find-me',
    code: 'api.invalid_query',
    req: { method: 'POST', path: '/v1/api-keys' },
    res: { status: 400 },
  });
  const all = stack.api.lines.join('\n');
  for (const canary of [stack.ownerKey.slice(3, 40), 'canary-query', 'canary-body']) expect(all).not.toContain(canary);
});
