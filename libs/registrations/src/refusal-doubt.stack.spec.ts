import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rotatingHouse, type RotatingHouse } from '../../../test/support/rotating-house.js';
import { refusalDoubted } from './refusal-doubt.repository.js';
import type { Work, WorkClient, WorkCredential } from './work.js';

const URI = 'https://ehr.example/register';
let world: RotatingHouse;
beforeAll(async () => {
  world = await rotatingHouse();
});
afterAll(() => world.house.close());

/** A registration whose client has two secrets, of which an operation holds one; and another client with the same address. */
async function holding(version: number, lost?: 'update') {
  const { house } = world;
  const { id } = await world.active();
  await house.rows(`UPDATE credentials SET stage = 'previous' WHERE registration_id = $1`, [id]);
  await world.credential(id, 2, 'previous');
  const [row] = await house.rows<{ id: string; client_id: string }>(
    'SELECT id, client_id FROM credentials WHERE registration_id = $1 AND version = $2',
    [id, version],
  );
  if (!row) throw new Error('There is no such credential');
  if (lost) {
    const operation = await world.rotation({ id, tenantId: '', ehrId: '', applicationId: '' }, 'failed');
    await house.rows(
      `INSERT INTO attempts (workspace_id, id, tenant_id, registration_id, operation_id, authorization_server_id, kind, status, fence, marker, url, metadata, metadata_digest, started_at, deadline_at)
       SELECT workspace_id, gen_random_uuid(), tenant_id, registration_id, id, authorization_server_id, 'update', 'unknown', 1, 'lost', $2, '{}', '', $3, $3 FROM operations WHERE id = $1`,
      [operation, URI, house.clock.now()],
    );
  }
  const client = (of: string) =>
    ({ id: of, authMethod: 'client_secret_basic', management: { registrationClientUri: URI } }) as unknown as WorkClient;
  const credential: WorkCredential = { id: row.id, kind: 'client_secret', version, stage: 'previous', clientId: row.client_id };
  const rotates = { rat: false, secret: lost !== undefined };
  const work = {
    ...{
      scope: house.scope,
      registration: { id },
      operation: { input: {} },
      upstream: { quirks: { readRotates: rotates, putRotates: rotates } },
    },
    ...{ client: client('another'), previousClient: client(row.client_id), previous: credential },
  } as unknown as Work;
  return refusalDoubted(house.database, work, client(row.client_id), credential, house.clock.now());
}

describe('that a credential is refused', () => {
  it('says that its client is gone where it is the one that the server goes by', async () => {
    expect(await holding(2)).toBe(false);
  });

  it('says nothing of the client where it has a newer secret, which the operation does not hold (B-10)', async () => {
    expect(await holding(1)).toBe(true);
  });

  it('says nothing of it after a lost answer about it, at a server with one address for all clients (B-10)', async () => {
    expect(await holding(2, 'update')).toBe(true);
  });
});
