import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApplicationRecords, applicationsEntities, ApplicationsService } from '@registrar/applications';
import { ExpiryAlarms } from '@registrar/ehrs';
import { generateKeyPair } from '@registrar/keys';
import { createOutbound } from '@registrar/outbound';
import { Secret } from '@registrar/secret';
import { decodeProtectedHeader, SignJWT, importJWK, type JWK, jwtVerify, createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { ehrHouse, type EhrHouse } from '../../../test/support/ehr-house.js';
import {
  settleStatements,
  StatementIssuer,
  StatementRecords,
  statementExpiries,
  statementsFor,
  statementsEntities,
  StatementsService,
  type StatementWanted,
} from './index.js';

let house: EhrHouse;
let statements: StatementsService;
let applicationId: string;
let sign: (claims: object) => Promise<Secret>;
const outbound = createOutbound({ allow: ['127.0.0.1'] });
beforeAll(async () => {
  house = await ehrHouse([...applicationsEntities, ...statementsEntities]);
  const { database, clock, vault, audit, events } = house;
  const issuer = new StatementIssuer(database, clock, vault, 'https://registrar.example');
  statements = new StatementsService({ database, clock, vault, outbound, issuer, records: new StatementRecords(audit, events) });
  const applications = new ApplicationsService(database, clock, new ApplicationRecords(audit, events), { loopbackAllowed: true });
  const made = await applications.create(house.scope, {
    name: 'Sync',
    kind: 'backend',
    clientMetadata: { client_name: 'Sync', software_id: 'sync-1', contacts: ['canary-contact@app.example'] },
    requiredScopes: ['system/Patient.rs'],
  });
  applicationId = made.id;
  const pair = await generateKeyPair('ES384');
  const key = await importJWK(JSON.parse(pair.privateJwk.expose()) as JWK, 'ES384');
  sign = async (claims) =>
    Secret.of(await new SignJWT({ iss: 'urn:vendor', ...claims }).setProtectedHeader({ alg: 'ES384', kid: pair.kid }).sign(key));
});
afterAll(async () => {
  await outbound.close();
  await house.close();
});

const DAY_S = 86_400;
const inDays = (days: number) => Math.floor(house.clock.now().getTime() / 1_000) + days * DAY_S;
const ehr = async (more: object = {}) => house.make(await house.server(), more);

describe('a software statement', () => {
  it('that is issued here is signed with a published key, and describes the application (I-05)', async () => {
    const at = await ehr();
    const [first, second] = await Promise.all([1, 2].map(() => statements.issue(house.scope, at.id, { applicationId })));
    expect(first).toMatchObject({ origin: 'issued', status: 'available', softwareId: 'sync-1', signature: 'verified', alg: 'RS384' });
    expect(second?.iss).toBe(first?.iss);
    const server = await house.server();
    const methods = {
      token_endpoint_auth_methods_supported: ['private_key_jwt'],
      token_endpoint_auth_signing_alg_values_supported: ['ES384'],
    };
    server.metadata = { ...server.metadata, ...methods };
    const curved = await statements.issue(house.scope, (await house.make(server)).id, { applicationId });
    expect(curved).toMatchObject({ alg: 'ES384', iss: first?.iss });
    const [document] = await house.rows<{ body: string; kind: string }>('SELECT body, kind FROM published_documents WHERE url = $1', [
      first?.iss,
    ]);
    expect(document?.kind).toBe('statement_issuer');
    expect(document?.body).not.toMatch(/"d"/);
    const [row] = await house.rows<{ sealed: Buffer }>('SELECT sealed FROM secrets WHERE subject_id = $1', [first?.id]);
    const subject = { subjectId: first?.id ?? '', kind: 'software_statement', version: 1 };
    const text = await house.vault.open({ workspaceId: house.scope.workspaceId }, subject, row?.sealed ?? Buffer.alloc(0));
    const keys = createLocalJWKSet(JSON.parse(document?.body ?? '{}') as JSONWebKeySet);
    const { payload } = await jwtVerify(text.expose(), keys, { currentDate: house.clock.now() });
    expect(payload).toMatchObject({ iss: first?.iss, software_id: 'sync-1', client_name: 'Sync', scope: 'system/Patient.rs' });
  });

  it('that is uploaded is for the application whose software id it names; no claim of it reaches audit or events (I-04)', async () => {
    const at = await ehr();
    const value = await sign({ software_id: 'sync-1', exp: inDays(90), contacts: ['canary-contact@app.example'] });
    expect(await statements.upload(house.scope, at.id, { value })).toMatchObject({
      applicationId,
      origin: 'uploaded',
      signature: 'unverified',
    });
    const told = await house.rows(`SELECT detail::text AS t FROM audit_events UNION ALL SELECT data::text FROM events`);
    expect(JSON.stringify(told)).not.toMatch(/canary-contact|eyJ/);
    const unknown = statements.upload(house.scope, at.id, { value: await sign({ software_id: 'else' }) });
    await expect(unknown).rejects.toMatchObject({ code: 'software_statements.application_unknown' });
  });

  it('that is wider than the application, for another server, or expired is refused with a pointer (A-20, I-06)', async () => {
    const at = await ehr();
    const tried = async (claims: object) => statements.upload(house.scope, at.id, { applicationId, value: await sign(claims) });
    const refused = (code: string) => ({ code: 'software_statements.refused', options: { errors: [{ pointer: '/value', code }] } });
    await expect(tried({ scope: 'system/*.cruds' })).rejects.toMatchObject(refused('scope_wider'));
    await expect(tried({ redirect_uris: ['https://evil.example/cb'] })).rejects.toMatchObject(refused('redirect_uris_wider'));
    await expect(tried({ jwks_uri: 'https://evil.example/jwks' })).rejects.toMatchObject(refused('keys_fixed'));
    await expect(tried({ aud: 'https://other.example' })).rejects.toMatchObject(refused('audience'));
    await expect(tried({ exp: inDays(-1) })).rejects.toMatchObject(refused('expired'));
    expect((await tried({ aud: at.server?.issuer })).status).toBe('available');
  });

  it('is verified with the keys at the address that the caller names, and refused where they are not its issuer’s', async () => {
    const at = await ehr();
    const issued = await statements.issue(house.scope, at.id, { applicationId });
    const host = await house.server();
    const [document] = await house.rows<{ body: string }>('SELECT body FROM published_documents WHERE url = $1', [issued.iss]);
    host.answer = { status: 200, body: document?.body ?? '' };
    const [row] = await house.rows<{ sealed: Buffer }>('SELECT sealed FROM secrets WHERE subject_id = $1', [issued.id]);
    const subject = { subjectId: issued.id, kind: 'software_statement', version: 1 };
    const value = await house.vault.open({ workspaceId: house.scope.workspaceId }, subject, row?.sealed ?? Buffer.alloc(0));
    const jwksUri = `${host.issuer}/keys`;
    expect(await statements.upload(house.scope, at.id, { value, jwksUri, applicationId })).toMatchObject({ signature: 'verified' });
    const forged = statements.upload(house.scope, at.id, { value: await sign({}), jwksUri, applicationId });
    await expect(forged).rejects.toMatchObject({ code: 'software_statements.refused' });
    host.answer = { status: 500, body: '' };
    await expect(statements.upload(house.scope, at.id, { value, jwksUri, applicationId })).rejects.toMatchObject({
      code: 'software_statements.keys_unavailable',
    });
  });

  it('is chosen for its application, environment and hospital alone, and no more after two refusals in a row (I-07, K-68)', async () => {
    const tenantId = (await house.tenants.create(house.scope, { name: 'Mary' })).id;
    const at = await ehr();
    const own = await statements.issue(house.scope, at.id, { applicationId, tenantId });
    const wanted: StatementWanted = { authorizationServerId: at.server?.id ?? '', environment: 'sandbox', applicationId, tenantId };
    const choose = (...each: StatementWanted[]) =>
      house.database.transaction(house.scope, (tx) => statementsFor(tx, each, house.clock.now()));
    const [one, two, three] = await choose(
      wanted,
      { ...wanted, tenantId: house.scope.workspaceId },
      { ...wanted, environment: 'production' },
    );
    expect([one?.id, two, three]).toEqual([own.id, undefined, undefined]);
    const settle = (event: 'invalid' | 'accepted') =>
      house.database.transaction(house.scope, (tx) => settleStatements(tx, [{ id: own.id, event }], house.events));
    for (const event of ['invalid', 'accepted', 'invalid'] as const) await settle(event);
    expect(await choose(wanted)).toHaveLength(1);
    await settle('invalid');
    expect(await choose(wanted)).toEqual([undefined]);
    const told = await house.rows(`SELECT 1 FROM events WHERE type = 'software_statement.defective' AND subject_id = $1`, [own.id]);
    expect(told).toHaveLength(1);
  });

  it('is announced before it ends, and ends', async () => {
    const at = await ehr();
    const made = await statements.upload(house.scope, at.id, { applicationId, value: await sign({ exp: inDays(20) }) });
    const alarms = new ExpiryAlarms(house.database, house.clock, house.events, [statementExpiries]);
    await alarms.raise();
    const told = await house.rows(
      `SELECT data->>'days' AS days FROM events WHERE type = 'software_statement.expiring' AND subject_id = $1`,
      [made.id],
    );
    expect(told).toEqual([{ days: '30' }]);
    house.clock.advance(21 * DAY_S * 1_000);
    await alarms.raise();
    expect(await house.rows('SELECT status FROM software_statements WHERE id = $1', [made.id])).toEqual([{ status: 'expired' }]);
  });

  it('is destroyed when it is deleted', async () => {
    const at = await ehr();
    const made = await statements.upload(house.scope, at.id, { applicationId, value: await sign({}) });
    await statements.remove(house.scope, at.id, made.id);
    expect(await house.rows('SELECT 1 FROM secrets WHERE subject_id = $1', [made.id])).toEqual([]);
    expect((await statements.list(house.scope, at.id, { limit: 5 })).items).toEqual([]);
    await expect(statements.remove(house.scope, at.id, made.id)).rejects.toMatchObject({ code: 'software_statements.not_found' });
  });
});

it('the key that statements are signed with is replaced in time, by the next one that was published before; the old one stays while a statement of it holds (I-05, H-01)', async () => {
  const at = await ehr();
  const issuer = new StatementIssuer(house.database, house.clock, house.vault, 'https://registrar.example');
  const complaints: unknown[] = [];
  const look = () => issuer.look({ audit: house.audit, events: house.events }, (_id, error) => complaints.push(error));
  const kidOf = async ({ id }: { id: string }) => {
    const [row] = await house.rows<{ sealed: Buffer }>('SELECT sealed FROM secrets WHERE subject_id = $1', [id]);
    const subject = { subjectId: id, kind: 'software_statement', version: 1 };
    const text = await house.vault.open({ workspaceId: house.scope.workspaceId }, subject, row?.sealed ?? Buffer.alloc(0));
    return decodeProtectedHeader(text.expose()).kid;
  };
  const issue = async (days: number) =>
    statements.issue(house.scope, at.id, { applicationId, expiresAt: new Date(house.clock.now().getTime() + days * DAY_S * 1_000) });
  const [first, alg] = await issue(1).then(async (made) => [await kidOf(made), made.alg] as const);
  const published = async () => {
    const [row] = await house.rows<{ body: string }>(`SELECT body FROM published_documents WHERE kind = 'statement_issuer'`);
    return (JSON.parse(row?.body ?? '{}') as { keys: { kid: string; alg: string }[] }).keys
      .filter((key) => key.alg === alg)
      .map(({ kid }) => kid);
  };
  const after = async (days: number) => {
    house.clock.advance(days * DAY_S * 1_000 + 1_000);
    await look();
  };
  expect(await published()).toEqual([first]);
  // The schedule is the workspace's row: nothing is made before it says so.
  await after(1);
  expect(await published()).toEqual([first]);
  house.clock.advance(89 * DAY_S * 1_000);
  await Promise.all([look(), look()]);
  const [, second] = await published();
  expect(await published()).toEqual([first, second]);
  const long = await issue(40);
  expect(await kidOf(long)).toBe(first);
  await after(1);
  expect(await kidOf(await issue(1))).toBe(second);
  await after(1);
  // It signs no more, so its private half is gone; whoever checks a statement of it still finds the public one, also of a deleted one.
  const sealed = await house.rows(`SELECT 1 FROM secrets s JOIN statement_keys k ON k.id = s.subject_id WHERE k.public_jwk->>'kid' = $1`, [
    first,
  ]);
  expect(sealed).toEqual([]);
  await statements.remove(house.scope, at.id, long.id);
  await after(30);
  expect(await published()).toEqual([first, second]);
  await after(370);
  expect(await published()).not.toContain(first);
  expect(complaints).toEqual([]);
});
