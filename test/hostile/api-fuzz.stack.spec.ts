import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostileHouse, type HostileHouse } from './hostile-house.js';
import { only, says } from './lying-cases.js';
import type { Lie } from './lying-server.js';

interface Schema {
  readonly $ref?: string;
  readonly properties?: Record<string, unknown>;
}
interface Document {
  readonly paths: Record<string, Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>>;
  readonly components?: { schemas?: Record<string, Schema> };
}

let house: HostileHouse;
let document: Document;
beforeAll(async () => {
  house = await hostileHouse({ LOG_LEVEL: 'warn' });
  document = (await house.stack.call<Document>('GET', '/openapi.json')).body;
});
afterAll(() => house.stop());

/** Every call that takes a body, with the names of its members, as the OpenAPI document has them. */
function calls(): { method: string; path: string; members: string[] }[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { requestBody }]) => {
      const schema = requestBody?.content['application/json']?.schema;
      if (!schema || path === '/v1/workspaces') return [];
      const named = schema.$ref ? document.components?.schemas?.[schema.$ref.split('/').at(-1) ?? ''] : schema;
      const concrete = path.replace(/\{[^}]+\}/g, `xxx_${'0'.repeat(26)}`);
      return [{ method: method.toUpperCase(), path: concrete, members: Object.keys(named?.properties ?? {}) }];
    }),
  );
}

const nasty = fc.constantFrom(
  '',
  '\u0000',
  '\ud800',
  '__proto__',
  '%00',
  "' OR 1=1--",
  '../../x',
  '𝕏',
  'x'.repeat(5_000),
  '-1',
  '1e400',
  'ten_' + '0'.repeat(26),
);
const values = fc.oneof(
  fc.anything({ maxDepth: 4, withNullPrototype: false }),
  fc.jsonValue({ maxDepth: 8 }),
  nasty,
  fc.integer(),
  fc.double(),
  fc.array(nasty, { maxLength: 60 }),
);

describe('the api under bodies that nobody means', () => {
  it('answers each with a problem or takes it; never 500, never a stack, whatever the call (fuzzed, seeded)', async () => {
    const targets = calls();
    expect(targets.length).toBeGreaterThan(20);
    const bodies = fc
      .constantFrom(...targets)
      .chain((target) =>
        fc
          .dictionary(
            target.members.length > 0
              ? fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...target.members) }, { weight: 1, arbitrary: fc.string() })
              : fc.string(),
            values,
            { maxKeys: 6 },
          )
          .map((body) => ({ ...target, text: JSON.stringify(body) })),
      );
    const cut = fc
      .tuple(bodies, fc.nat(3), fc.nat())
      .map(([call, way, at]) => ({ ...call, text: way === 0 ? call.text.slice(0, at % (call.text.length + 1)) : call.text }));
    await fc.assert(
      fc.asyncProperty(fc.array(cut, { minLength: 8, maxLength: 8 }), async (round) => {
        const answers = await Promise.all(
          round.map(({ method, path, text }) => house.stack.call<string | { code?: string }>(method, path, { body: text })),
        );
        for (const [index, { status, headers, body }] of answers.entries()) {
          const said = [round[index]?.method, round[index]?.path, status];
          expect([...said, status < 500]).toEqual([...said, true]);
          if (status >= 400) expect(headers.get('content-type')).toContain('application/problem+json');
          expect(JSON.stringify(body)).not.toMatch(/ at .*\.js:\d|node_modules|QueryFailed|SELECT /);
        }
      }),
      { seed: 9457, numRuns: 80 },
    );
  });
});

describe('the weight of what is hostile', () => {
  const residentMb = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;

  const bomb = gzipSync(Buffer.alloc(50_000_000, 'x'));
  const written =
    (head: string, body: Buffer): Lie =>
    (_heard, socket) => {
      socket.write(`HTTP/1.1 201 Created\r\ncontent-type: application/json\r\n${head}content-length: ${body.length}\r\n\r\n`);
      socket.write(body);
    };
  const LIES: Record<string, Lie> = {
    bomb: written('content-encoding: gzip\r\n', bomb),
    chain: written(`content-encoding: ${Array.from({ length: 1_000 }, () => 'br').join(', ')}\r\n`, bomb),
    giant: written('', Buffer.alloc(20_000_000, 'x')),
    headers: written(Array.from({ length: 100_000 }, (_, n) => `x-${n}: 1\r\n`).join(''), Buffer.from('{}')),
    deep: says(() => '['.repeat(250_000)),
    long: says((client) => JSON.stringify({ ...client, client_id: 'x'.repeat(200_000) })),
    words: only({ status: 400, body: JSON.stringify({ error: 'x', error_description: '<b>'.repeat(60_000) }) }),
  };

  /** Bytes without end at the api, until it closes. */
  const flood = (): Promise<void> =>
    new Promise((resolve) => {
      const { hostname, port } = new URL(house.stack.baseUrl);
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          `POST /v1/tenants HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${house.stack.ownerKey}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`,
        );
        const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
        const more = (): void => {
          while (socket.write(chunk));
        };
        socket.on('drain', more);
        more();
      });
      socket.on('data', () => undefined).on('error', () => undefined);
      socket.on('close', () => {
        resolve();
      });
    });

  async function hostileRound(round: number): Promise<void> {
    for (const [name, lie] of Object.entries(LIES)) {
      const at = await house.place(`w${round}${name}`);
      at.site.lies('register', lie);
      expect((await at.register()).status).not.toBe('active');
      expect(at.site.count('register')).toBe(1);
    }
    await flood();
    for (const body of [`{"name":${'['.repeat(30_000)}`, `{"name":"${'x'.repeat(60_000)}"}`])
      expect((await house.stack.call('POST', '/v1/tenants', { body })).status).toBe(400);
  }

  it('of api and worker grows by less than 50 MB over three rounds of it (T8, U17)', { timeout: 120_000 }, async () => {
    const [worker] = house.stack.workers;
    const weights = () => [residentMb(house.stack.api.pid), residentMb(worker?.pid ?? 0)];
    // The first round loads code and grows the heap to its working size.
    await hostileRound(0);
    const before = weights();
    for (let round = 1; round <= 3; round += 1) await hostileRound(round);
    const grown = weights().map((mb, index) => mb - (before[index] ?? 0));
    process.stdout.write(
      `hostile set, three rounds: the api grew by ${grown[0]?.toFixed(1)} MB, the worker by ${grown[1]?.toFixed(1)} MB\n`,
    );
    for (const mb of grown) expect(mb).toBeLessThan(50);
  });
});
