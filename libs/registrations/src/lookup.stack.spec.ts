import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registrationHouse, type RegistrationHouse } from '../../../test/support/registration-house.js';
import { Lookup, MatrixReader } from './index.js';
import { LOOKUP, lookupParameters } from './lookup.repository.js';

let house: RegistrationHouse;
beforeAll(async () => {
  house = await registrationHouse();
});
afterAll(() => house.close());

async function active(tenantId: string, ehrId: string, applicationId: string, clientId: string): Promise<string> {
  const { id } = await house.registrations.create(house.scope, { connection: { tenantId, ehrId }, applicationId });
  await house.rows(
    `WITH client AS (INSERT INTO clients (workspace_id, id, tenant_id, authorization_server_id, application_id, environment, scope, client_id,
       token_endpoint_auth_method, requested_metadata, granted_metadata, created_at, updated_at)
       SELECT r.workspace_id, gen_random_uuid(), r.tenant_id, e.authorization_server_id, r.application_id, r.environment, 'registration', $2,
              'client_secret_basic', '{"scope": "system/Patient.rs"}', '{}', now(), now()
         FROM registrations r JOIN ehrs e ON e.id = r.ehr_id WHERE r.id = $1 RETURNING id)
     UPDATE registrations SET status = 'active', client_id = client.id FROM client WHERE registrations.id = $1`,
    [id, clientId],
  );
  return id;
}

describe('a launch', () => {
  it('finds its one active registration by the FHIR base URL, with or without the last slash', async () => {
    const lookup = new Lookup(house.database);
    const ehr = await house.ehr();
    const applicationId = await house.application();
    const mary = await house.tenants.create(house.scope, { name: 'Mary', externalId: 'mary' });
    const find = (more: object = {}, scope = house.scope) => lookup.find(scope, { applicationId, iss: house.server.base, ...more });
    await expect(find()).rejects.toMatchObject({ code: 'registrations.none_active' });
    const registrationId = await active(mary.id, ehr.id, applicationId, 'client-of-mary');
    const found = await find({ iss: `${house.server.base}/` });
    expect(found).toMatchObject({
      registrationId,
      clientId: 'client-of-mary',
      authMethod: 'client_secret_basic',
      scope: 'system/Patient.rs',
    });
    expect(found.endpoints.token).toBe(`${house.server.issuer}/token`);
    expect(await find({ environment: 'sandbox', tenantExternalId: 'mary' })).toMatchObject({ registrationId });
    await expect(find({ environment: 'production' })).rejects.toMatchObject({ code: 'registrations.none_active' });

    const john = await house.tenants.create(house.scope, { name: 'John', externalId: 'john' });
    const second = await active(john.id, ehr.id, applicationId, 'client-of-john');
    await expect(find()).rejects.toMatchObject({ code: 'registrations.lookup_ambiguous' });
    expect(await find({ tenantExternalId: 'john' })).toMatchObject({ registrationId: second });
    expect(await find({}, { ...house.scope, tenantIds: [mary.id] })).toMatchObject({ registrationId });
    await expect(find({}, await house.workspace())).rejects.toMatchObject({ code: 'registrations.none_active' });
    await house.rows(`UPDATE registrations SET status = 'credential_failed' WHERE id = $1`, [second]);
    await expect(find({ tenantExternalId: 'john' })).rejects.toMatchObject({ code: 'registrations.none_active' });
  });

  it('is answered by indexes alone, among thousands', async () => {
    const applicationId = await house.application();
    const ehr = await house.ehr();
    await house.rows(MANY, [house.scope.workspaceId, applicationId, ehr.id]);
    await house.rows('ANALYZE ehrs, connections, registrations, tenants, clients');
    const planOf = (more: object) =>
      house.database.transaction(house.scope, async (tx) => {
        const wanted = { applicationId, iss: 'https://fhir.example/ehr/77', ...more };
        const rows = await tx.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${LOOKUP}`, lookupParameters(tx, wanted));
        return rows.map((row) => row['QUERY PLAN']).join('\n');
      });
    const [byAddress, byHospital] = [await planOf({}), await planOf({ tenantExternalId: 'many-77' })];
    for (const index of ['ehrs_fhir_base_url', 'ehrs_issuer', 'registrations_lookup']) expect(byAddress).toContain(index);
    for (const plan of [byAddress, byHospital]) expect(plan).not.toMatch(/Seq Scan on (ehrs|registrations|tenants|clients)/);
  });
});

// 3,000 hospitals with an EHR each, like the one that is given, and an active registration there.
const MANY = `
WITH n AS (SELECT i, gen_random_uuid() AS t, gen_random_uuid() AS e, gen_random_uuid() AS c, gen_random_uuid() AS k FROM generate_series(1, 3000) AS i),
tenant AS (INSERT INTO tenants (workspace_id, id, name, external_id, created_at, updated_at) SELECT $1, t, 'Many ' || i, 'many-' || i, now(), now() FROM n RETURNING id),
ehr AS (INSERT INTO ehrs (workspace_id, id, name, environment, vendor, fhir_base_url, status, authorization_server_id, created_at, updated_at)
        SELECT $1, n.e, 'Many', environment, vendor, 'https://fhir.example/ehr/' || i, status, authorization_server_id, now(), now() FROM n, ehrs x WHERE x.id = $3 RETURNING id),
connection AS (INSERT INTO connections (workspace_id, id, tenant_id, ehr_id, created_at, updated_at) SELECT $1, c, t, e, now(), now() FROM n RETURNING id),
client AS (INSERT INTO clients (workspace_id, id, tenant_id, authorization_server_id, application_id, environment, scope, client_id, token_endpoint_auth_method,
             requested_metadata, granted_metadata, created_at, updated_at)
           SELECT $1, k, t, authorization_server_id, $2, environment, 'registration', 'many-' || i, 'client_secret_basic', '{}', '{}', now(), now() FROM n, ehrs x WHERE x.id = $3 RETURNING id)
INSERT INTO registrations (workspace_id, id, tenant_id, connection_id, ehr_id, application_id, revision, environment, strategy, status, client_id, created_at, updated_at)
SELECT $1, gen_random_uuid(), t, c, e, $2, 1, 'sandbox', 'dynamic', 'active', k, now(), now() FROM n`;

describe('the matrix', () => {
  it('has a cell for each connection and no other', async () => {
    const matrix = new MatrixReader(house.database);
    const applicationId = await house.application();
    const ehr = await house.ehr({ vendor: 'epic', registrationMode: 'portal' });
    const [mary, john] = [await house.tenant('M'), await house.tenant('J')];
    const connection = await house.connections.create(house.scope, { tenantId: mary, ehrId: ehr.id });
    const cellOf = async (tenantId: string, scope = house.scope) =>
      (await matrix.read(scope, applicationId)).cells.find((cell) => cell.ehrId === ehr.id && cell.tenantId === tenantId);
    expect(await cellOf(mary)).toMatchObject({ connectionId: connection.id, registrationId: null, status: null });
    expect(await cellOf(john)).toBeUndefined();
    const { id } = await house.registrations.create(house.scope, { connection: { connectionId: connection.id }, applicationId });
    expect(await cellOf(mary)).toMatchObject({ registrationId: id, status: 'pending' });
    const bound = await matrix.read({ ...house.scope, tenantIds: [john] }, applicationId);
    expect(bound.cells).toEqual([]);
    expect(bound.tenants.map((tenant) => tenant.id)).toEqual([john]);
    await expect(matrix.read(await house.workspace(), applicationId)).rejects.toMatchObject({
      code: 'registrations.application_not_found',
    });
  });
});
