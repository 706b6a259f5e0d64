import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { demoApi, type DemoApi } from './demo-api.js';
import { readDemoOptions } from './demo-options.js';

const servers: (() => void)[] = [];
afterEach(() => {
  for (const close of servers.splice(0)) close();
});

/** An HTTP server that answers so; `asked` holds what it was asked. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse, nth: number) => void) {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    answer(request, response, asked.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(() => server.close());
  const ending = new AbortController();
  const api: DemoApi = demoApi(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'rk_key', ending.signal);
  return { api, asked, ending };
}

it('sends the key, follows a list over its pages, and repeats after 429 and 503 under one idempotency key', async () => {
  const { api, asked } = await serve((request, response, nth) => {
    if (request.method === 'POST') {
      response.writeHead(nth < 3 ? ([429, 503][nth - 1] ?? 0) : 201, { 'retry-after': '0' }).end('{"id":"ten_1"}');
    } else
      response.end(request.url?.includes('cursor=next') === true ? '{"data":[2],"next_cursor":null}' : '{"data":[1],"next_cursor":"next"}');
  });
  expect(await api.send('POST', '/v1/tenants', { name: 'A' }, 'Adding')).toEqual({ id: 'ten_1' });
  expect(new Set(asked.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  expect(await api.all('/v1/tenants?external_id=a')).toEqual([1, 2]);
  expect(asked.map(({ url }) => url).slice(3)).toEqual([
    '/v1/tenants?external_id=a&limit=200',
    '/v1/tenants?external_id=a&limit=200&cursor=next',
  ]);
  expect(asked.every(({ headers }) => headers.authorization === 'Bearer rk_key')).toBe(true);
});

it('says a refusal in words with the next action, and repeats nothing then', async () => {
  const problem = {
    title: 'The batch names no pair that can be registered',
    code: 'batches.empty',
    next_action: { actor: 'caller', label: 'Name hospitals and EHRs that are connected' },
  };
  const { api, asked } = await serve((request, response) => {
    response.writeHead(request.method === 'POST' ? 422 : 500).end(request.method === 'POST' ? JSON.stringify(problem) : 'nonsense');
  });
  await expect(api.send('POST', '/v1/batches', {}, 'Asking for the registrations')).rejects.toThrow(
    'Asking for the registrations did not work. The batch names no pair that can be registered (batches.empty). Next: Name hospitals and EHRs that are connected.',
  );
  await expect(api.get('/v1/workspace')).rejects.toThrow('Reading /v1/workspace did not work: the API answered with status 500.');
  expect(asked).toHaveLength(2);
});

it('ends at once when it is asked to', async () => {
  const { api, ending } = await serve((_, response) => response.writeHead(503, { 'retry-after': '30' }).end());
  const asking = api.get('/v1/workspace');
  setTimeout(() => {
    ending.abort();
  }, 50);
  await expect(asking).rejects.toThrow('abort');
});

it('takes --exit and nothing else', () => {
  expect(readDemoOptions([])).toEqual({ exit: false });
  expect(readDemoOptions(['--exit'])).toEqual({ exit: true });
  expect(() => readDemoOptions(['--hospitals', '3'])).toThrow(
    'The demo knows --exit and nothing else: npm run demo -- --exit. It was given: --hospitals 3',
  );
});
