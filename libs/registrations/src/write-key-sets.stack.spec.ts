import { generateKeyPair } from '@registrar/keys';
import { newId } from '@registrar/vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registrationHouse, type RegistrationHouse } from '../../../test/support/registration-house.js';
import { Doorbell } from './doorbell.js';
import { Imports } from './imports.service.js';
import { holdKeySets, republishKeySets, writeKeySets } from './write-key-sets.js';

let house: RegistrationHouse;
let imports: Imports;
beforeAll(async () => {
  house = await registrationHouse();
  const { database, audit, events, clock, vault, access } = house;
  imports = new Imports(database, { audit, events }, clock, vault, access, new Doorbell(() => undefined));
});
afterAll(() => house.close());

/** Hospitals that share a client with one key, as it was imported. */
async function shared(count: number) {
  const ehr = await house.ehr({ registrationMode: 'portal', vendor: 'athenahealth', clientScope: 'application' });
  const [applicationId, pair] = [await house.application(), await generateKeyPair('ES384')];
  const rows = await Promise.all(
    Array.from({ length: count }, async (_, index) => ({
      index,
      tenant: { id: await house.tenant(`Hospital ${index}`) },
      ehrId: ehr.id,
      applicationId,
      environment: 'sandbox' as const,
      clientId: `everybody-${newId()}`,
      privateKey: pair.privateJwk,
    })),
  );
  const [one] = rows;
  const answers = await imports.run(
    house.scope,
    rows.map((row) => ({ ...row, clientId: one?.clientId ?? '' })),
  );
  const registrations = answers.map(({ registrationId }) => registrationId ?? '');
  await house.rows(`UPDATE registrations SET status = 'active', action = NULL WHERE id = ANY ($1::uuid[])`, [registrations]);
  const held = await house.rows<{ id: string; set: string }>(
    `SELECT id, key_set_id AS set FROM credentials WHERE registration_id = ANY ($1::uuid[]) ORDER BY array_position($1::uuid[], registration_id)`,
    [registrations],
  );
  return { kid: pair.kid, registrations, credentials: held.map(({ id }) => id), set: held[0]?.set ?? '' };
}

const kids = async (set: string): Promise<unknown[]> => {
  const [row] = await house.rows<{ body: string }>('SELECT body FROM published_documents WHERE id = $1', [set]);
  return (JSON.parse(row?.body ?? '{}') as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
};

/** The registration's compromised key is replaced: its successor is published in its place. @returns the successor's kid. */
async function replaced(set: string, registrationId: string, credentialId: string): Promise<string> {
  const [successor, id] = [await generateKeyPair('ES384'), newId()];
  await house.database.transaction(house.scope, async (tx) => {
    await holdKeySets(tx, [set]);
    await tx.query(`UPDATE credentials SET stage = 'current', promoted_at = $2 WHERE id = $1`, [credentialId, house.clock.now()]);
    await tx.query(
      `INSERT INTO credentials (workspace_id, id, tenant_id, registration_id, key_set_id, kind, version, stage, alg, kid, public_jwk, created_at)
       SELECT workspace_id, $2, tenant_id, id, $3, 'private_key', 2, 'pending', 'ES384', $4, $5::jsonb, $6 FROM registrations WHERE id = $1`,
      [registrationId, id, set, successor.kid, JSON.stringify(successor.publicJwk), house.clock.now()],
    );
    await writeKeySets(tx, [{ registrationId, keySets: [{ id: set, keepOnly: id }] }], house.clock.now());
  });
  return successor.kid;
}

describe('a key set of many hospitals', () => {
  it('is never without a key that one of two published, who did so at the same moment (H-01, A-81)', async () => {
    const { set, kid, registrations } = await shared(2);
    const added: string[] = [];
    for (let round = 0; round < 10; round += 1)
      await Promise.all(
        registrations.map(async (registrationId) => {
          const pair = await generateKeyPair('ES384');
          added.push(pair.kid);
          await house.database.transaction(house.scope, async (tx) => {
            await holdKeySets(tx, [set]);
            await tx.query(
              `INSERT INTO credentials (workspace_id, id, tenant_id, registration_id, key_set_id, kind, version, stage, alg, kid, public_jwk, created_at, promoted_at)
               SELECT workspace_id, $2, tenant_id, id, $3, 'private_key', $4, 'previous', 'ES384', $5, $6::jsonb, $7, $7 FROM registrations WHERE id = $1`,
              [registrationId, newId(), set, 10 + round, pair.kid, JSON.stringify(pair.publicJwk), house.clock.now()],
            );
            await republishKeySets(tx, [set], house.clock.now());
          });
        }),
      );
    expect((await kids(set)).sort()).toEqual([kid, ...added].sort());
  });

  it('keeps a compromised key until the last hospital that holds it has another, so that none is cut off (H-01)', async () => {
    const { set, kid, registrations, credentials } = await shared(2);
    const first = await replaced(set, registrations[0] ?? '', credentials[0] ?? '');
    expect((await kids(set)).sort()).toEqual([kid, first].sort());
    const second = await replaced(set, registrations[1] ?? '', credentials[1] ?? '');
    expect((await kids(set)).sort()).toEqual([first, second].sort());
  });

  it('lets go of a compromised key though a hospital that is suspended holds it still (H-01)', async () => {
    const { set, kid, registrations, credentials } = await shared(3);
    await house.rows(`UPDATE tenants SET suspended_at = $2 WHERE id = (SELECT tenant_id FROM registrations WHERE id = $1)`, [
      registrations[2],
      house.clock.now(),
    ]);
    const first = await replaced(set, registrations[0] ?? '', credentials[0] ?? '');
    expect((await kids(set)).sort()).toEqual([kid, first].sort());
    const second = await replaced(set, registrations[1] ?? '', credentials[1] ?? '');
    expect((await kids(set)).sort()).toEqual([first, second].sort());
  });
});

it('a key that is bound to a hospital imports no client that all of them share, and is told so (A-81)', async () => {
  const ehr = await house.ehr({ registrationMode: 'portal', vendor: 'athenahealth', clientScope: 'application' });
  const tenantId = await house.tenant('Bound');
  await house.connections.create(house.scope, { tenantId, ehrId: ehr.id });
  const { privateJwk } = await generateKeyPair('ES384');
  const row = {
    index: 0,
    tenant: { id: tenantId },
    ehrId: ehr.id,
    applicationId: await house.application(),
    environment: 'sandbox' as const,
    clientId: 'everybody-else',
    privateKey: privateJwk,
  };
  const [answer] = await imports.run({ ...house.scope, tenantIds: [tenantId] }, [row]);
  expect(answer).toMatchObject({ outcome: 'refused', errors: [{ pointer: '/ehr_id', code: 'shared_client' }] });
});
