import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AuditLog } from '@registrar/audit';
import { ManualClock } from '@registrar/clock';
import { openDatabase, type Database, type UnitOfWork } from '@registrar/database';
import { Secret } from '@registrar/secret';
import { fileKeyEncryptionKey, newId, openVault } from '@registrar/vault';
import { testDatabase, type TestDatabase } from '../../../test/support/database.js';
import {
  accessEntities,
  ApiKeysService,
  Authenticator,
  newSessionToken,
  People,
  RoleMappingsService,
  SessionAuthenticator,
  SessionsService,
  type Identity,
  type Principal,
} from './index.js';

const clock = new ManualClock(new Date('2026-05-01T12:00:00Z'));
const limits = { idleMs: 30 * 60_000, lifetimeMs: 12 * 3_600_000 };
const kekFile = join(mkdtempSync(join(tmpdir(), 'registrar-sessions-')), 'kek');
const workspaceId = newId();
const tenantId = newId();
const scope: UnitOfWork = { workspaceId, actor: { type: 'system', id: 'test' }, requestId: 'test' };
const PAGE = { limit: 50 };
let test: TestDatabase;
let house: Awaited<ReturnType<typeof instance>>;
let database: Database;

async function instance() {
  const opened = await openDatabase({ url: test.databaseUrl, poolSize: 4, entities: accessEntities, applicationName: 'sessions-test' });
  const { vault, platformKeys } = await openVault(opened, fileKeyEncryptionKey(kekFile, { createIfMissing: true }), clock);
  const audit = new AuditLog(vault, clock);
  audit.attach(opened);
  const people = new People(opened, clock, audit);
  return {
    database: opened,
    people,
    keys: new ApiKeysService(opened, clock, audit, platformKeys),
    authenticator: new Authenticator(opened, clock, platformKeys, audit),
    mappings: new RoleMappingsService(opened, clock, audit),
    sessions: new SessionsService(opened, clock, audit, platformKeys, people, limits),
    cookies: new SessionAuthenticator(opened, clock, platformKeys, limits),
  };
}

beforeAll(async () => {
  test = await testDatabase();
  await test.query('INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, now())', [workspaceId, 'Acme']);
  await test.query(`INSERT INTO tenants (workspace_id, id, name, created_at, updated_at) VALUES ($1, $2, 'Hospital', now(), now())`, [
    workspaceId,
    tenantId,
  ]);
  house = await instance();
  ({ database } = house);
});
afterAll(async () => {
  await database.close();
  await test.drop();
});

/** What is revoked holds nowhere for longer than a second: that is how long a look-up holds. */
const aSecond = () => new Promise((resolve) => setTimeout(resolve, 1_000));
const identity = (groups: string[], subject = 'ada'): Identity => ({
  workspaceId,
  issuer: 'https://id.example',
  subject,
  name: 'Ada',
  groups,
});

async function keySession(more: Partial<Parameters<ApiKeysService['create']>[1]> = {}) {
  const { apiKey, token } = await house.keys.create(scope, { name: 'desk', role: 'customer_success', ...more });
  const address = more.addresses?.[0];
  const principal = (await house.authenticator.authenticate(token, address)) as Principal;
  return { apiKey, principal, begun: await house.sessions.beginForKey(principal, scope, 'Firefox') };
}

describe('an API key exchanged for a session', () => {
  it('has the rights of the key, and is not stored', async () => {
    const { apiKey, begun } = await keySession({ tenantIds: [tenantId] });
    expect(await house.cookies.authenticate(begun.token)).toEqual({
      workspaceId,
      type: 'api_key',
      id: apiKey.id,
      name: 'desk',
      role: 'customer_success',
      tenantIds: [tenantId],
      sessionId: begun.session.id,
    });
    const stored = JSON.stringify(await test.query('SELECT * FROM sessions, session_index, audit_events'));
    expect(stored).not.toContain(begun.token.expose().slice(3, 40));
  });

  it('is not exchanged again: a session begins no other', async () => {
    const { begun } = await keySession();
    await expect(house.sessions.beginForKey(begun.principal, scope, '')).rejects.toMatchObject({ code: 'access.session_by_session' });
  });

  it('revoked, it is refused within a second on every instance, and so it is when its key is revoked (T22)', async () => {
    const other = await instance();
    const [one, two, kept] = [await keySession(), await keySession(), await keySession()];
    for (const { begun } of [one, two, kept])
      for (const each of [house, other]) expect(await each.cookies.authenticate(begun.token)).toBeDefined();
    await house.sessions.revoke(one.principal, scope, one.begun.session.id);
    await house.keys.revoke(scope, two.apiKey.id);
    await aSecond();
    for (const { begun } of [one, two])
      for (const each of [house, other]) expect(await each.cookies.authenticate(begun.token)).toBeUndefined();
    expect(await other.cookies.authenticate(kept.begun.token)).toBeDefined();
    await other.database.close();
  });

  it('ends when it is not used, and at the latest after its lifetime', async () => {
    const { begun } = await keySession();
    const lastUsed = async () =>
      (await test.query<{ last_used_at: Date }>('SELECT last_used_at FROM sessions WHERE id = $1', [begun.session.id]))[0]?.last_used_at;
    for (let minutes = 0; minutes < 60; minutes += 20) {
      const fresh = await instance();
      expect(await fresh.cookies.authenticate(begun.token)).toBeDefined();
      await vi.waitFor(async () => {
        expect(await lastUsed()).toEqual(clock.now());
      }, 30_000);
      clock.advance(20 * 60_000);
      await fresh.database.close();
    }
    const idle = await instance();
    clock.advance(10 * 60_000);
    expect(await idle.cookies.authenticate(begun.token)).toBeUndefined();
    await test.query('UPDATE sessions SET last_used_at = expires_at WHERE id = $1', [begun.session.id]);
    clock.advance(limits.lifetimeMs);
    expect(await idle.cookies.authenticate(begun.token)).toBeUndefined();
    await idle.database.close();
  });

  it('is not kept alive by a page that only follows what happens', async () => {
    const { begun } = await keySession();
    const lastUsed = async () =>
      (await test.query<{ last_used_at: Date }>('SELECT last_used_at FROM sessions WHERE id = $1', [begun.session.id]))[0]?.last_used_at;
    const before = await lastUsed();
    clock.advance(29 * 60_000);
    const fresh = await instance();
    for (let looks = 0; looks < 3; looks += 1)
      expect(await fresh.cookies.authenticate(begun.token, undefined, { follows: true })).toBeDefined();
    clock.advance(60_000);
    expect(await fresh.cookies.authenticate(begun.token, undefined, { follows: true })).toBeUndefined();
    expect(await lastUsed()).toEqual(before);
    await fresh.database.close();
  });

  it('is bound to the addresses of its key', async () => {
    const { begun } = await keySession({ addresses: ['192.0.2.1'] });
    expect(await house.cookies.authenticate(begun.token, '192.0.2.1')).toBeDefined();
    expect(await house.cookies.authenticate(begun.token, '192.0.2.2')).toBeUndefined();
    expect(await house.cookies.authenticate(begun.token)).toBeUndefined();
  });

  it('a forged cookie costs no query, an unknown one a single one', async () => {
    const looked = vi.spyOn(database, 'routing');
    const token = newSessionToken();
    for (const forged of [`${token.expose().slice(0, -1)}!`, token.expose().replace('rs_', 'rk_'), '', '../../etc/passwd'])
      expect(await house.cookies.authenticate(Secret.of(forged))).toBeUndefined();
    expect(looked).not.toHaveBeenCalled();
    expect(await house.cookies.authenticate(token)).toBeUndefined();
    expect(looked).toHaveBeenCalledTimes(1);
    looked.mockRestore();
  });

  it("one sees and ends one's own; an unbound owner everybody's", async () => {
    const [mine, theirs] = [await keySession(), await keySession()];
    const ids = async (who: Principal) => (await house.sessions.list(who, scope, PAGE)).items.map(({ id }) => id);
    expect(await ids(mine.principal)).toEqual([mine.begun.session.id]);
    await expect(house.sessions.revoke(mine.principal, scope, theirs.begun.session.id)).rejects.toMatchObject({
      code: 'access.session_not_found',
    });
    const owner = (await keySession({ role: 'owner' })).principal;
    expect(await ids(owner)).toEqual(expect.arrayContaining([mine.begun.session.id, theirs.begun.session.id]));
    expect((await ids({ ...owner, environment: 'sandbox' })).length).toBe(1);
    expect(await house.sessions.revoke(owner, scope, theirs.begun.session.id)).toMatchObject({ revokedAt: clock.now() });
  });
});

describe('people of an OpenID provider', () => {
  it('come in by what the workspace maps their groups to, and as nobody without a mapping', async () => {
    expect(await house.people.enter(identity(['nurses']))).toBeUndefined();
    expect(await test.query('SELECT 1 FROM people')).toEqual([]);
    await house.mappings.create(scope, { group: 'auditors', role: 'auditor' });
    await house.mappings.create(scope, { group: 'desk', role: 'customer_success', tenantIds: [tenantId], environment: 'sandbox' });
    const ada = await house.people.enter(identity(['auditors', 'desk', 'nurses']));
    expect(ada).toMatchObject({ type: 'person', name: 'Ada', role: 'customer_success', tenantIds: [tenantId], environment: 'sandbox' });
    expect(await house.people.enter(identity(['auditors']))).toMatchObject({ id: ada?.id, role: 'auditor' });
    expect((await house.people.enter(identity(['auditors'], 'bob')))?.id).not.toBe(ada?.id);
    expect(await house.people.enter({ ...identity(['auditors']), workspaceId: newId() })).toBeUndefined();
  });

  it('are one row, however many requests they come with at once', async () => {
    const fresh = await Promise.all(Array.from({ length: 20 }, (_, n) => house.people.enter(identity(['auditors', `g${n}`], 'carol'))));
    expect(new Set(fresh.map((principal) => principal?.id)).size).toBe(1);
    expect(await test.query(`SELECT 1 FROM audit_events WHERE action = 'person.create' AND subject_id = $1`, [fresh[0]?.id])).toHaveLength(
      1,
    );
  });

  it('lose their role with the mapping, in a session that goes on too, within a second', async () => {
    const mapping = await house.mappings.create(scope, { group: 'leavers', role: 'product' });
    const begun = await house.sessions.beginForPerson(identity(['leavers'], 'dan'), scope, 'Safari');
    if (!begun) throw new Error('no session');
    expect(await house.cookies.authenticate(begun.token)).toMatchObject({ role: 'product', type: 'person' });
    await house.mappings.remove(scope, mapping.id);
    await aSecond();
    expect(await house.cookies.authenticate(begun.token)).toBeUndefined();
    expect(await house.people.enter(identity(['leavers'], 'dan'))).toBeUndefined();
    expect(await house.sessions.beginForPerson(identity(['leavers'], 'dan'), scope, 'Safari')).toBeUndefined();
  });

  it('are mapped by an unbound owner alone, once for each group, to what is there', async () => {
    await expect(house.mappings.create({ ...scope, tenantIds: [tenantId] }, { group: 'x', role: 'owner' })).rejects.toMatchObject({
      code: 'access.bound_key',
    });
    await expect(house.mappings.create(scope, { group: 'x', role: 'owner', tenantIds: [newId()] })).rejects.toMatchObject({
      code: 'access.unknown_binding',
    });
    await expect(house.mappings.create(scope, { group: 'auditors', role: 'owner' })).rejects.toMatchObject({
      code: 'access.group_mapped_already',
    });
    await expect(house.mappings.remove(scope, newId())).rejects.toMatchObject({ code: 'access.role_mapping_not_found' });
    expect((await house.mappings.list(scope, PAGE)).items.map(({ group }) => group)).toEqual(['desk', 'auditors']);
  });
});
