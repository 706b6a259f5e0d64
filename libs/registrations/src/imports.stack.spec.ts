import { generateKeyPair } from '@registrar/keys';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registrationHouse, type RegistrationHouse } from '../../../test/support/registration-house.js';
import { Doorbell } from './doorbell.js';
import type { ImportRow } from './import.js';
import { Imports } from './imports.service.js';

let house: RegistrationHouse;
let imports: Imports;
beforeAll(async () => {
  house = await registrationHouse();
  const { database, audit, events, clock, vault, access } = house;
  imports = new Imports(database, { audit, events }, clock, vault, access, new Doorbell(() => undefined));
});
afterAll(() => house.close());

const published = () =>
  house.rows<{ id: string; kids: string[]; users: number }>(
    `SELECT d.id, (SELECT array_agg(k->>'kid' ORDER BY k->>'kid') FROM jsonb_array_elements(d.body::jsonb->'keys') k) AS kids,
            (SELECT count(*)::integer FROM credentials c WHERE c.key_set_id = d.id) AS users
       FROM published_documents d JOIN key_sets s ON s.id = d.id ORDER BY d.id`,
  );

it('the rows of a client that all hospitals share publish their keys in one set, also those that come later (H-01)', async () => {
  const ehr = await house.ehr({ registrationMode: 'portal', vendor: 'athenahealth', clientScope: 'application' });
  const [applicationId, ours, theirs] = [await house.application(), await generateKeyPair('ES384'), await generateKeyPair('ES384')];
  const row = async (index: number, pair: typeof ours): Promise<ImportRow> => ({
    index,
    tenant: { id: await house.tenant(`Hospital ${index}`) },
    ehrId: ehr.id,
    applicationId,
    environment: 'sandbox',
    clientId: 'everybody',
    privateKey: pair.privateJwk,
  });
  const outcomes = async (rows: ImportRow[]) => (await imports.run(house.scope, rows)).map(({ outcome, errors }) => [outcome, errors]);
  expect(await outcomes([await row(0, ours), await row(1, ours)])).toEqual([
    ['created', []],
    ['created', []],
  ]);
  expect(await outcomes([await row(2, ours), await row(3, theirs)])).toEqual([
    ['created', []],
    ['created', []],
  ]);
  expect(await house.rows(`SELECT client_id, scope FROM clients`)).toEqual([{ client_id: 'everybody', scope: 'application' }]);
  expect(await published()).toEqual([{ id: expect.any(String) as string, kids: [ours.kid, theirs.kid].sort(), users: 4 }]);
});
