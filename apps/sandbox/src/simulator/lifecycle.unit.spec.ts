import { createHash } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { PRODUCT_NAMES } from './product-names.js';
import type { ProductName } from './product-names.js';
import { metadataOf, serverOf, startSimulator } from './simulator.fixture.js';

/** What an outsider sees of each product of protocol.md C: statuses, and which credentials are new after a read and after an update. */
const ROWS: Readonly<Record<Exclude<ProductName, 'portal'>, Row>> = {
  'node-oidc-provider': { put: 'rat' },
  keycloak: { put: 'rat' },
  hydra: { put: 'rat', readHides: true },
  spring: { put: 405, delete: 405, readHides: true },
  duende: { get: 404, put: 404, delete: 404 },
  mitreid: { later: 'rat' },
  curity: { read: 'rat secret', put: 'rat secret' },
  ibm: { put: 'rat secret', putsSecret: true },
  pingam: { put: 'rat' },
  pingfederate: {},
  okta: {},
  auth0: { get: 404, put: 404, delete: 404 },
  cognito: { get: 404, put: 404, delete: 404 },
  wso2: {},
  janssen: {},
  glewlwyd: { created: 200, delete: 200, put: 'secret' },
  authlib: { put: 'rat' },
  oauth_overlap: { put: 'secret' },
};

interface Row {
  readonly created?: number;
  readonly get?: number;
  /** What is new after a read, and after one an hour later. */
  readonly read?: string;
  readonly later?: string;
  readonly put?: number | string;
  readonly putsSecret?: boolean;
  readonly readHides?: boolean;
  readonly delete?: number;
}

type Wire = Record<string, unknown>;
const CREDENTIALS = { rat: 'registration_access_token', secret: 'client_secret' };
const renewed = (before: Wire, after: Wire): string =>
  Object.entries(CREDENTIALS)
    .filter(([, name]) => after[name] !== undefined && after[name] !== before[name])
    .map(([short]) => short)
    .join(' ');

describe('simulated products: register, read, update, token, delete (protocol.md C, B-12)', async () => {
  const simulator = await startSimulator(...PRODUCT_NAMES);
  afterAll(() => simulator.stop());

  it.each(Object.entries(ROWS) as [ProductName, Row][])('%s', async (product, row) => {
    const server = await serverOf(simulator, product);
    const created = await server.register();
    expect(created).toMatchObject({ status: row.created ?? 201, body: { client_name: 'Chart summary' } });
    let client = created.body;
    expect(await server.token(client)).toMatchObject({ status: 200, body: { token_type: 'Bearer', scope: 'system/Patient.rs' } });

    const read = await server.read(client);
    expect(read.status).toBe(row.get ?? 200);
    if (read.status === 200) {
      expect(renewed(client, read.body)).toBe(row.read ?? '');
      expect('client_secret' in read.body).toBe(row.readHides !== true);
      client = { ...client, ...read.body };
    }

    const changed = {
      ...metadataOf(client),
      client_name: 'Chart summary 2',
      ...(row.putsSecret ? { client_secret: client.client_secret } : {}),
    };
    const put = await server.update(client, changed);
    expect(put.status).toBe(typeof row.put === 'number' ? row.put : 200);
    if (put.status === 200) {
      expect(put.body.client_name).toBe('Chart summary 2');
      expect(renewed(client, put.body)).toBe(row.put ?? '');
      const before = client;
      client = { ...client, ...put.body };
      const old = await server.token(before);
      expect(old.status).toBe(row.put?.toString().includes('secret') === true && product !== 'oauth_overlap' ? 401 : 200);
    }
    expect((await server.token(client)).status).toBe(200);

    if (row.later !== undefined) {
      await simulator.ask('clock', { advance_ms: 3_600_000 });
      const later = await server.read(client);
      expect(renewed(client, later.body)).toBe(row.later);
      expect((await server.read(client)).status).toBe(403);
      client = { ...client, ...later.body };
    }

    const removed = await server.remove(client);
    expect(removed.status).toBe(row.delete ?? 204);
    const gone = removed.status < 300;
    expect((await server.token(client)).status).toBe(gone ? 401 : 200);
    const entry = await server.ledger(client);
    expect(entry?.deleted_at === null).toBe(!gone);
    expect(entry?.history).toMatchObject({ deleted_by: gone ? 'client' : null, updates: put.status === 200 ? 1 : 0 });
    const versions = entry?.history?.registration_access_tokens ?? [];
    const newest = client.registration_access_token;
    if (typeof newest === 'string') expect(versions.at(-1)?.sha256).toBe(createHash('sha256').update(newest).digest('hex'));
    expect(entry?.history?.secrets.at(-1)?.sha256).toBe(createHash('sha256').update(String(client.client_secret)).digest('hex'));
  });

  it('portal: there is no registration endpoint, and a client that a person entered waits for its practice (K-71)', async () => {
    const server = await serverOf(simulator, 'portal');
    expect(server.listing.registration_endpoint).toBeUndefined();
    expect((await server.register()).status).toBe(404);
    const place = { vendor: 'portal', hospital: 'h01' };
    const metadata = { client_name: 'By hand', grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_basic' };
    const client = (await simulator.ask('enter_client', { ...place, metadata })) as unknown as Wire;
    expect(await server.token(client)).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } });
    await simulator.ask('change_client', { ...place, client_id: String(client.client_id), active: true });
    expect((await server.token(client)).status).toBe(200);
    const renewedByHand = await simulator.ask('change_client', { ...place, client_id: String(client.client_id), new_secret: true });
    expect((await server.token(client)).status).toBe(401);
    expect((await server.token(client, renewedByHand?.client_secret)).status).toBe(200);
    expect((await server.ledger(client))?.history).toMatchObject({ by_hand: true, active: true });
  });
});
