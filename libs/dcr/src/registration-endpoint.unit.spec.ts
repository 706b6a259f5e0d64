import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { ManualClock } from '@registrar/clock';
import { createOutbound, type Outbound } from '@registrar/outbound';
import { Secret } from '@registrar/secret';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeExchange, encodeExchange } from './exchange-codec.js';
import { CASES, CLIENT, SECRET, SENT } from './registration-answer.cases.spec.js';
import { parseRegistration } from './registration-answer.js';
import { sendRegistration } from './registration-endpoint.js';

const clock = new ManualClock(new Date('2026-03-01T12:00:00Z'));
const secrets = [Secret.of(SECRET)];
let outbound: Outbound;
let answer: (socket: Socket) => void = () => undefined;
let requests: string[] = [];
let connections = 0;

const server = createServer((socket) => {
  connections++;
  let text = '';
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    text += chunk.toString();
    if (!text.endsWith('}')) return;
    requests.push(text);
    text = '';
    answer(socket);
  });
});
let endpoint = '';

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/register`;
  outbound = createOutbound({ allow: ['127.0.0.1/32'], userAgent: 'Registrar-Test/1' });
});
afterAll(async () => {
  await outbound.close();
  server.close();
});

function http(status: number, headers: Readonly<Record<string, string>>, body: Uint8Array): Buffer {
  const all = { 'content-type': 'application/json', 'content-length': String(body.byteLength), 'cache-control': 'no-store', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Whatever\r\n${lines.join('')}\r\n`), body]);
}

async function register(rest: { readonly deadlineMs?: number; readonly url?: string } = {}) {
  requests = [];
  connections = 0;
  const exchange = await sendRegistration(outbound, clock, {
    endpoint: rest.url ?? endpoint,
    document: SENT,
    initialAccessToken: Secret.of(SECRET),
    deadlineMs: rest.deadlineMs ?? 5000,
    partition: 'ws:ten',
  });
  // What is parsed is what came out of the seal.
  const stored = decodeExchange(encodeExchange(exchange));
  const quirks = { successStatus: [201] };
  return { exchange, outcome: parseRegistration(stored, { sent: SENT, endpoint, quirks, secrets, now: clock.now() }) };
}

describe('a registration on the wire', () => {
  it('A-01 A-18: posts JSON, the token in its header and nowhere else, each time on a connection of its own', async () => {
    answer = (socket) => socket.write(http(201, {}, Buffer.from(JSON.stringify(CLIENT))));
    const { exchange } = await register();
    const [head = '', body = ''] = requests[0]?.split('\r\n\r\n') ?? [];
    expect(head).toMatch(/^POST \/register HTTP\/1\.1\r\n/);
    expect(head).toMatch(/^content-type: application\/json$/im);
    expect(head).toMatch(/^accept: application\/json$/im);
    expect(head).toMatch(/^user-agent: Registrar-Test\/1$/im);
    expect(head.match(/^authorization: .*$/gim)).toEqual([`authorization: Bearer ${SECRET}`]);
    expect(JSON.parse(body)).toEqual(SENT);
    expect([head.split('\r\n')[0], body].join()).not.toContain(SECRET);
    expect(exchange).toMatchObject({ kind: 'answered', method: 'POST', url: endpoint, status: 201, sentAt: clock.now() });
    expect(exchange.localAddress).toBeDefined();
    const first = connections;
    await register();
    expect([first, connections]).toEqual([1, 1]);
  });

  it.each(CASES.map((each) => [each.what, each] as const))('%s', async (_what, { kind, says, matches, ...said }) => {
    const json = typeof said.body === 'object' && !(said.body instanceof Uint8Array);
    const body =
      said.body instanceof Uint8Array
        ? said.body
        : Buffer.from(json ? JSON.stringify(said.body) : ((said.body as string | undefined) ?? ''));
    answer = (socket) => socket.write(http(said.status, said.headers ?? {}, body));
    const { outcome } = await register();
    expect(outcome).toMatchObject({ kind, ...matches });
    if (outcome.kind === 'accepted')
      expect(outcome.findings.map((finding) => finding.id)).toEqual(expect.arrayContaining([...(says ?? [])]));
    else expect('because' in outcome ? outcome.because : 'reason' in outcome && outcome.reason).toBe(says);
    expect(requests).toHaveLength(1);
  });

  const whole = JSON.stringify(CLIENT);
  it.each([
    [
      'U01 201, then a reset',
      'HTTP/1.1 201 C\r\ncontent-length: 900\r\n\r\n{"client_',
      'reset',
      { kind: 'unknown', because: 'connection_lost', status: 201 },
    ],
    ['K-3 201 cut in the body', 'HTTP/1.1 201 C\r\ncontent-length: 900\r\n\r\n{"client_', 'end', { kind: 'unknown', status: 201 }],
    ['a reset before any answer', '', 'reset', { kind: 'unknown', because: 'connection_lost' }],
    ['K-8 no answer', '', 'wait', { kind: 'unknown', because: 'timeout' }],
    ['U16 a drip', 'HTTP/1.1 201 C\r\ncontent-length: 9\r\n\r\n{', 'wait', { kind: 'unknown', because: 'timeout', status: 201 }],
    ['not HTTP', 'SSH-2.0-OpenSSH\r\n\r\n', 'end', { kind: 'unknown' }],
    [
      'U05 a client_id of 3 MB',
      http(201, {}, Buffer.from(`{"client_id":"${'x'.repeat(3e6)}"}`)),
      'wait',
      { kind: 'unknown', because: 'too_large', status: 201 },
    ],
    ['U14 a refusal of 1 MB', http(400, {}, Buffer.alloc(1e6, 0x20)), 'wait', { kind: 'refused', reason: 'unclassified', status: 400 }],
    [
      'U17 gzip',
      http(201, { 'content-encoding': 'gzip' }, Buffer.from(whole)),
      'wait',
      { kind: 'unknown', because: 'unexpected_encoding' },
    ],
    ['U18 64 KiB of header', http(201, { a: 'x'.repeat(65_536) }, Buffer.from(whole)), 'wait', { kind: 'unknown', because: 'too_large' }],
  ] as const)('%s', async (_what, bytes, then, expected) => {
    answer = (socket) => {
      socket.write(bytes, () => {
        if (then === 'end') socket.end();
        // A little later: a reset that overtakes the bytes before it would be another case.
        if (then === 'reset') setTimeout(() => socket.resetAndDestroy(), 50);
      });
    };
    // Short where it is to run out, long where a busy machine must not make it run out.
    const deadlineMs = 'because' in expected && expected.because === 'timeout' ? 1000 : 4500;
    expect((await register({ deadlineMs })).outcome).toMatchObject(expected);
    expect(requests).toHaveLength(1);
  });

  it('K-5 K-6 U11: follows no redirect, so that the token goes nowhere else', async () => {
    answer = (socket) => socket.write(http(307, { location: `${endpoint}/elsewhere` }, Buffer.alloc(0)));
    expect((await register()).outcome).toEqual({ kind: 'refused', reason: 'redirected', status: 307 });
    expect([requests.length, connections]).toEqual([1, 1]);
  });

  it('K-9 K-53: where nothing was sent, says so', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const url = `http://127.0.0.1:${(gone.address() as AddressInfo).port}/register`;
    gone.close();
    await once(gone, 'close');
    expect((await register({ url })).outcome).toEqual({ kind: 'not_sent', code: 'connect_failed', retryable: true });
    const blocked = (await register({ url: 'https://169.254.169.254/register' })).outcome;
    expect(blocked).toEqual({ kind: 'not_sent', code: 'blocked_address', retryable: false });
    expect(requests).toEqual([]);
  });
});
