import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENCODINGS, Scanner, type Hit } from './support/canaries.js';
import { bringIn, change, credentialsOfEhrs, imported, leave, portal, registerEverywhere, useAndRead } from './support/secret-flows.js';
import { lyingServers, misplaced, readAll } from './support/secret-refusals.js';
import { secretWorld, type SecretWorld } from './support/secret-world.js';
import { redisOf, sinksOf, tablesOf, type Sink } from './support/sinks.js';

let world: SecretWorld;
let sinks: readonly Sink[];
let scanner: Scanner;

beforeAll(async () => {
  world = await secretWorld();
  const house = await bringIn(world);
  await faults(house.ehrs.find(({ server }) => server.vendor === 'harbor' && server.hospital === 'h01')?.server.initial_access_token ?? '');
  const lying = lyingServers(world);
  const registrations = await registerEverywhere(world, house);
  expect(new Set(registrations.map(({ status }) => status))).toEqual(new Set(['active', 'rejected', 'outcome_unknown']));
  const active = registrations.filter(({ status }) => status === 'active');
  await useAndRead(world, registrations);
  await world.knowWhatIsSealed();
  await Promise.all([
    ...active.map((registration) => change(world, registration)),
    credentialsOfEhrs(world, house),
    imported(world, house),
    portal(world, house),
    misplaced(world, house),
  ]);
  await world.knowWhatIsSealed();
  await useAndRead(world, active);
  await lying;
  await leave(world, house, active);
  await readAll(world);
  await world.knowWhatIsSealed();
  sinks = await sinksOf(world.stack, world.metricsPort, world.answers);
  scanner = new Scanner(world.canaries);
}, 240_000);
afterAll(() => world.stop());

/** A server that repeats what it was sent, one that is cut off, and one that answers half a client. */
async function faults(guard: string): Promise<void> {
  const words = { error_description: `the token ${guard} may not`, error_uri: `https://harbor.example/errors/7?about=${guard}` };
  const echo = JSON.stringify({ error: 'invalid_client_metadata', ...words });
  const headers = { 'content-type': 'application/json', 'x-request-id': `harbor-7 of ${guard}` };
  const { sandbox } = world.stack;
  await sandbox.fault({ vendor: 'harbor', hospital: 'h01', kind: 'status', status: 400, headers, body: echo });
  await sandbox.fault({ vendor: 'meadow', hospital: 'h02', kind: 'reset_after_commit' });
  world.know('the secret in half an answer', 'half-a-secret-9f2e7c1b');
  const half = '{"client_id":"c","client_secret":"half-a-secret-9f2e7c1b"';
  await sandbox.fault({ vendor: 'summit', hospital: 'h02', kind: 'body', body: half });
}

describe('no secret (T14, T17, T18, T20, K-55)', () => {
  it('is missing from those that are looked for', () => {
    const kinds = new Set(world.canaries.map(({ name }) => name));
    expect([...kinds].sort()).toEqual(
      expect.arrayContaining([
        ...['a data key', 'a private half', 'a secret of a portal', 'a secret that a server made'],
        ...[
          'a sealed private_key',
          'a sealed registration_access_token',
          'a software statement',
          'access_token',
          'an initial access token',
        ],
        ...['client_assertion', 'client_secret', 'key', 'the key-encryption key', 'the owner key', 'what a server was sent'],
        ...['the secret of a client that fetches tokens', 'an imported secret (a)', 'what is told of a patient: patient'],
      ]),
    );
    expect(world.canaries.length).toBeGreaterThan(100);
  });

  it('was spared a flow: each kind of change was carried out, and some were refused', async () => {
    const rows = await world.stack.query<{ kind: string; status: string }>('SELECT DISTINCT kind, status FROM operations');
    for (const kind of ['register', 'update', 'verify', 'sync', 'rotate', 'deregister'])
      expect(rows, kind).toContainEqual({ kind, status: 'succeeded' });
    expect(rows).toContainEqual({ kind: 'register', status: 'failed' });
  });

  it('is anywhere, in any encoding: logs at the finest level, every table, the queue, Redis, metrics, processes, answers', () => {
    const found = sinks.flatMap(({ name, bytes }) => scanner.find(bytes).map((hit) => ({ sink: name, ...hit })));
    const size = sinks.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const figures = [`${world.canaries.length} canaries`, `${ENCODINGS.length} encodings`, `${sinks.length} sinks`];
    process.stdout.write(`${figures.join(' × ')}, ${Math.round(size / 1024)} KiB: ${found.length} hits\n`);
    expect(found).toEqual([]);
    for (const kind of ['log', 'table', 'queue', 'metrics', 'answers'])
      expect(sinks.filter((sink) => sink.kind === kind && sink.bytes.length > 0).length, kind).toBeGreaterThan(0);
    expect(sinks.filter(({ kind }) => kind === 'table').length).toBeGreaterThan(30);
    expect(world.answers.length).toBeGreaterThan(100);
  });

  it('no patient’s data is kept: the context of a token answer and the claims of an id_token are read by nobody', () => {
    const told = world.canaries.filter(({ name }) => name.startsWith('what is told of a patient'));
    expect(told).toHaveLength(6);
    const found = sinks.filter(({ bytes }) => new Scanner(told).find(bytes).length > 0);
    expect(found.map(({ name }) => name)).toEqual([]);
    // They did arrive: these tokens came with them.
    expect(world.canaries.some(({ name, text }) => name === 'access_token' && text.toString().startsWith('at-'))).toBe(true);
  });

  it('is in what a vendor’s support is given, which names the request as the vendor does', () => {
    const bundle = world.answers.find((answer) => answer.includes('/support-bundle 200') && answer.includes('harbor-7'));
    expect(bundle).toContain('"x-request-id":"harbor-7 of [redacted]"');
    expect(bundle).toContain('"error_uri":"https://harbor.example/errors/7?about=[redacted]"');
    expect(bundle).toContain('"egress_addresses":["127.0.0.1"]');
    expect(bundle).toMatch(/"started_at":"\d{4}-\d\d-\d\dT[\d:.]+Z"/);
  });
});

describe('a leak that is planted is found', () => {
  const secret = () => world.stack.ownerKey;
  const hits = (planted: readonly Sink[]): (Hit & { sink: string })[] =>
    planted.flatMap(({ name, bytes }) => scanner.find(bytes).map((hit) => ({ sink: name, ...hit })));
  const leaks: readonly [string, () => string | Buffer][] = [
    ['plain', () => secret()],
    ['base64', () => Buffer.from(`Basic ab${secret()}:`).toString('base64')],
    ['hex', () => Buffer.from(secret()).toString('hex')],
    ['gzip', () => gzipSync(JSON.stringify({ secret: secret() })).toString('base64')],
  ];

  it.each(leaks)('in any of the sinks, %s', (encoding, leak) => {
    for (const { name, kind, bytes } of sinks) {
      const planted = Buffer.concat([bytes, Buffer.from('\n'), Buffer.from(leak())]);
      expect(hits([{ name, kind, bytes: planted }])).toContainEqual({ sink: name, canary: 'the owner key', encoding });
    }
  });

  it('in a table, be it text, bytes or JSON, and in one of the queue', async () => {
    const { stack } = world;
    await stack.query('CREATE TABLE planted (id integer, words text, bytes bytea, document jsonb)');
    await stack.query('CREATE TABLE bullmq.planted (data jsonb)');
    const document = JSON.stringify({ a: [{ secret: `in ${secret()}` }] });
    await stack.query('INSERT INTO planted VALUES (1, $1, $2, $3)', ['nothing', Buffer.from(`\0${secret()}`), '{}']);
    await stack.query('INSERT INTO planted VALUES (2, $1, $2, $3)', [`a\t${secret()}`, Buffer.from('nothing'), document]);
    await stack.query('INSERT INTO bullmq.planted VALUES ($1)', [document]);
    const found = hits(await tablesOf(stack)).map(({ sink, encoding }) => `${sink}: ${encoding}`);
    expect(found.sort()).toEqual(['table bullmq.planted: plain', 'table public.planted: hex', 'table public.planted: plain']);
    await stack.query('DROP TABLE planted, bullmq.planted');
  });

  it('in Redis, where there is one, whatever kind of key', async () => {
    const { redis } = world.stack;
    const plant = async (of: 'set' | 'hash' | 'list' | 'stream') => {
      await redis?.with(async (client) => {
        await client.del('planted');
        if (of === 'set') await client.set('planted', secret());
        else if (of === 'hash') await client.hset('planted', 'x', secret());
        else if (of === 'list') await client.rpush('planted', secret());
        else await client.xadd('planted', '*', 'x', secret());
      });
      return hits(await redisOf(world.stack)).map(({ canary }) => canary);
    };
    for (const of of ['set', 'hash', 'list', 'stream'] as const) expect(await plant(of)).toEqual(redis ? ['the owner key'] : []);
    await redis?.with((client) => client.del('planted'));
  });
});
