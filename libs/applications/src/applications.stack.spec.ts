import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UnitOfWork } from '@registrar/database';
import { newId } from '@registrar/vault';
import { nounHouse, type NounHouse } from '../../../test/support/noun-house.js';
import { applicationLayers, ApplicationOverridesService, ApplicationRecords, applicationsEntities, ApplicationsService } from './index.js';

let house: NounHouse;
let scope: UnitOfWork;
let applications: ApplicationsService;
let overrides: ApplicationOverridesService;
beforeAll(async () => {
  house = await nounHouse(applicationsEntities);
  scope = await house.workspace();
  const records = new ApplicationRecords(house.audit, house.events);
  applications = new ApplicationsService(house.database, house.clock, records, { loopbackAllowed: false });
  overrides = new ApplicationOverridesService(house.database, house.clock, records, { loopbackAllowed: false });
});
afterAll(() => house.close());

const backend = { name: 'Sync', kind: 'backend', clientMetadata: { client_name: 'Sync' }, requiredScopes: ['system/Patient.rs'] } as const;

async function ehr(): Promise<string> {
  const id = newId();
  const values = [scope.workspaceId, id];
  await house.rows(
    `INSERT INTO ehrs (workspace_id, id, name, environment, vendor, status, created_at, updated_at)
     VALUES ($1, $2, 'EHR', 'sandbox', 'generic', 'ready', now(), now())`,
    values,
  );
  return id;
}

describe('applications', () => {
  it('begin with revision 1; a change of the template makes the next one and takes over what is left out', async () => {
    const { id } = await applications.create(scope, { ...backend, launchUrl: 'https://app.example/launch' });
    const changed = await applications.change(scope, id, { clientMetadata: { client_name: 'Sync 2' } });
    expect(changed).toMatchObject({ version: 2, revision: { number: 2, requiredScopes: ['system/Patient.rs'] } });
    expect(changed.revision).toMatchObject({ clientMetadata: { client_name: 'Sync 2' }, launchUrl: 'https://app.example/launch' });
    const rows = await house.rows(`SELECT number, client_metadata FROM application_revisions WHERE application_id = $1 ORDER BY 1`, [id]);
    expect(rows).toEqual([
      { number: 1, client_metadata: { client_name: 'Sync' } },
      { number: 2, client_metadata: { client_name: 'Sync 2' } },
    ]);
    expect(await applications.change(scope, id, { name: 'Renamed' })).toMatchObject({
      name: 'Renamed',
      version: 3,
      revision: { number: 2 },
    });
  });

  it('keep revisions immutable: the role of the app may not change one', async () => {
    const { id } = await applications.create(scope, backend);
    const change = house.database.transaction(scope, (tx) =>
      tx.query(`UPDATE application_revisions SET client_metadata = '{}' WHERE application_id = $1`, [id]),
    );
    await expect(change).rejects.toMatchObject({ code: '42501' });
  });

  it.each([
    ['https://app.example/cb#x', 'fragment'],
    ['https://*.example/cb', 'wildcard'],
    ['https://user@app.example/cb', 'user_info'],
    ['javascript:alert(1)', 'forbidden_scheme'],
    ['http://localhost/cb', 'https_required'],
  ])('refuse the redirect URI %s as %s, with a pointer, and store nothing (A-07)', async (uri, code) => {
    const before = await house.rows('SELECT count(*)::integer AS n FROM applications');
    const created = applications.create(scope, { name: 'Bad', kind: 'ehr_launch', clientMetadata: { redirect_uris: [uri] } });
    await expect(created).rejects.toMatchObject({
      code: 'applications.metadata_refused',
      entry: { kind: 'refused' },
      options: { errors: [{ pointer: '/client_metadata/redirect_uris/0', code }] },
    });
    expect(await house.rows('SELECT count(*)::integer AS n FROM applications')).toEqual(before);
  });

  it('answer malformed to unknown members and wrong types, refused to scopes that are none', async () => {
    const malformed = applications.create(scope, { ...backend, clientMetadata: { resource: 'x', client_name: 7 } });
    await expect(malformed).rejects.toMatchObject({ code: 'applications.metadata_malformed', entry: { kind: 'malformed' } });
    const refused = applications.create(scope, { ...backend, optionalScopes: ['user/Patient.rs', 'user/Patient.rs', 'bad"scope'] });
    await expect(refused).rejects.toMatchObject({
      options: { errors: [{ pointer: '/optional_scopes/1', code: 'duplicate' }, { pointer: '/optional_scopes/2' }] },
    });
  });

  it('are hidden from a caller bound to another application, and read-only for one bound to hospitals', async () => {
    const mine = await applications.create(scope, backend);
    const other = await applications.create(scope, backend);
    const bound = { ...scope, applicationId: mine.id };
    await expect(applications.get(bound, other.id)).rejects.toMatchObject({ code: 'applications.not_found' });
    expect((await applications.list(bound, {}, { limit: 50 })).items.map((item) => item.id)).toEqual([mine.id]);
    const hospital = { ...scope, tenantIds: [newId()] };
    expect(await applications.get(hospital, mine.id)).toMatchObject({ id: mine.id });
    await expect(applications.change(hospital, mine.id, { name: 'Mine now' })).rejects.toMatchObject({ code: 'applications.bound_key' });
  });

  it('say something else at one EHR; the layers of many pairs come by one statement', async () => {
    const { id } = await applications.create(scope, backend);
    const [here, there] = [await ehr(), await ehr()];
    expect(await overrides.put(scope, { applicationId: id, ehrId: here }, { client_name: 'Sync here' })).toMatchObject({ version: 1 });
    const stale = overrides.put(scope, { applicationId: id, ehrId: here }, {}, 7);
    await expect(stale).rejects.toMatchObject({ code: 'applications.changed_meanwhile' });
    await applications.change(scope, id, { requiredScopes: ['system/Observation.rs'] });
    const wanted = [
      { applicationId: id, ehrId: here },
      { applicationId: id, ehrId: there, revision: 1 },
      { applicationId: newId(), ehrId: here },
    ];
    const layers = await house.database.transaction(scope, (tx) => applicationLayers(tx, wanted));
    expect(layers).toMatchObject([
      { revision: 2, ehrOverride: { client_name: 'Sync here' }, requiredScopes: ['system/Observation.rs'] },
      { revision: 1, currentRevision: 2, requiredScopes: ['system/Patient.rs'] },
      undefined,
    ]);
    expect(layers[1]).not.toHaveProperty('ehrOverride');
  });
});
