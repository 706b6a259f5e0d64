import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { ManualClock } from '@registrar/clock';
import { createOutbound, type Outbound } from '@registrar/outbound';
import { Secret } from '@registrar/secret';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeExchange, encodeExchange } from './exchange-codec.js';
import { ManagedClient } from './managed-client.js';
import { CLIENT_ID, CLIENT_SECRET, managedServer, RAT, SENT, type ManagedServer } from './managed-server.spec.js';
import { parseRead, parseUpdate } from './management-answer.js';
import { CASES, CLIENT, type ManagementCase } from './management-answer.cases.spec.js';
import { judgeDeletion, parseDelete } from './management-delete-answer.js';
import { deleteClient, readClient, updateClient } from './management-endpoint.js';
import { updateDocument } from './update-document.js';

const clock = new ManualClock(new Date('2026-03-01T12:00:00Z'));
const secrets = [Secret.of(RAT), Secret.of(CLIENT_SECRET)];
const call = { deadlineMs: 5000, partition: 'ws:ten' };
let outbound: Outbound;
let server: ManagedServer;

beforeAll(async () => {
  outbound = createOutbound({ allow: ['127.0.0.1/32'] });
  server = await managedServer();
});
afterAll(async () => {
  await outbound.close();
  await server.close();
});
beforeEach(() => {
  server.asked.length = 0;
  server.connections = 0;
});

const update = (putSecret: 'omit' | 'include' = 'omit') =>
  updateDocument({
    server: Secret.of(JSON.stringify(CLIENT)),
    desired: SENT,
    clientId: CLIENT_ID,
    quirks: { putSecret, droppedMembers: [] },
    clientSecret: Secret.of(CLIENT_SECRET),
  });

async function ask(what: ManagementCase['ask'], managed = server.managed(), deadlineMs = call.deadlineMs) {
  const context = {
    clientId: CLIENT_ID,
    sent: SENT,
    registrationEndpoint: server.registrationEndpoint,
    registrationClientUri: server.registrationClientUri,
    secrets,
    now: clock.now(),
  };
  const carriedSecret = what === 'update with the secret';
  const request = { ...call, deadlineMs };
  const sent =
    what === 'read'
      ? await readClient(outbound, clock, managed, request)
      : what === 'delete'
        ? await deleteClient(outbound, clock, managed, request)
        : await updateClient(outbound, clock, managed, { ...request, update: update(carriedSecret ? 'include' : 'omit') });
  // What is parsed is what came out of the seal.
  const exchange = decodeExchange(encodeExchange(sent));
  if (what === 'read') return parseRead(exchange, context);
  if (what === 'delete') return parseDelete(exchange, { ...context, quirks: { deleteStatus: [204] } });
  return parseUpdate(exchange, { ...context, carriedSecret });
}

describe('the answers of RFC 7592', () => {
  it.each(CASES.map((each) => [`${each.ask}: ${each.what}`, each] as const))(
    '%s',
    async (_what, { ask: what, answer, expected, findings }) => {
      server.answer = answer;
      const outcome = await ask(what);
      expect(outcome).toMatchObject(expected);
      if (findings !== undefined) {
        const said = outcome.kind === 'accepted' ? outcome.findings.map((finding) => finding.id) : [];
        expect(said).toEqual(expect.arrayContaining([...findings]));
      }
      expect(server.asked).toHaveLength(1);
      expect(inspect(outcome, { depth: 9 }) + JSON.stringify(outcome)).not.toMatch(/rat-one-of|s3cret-of/);
    },
  );

  it('U22: nothing of another client is in the outcome', async () => {
    server.answer = { status: 200, body: { ...CLIENT, client_id: 'c-2', client_secret: 'of-another' } };
    expect(await ask('update')).toEqual({ kind: 'other_client', status: 200, answeredClientId: 'c-2' });
  });

  it('B-02: has nothing to say about an answer as before', async () => {
    server.answer = { status: 200, body: { ...CLIENT, registration_client_uri: server.registrationClientUri } };
    expect(await ask('read')).toMatchObject({
      kind: 'accepted',
      findings: [],
      client: { registrationClientUri: server.registrationClientUri },
    });
  });

  it('K-9 K-33: not sent is told from lost', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/register`;
    const parts = { registrationClientUri: `${endpoint}/c-1`, registrationAccessToken: Secret.of(RAT), registrationEndpoint: endpoint };
    const managed = ManagedClient.of(parts) as ManagedClient;
    expect(await ask('update', managed, 500)).toEqual({ kind: 'unknown', because: 'timeout' });
    for (const socket of sockets) socket.destroy();
    silent.close();
    await once(silent, 'close');
    expect(await ask('update', managed)).toEqual({ kind: 'not_sent', code: 'connect_failed', retryable: true });
  });

  it.each([
    ['K-44', { status: 401, body: '' }, 'gone'],
    ['K-44', { status: 404, body: '' }, 'gone'],
    ['U23', { status: 200, body: CLIENT }, 'still_there'],
    ['U23', { status: 500, body: '' }, 'unconfirmed'],
    ['U23', { status: 403, body: '' }, 'unconfirmed'],
  ] as const)('%s: after a deletion %j means %s', async (_id, answer, verdict) => {
    server.answer = answer;
    const outcome = await ask('read');
    expect(judgeDeletion(outcome as Parameters<typeof judgeDeletion>[0])).toBe(verdict);
  });
});

describe('a managed client on the wire (B-01)', () => {
  it('sends the token in its header, to the very URI, each time on a connection of its own', async () => {
    server.answer = { status: 200, body: CLIENT };
    for (const what of ['read', 'update', 'delete'] as const) await ask(what);
    expect(server.asked.map(({ method, path }) => [method, path])).toEqual([
      ['GET', '/register?client_id=c-1'],
      ['PUT', '/register?client_id=c-1'],
      ['DELETE', '/register?client_id=c-1'],
    ]);
    for (const { headers, path, body } of server.asked) {
      expect(headers).toMatchObject({ authorization: `Bearer ${RAT}`, accept: 'application/json', 'cache-control': 'no-store' });
      expect(path + body).not.toContain(RAT);
    }
    expect(server.connections).toBe(3);
    expect(server.asked[1]?.headers['content-type']).toBe('application/json');
  });

  it('B-15: sends If-Match where it was told to', async () => {
    server.answer = { status: 200, body: CLIENT };
    await updateClient(outbound, clock, server.managed(), { ...call, update: update(), ifMatch: '"v7"' });
    expect(server.asked[0]?.headers['if-match']).toBe('"v7"');
  });

  it.each([
    ['another host', 'https://evil.example/register/c-1', 'foreign'],
    ['another port', 'https://as.example:8443/register/c-1', 'foreign'],
    ['plain http', 'http://as.example/register/c-1', 'plain_http'],
    ['user information', 'https://u:p@as.example/register/c-1', 'unusable'],
    ['a fragment', 'https://as.example/register/c-1#x', 'unusable'],
    ['a path alone', '/register/c-1', 'unusable'],
    ['a line break', 'https://as.example/register/c-1\r\nx: y', 'unusable'],
  ])('T7 A-38: is not made for %s', (_what, registrationClientUri, refusal) => {
    const registrationEndpoint = 'https://as.example/register';
    expect(ManagedClient.of({ registrationClientUri, registrationAccessToken: Secret.of(RAT), registrationEndpoint })).toBe(refusal);
  });

  it('shows neither its URI nor its token', () => {
    const managed = server.managed();
    expect(inspect(managed, { depth: 9, showHidden: true }) + JSON.stringify(managed)).not.toMatch(/register|rat-one/);
  });
});
