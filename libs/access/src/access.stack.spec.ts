import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AuditLog } from '@registrar/audit';
import { ManualClock } from '@registrar/clock';
import { openDatabase, type Database, type UnitOfWork } from '@registrar/database';
import { Secret } from '@registrar/secret';
import { fileKeyEncryptionKey, newId, openVault, type PlatformKeys } from '@registrar/vault';
import { testDatabase, type TestDatabase } from '../../../test/support/database.js';
import { accessEntities, ApiKeysService, Authenticator, Idempotency, newApiKeyToken, scopeOf, workspaceIds } from './index.js';

const clock = new ManualClock(new Date('2026-05-01T12:00:00Z'));
const workspaceId = newId();
const scope: UnitOfWork = { workspaceId, actor: { type: 'system', id: 'test' }, requestId: 'test' };
const tenants = [newId(), newId(), newId()] as const;
let test: TestDatabase;
let database: Database;
let platformKeys: PlatformKeys;
let keys: ApiKeysService;
let authenticator: Authenticator;

async function instance(applicationName = 'access-test') {
  const opened = await openDatabase({ url: test.databaseUrl, poolSize: 8, entities: accessEntities, applicationName });
  const kek = fileKeyEncryptionKey(kekFile, { createIfMissing: true });
  const opening = await openVault(opened, kek, clock);
  const { vault } = opening;
  platformKeys = opening.platformKeys;
  const audit = new AuditLog(vault, clock);
  audit.attach(opened);
  return {
    database: opened,
    keys: new ApiKeysService(opened, clock, audit, platformKeys),
    authenticator: new Authenticator(opened, clock, platformKeys, audit),
  };
}
const kekFile = join(mkdtempSync(join(tmpdir(), 'registrar-access-')), 'kek');

beforeAll(async () => {
  test = await testDatabase();
  await test.query('INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, now())', [workspaceId, 'Acme']);
  for (const id of tenants)
    await test.query('INSERT INTO tenants (workspace_id, id, name, created_at, updated_at) VALUES ($1, $2, $3, now(), now())', [
      workspaceId,
      id,
      'Hospital',
    ]);
  ({ database, keys, authenticator } = await instance());
});
afterAll(async () => {
  await database.close();
  await test.drop();
});

describe('API keys', () => {
  it('authenticate with role and bindings, and are not stored (api.md)', async () => {
    const { apiKey, token } = await keys.create(scope, { name: 'ci', role: 'product', tenantIds: [tenants[0]], environment: 'sandbox' });
    const principal = await authenticator.authenticate(token);
    expect(principal).toEqual({
      workspaceId,
      type: 'api_key',
      id: apiKey.id,
      name: 'ci',
      role: 'product',
      tenantIds: [tenants[0]],
      environment: 'sandbox',
    });
    expect(principal && scopeOf(principal, 'r')).toMatchObject({ tenantIds: [tenants[0]], actor: { type: 'api_key', id: apiKey.id } });
    expect(apiKey.lastFour).toBe(token.expose().slice(-4));
    const stored = JSON.stringify(await test.query('SELECT * FROM api_keys, api_key_index, audit_events'));
    expect(stored).not.toContain(token.expose().slice(3, 40));
    await vi.waitFor(async () => {
      const [row] = await test.query('SELECT last_used_at FROM api_keys WHERE id = $1', [apiKey.id]);
      expect(row?.last_used_at).toEqual(clock.now());
    });
  });

  it('a revoked key is refused within a second on every instance (A26)', async () => {
    const other = await instance();
    const { apiKey, token } = await keys.create(scope, { name: 'leaver', role: 'service' });
    expect(await authenticator.authenticate(token)).toBeDefined();
    expect(await other.authenticator.authenticate(token)).toBeDefined();
    await keys.revoke(scope, apiKey.id);
    const revoked = performance.now();
    while (performance.now() - revoked < 1_000) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await authenticator.authenticate(token)).toBeUndefined();
    expect(await other.authenticator.authenticate(token)).toBeUndefined();
    await other.database.close();
  });

  it('expires by the business clock', async () => {
    const { token } = await keys.create(scope, { name: 'short', role: 'service', expiresAt: new Date('2026-05-01T12:10:00Z') });
    expect(await authenticator.authenticate(token)).toBeDefined();
    clock.advance(600_000);
    expect(await authenticator.authenticate(token)).toBeUndefined();
    await expect(keys.create(scope, { name: 'late', role: 'service', expiresAt: clock.now() })).rejects.toMatchObject({
      code: 'access.expired_already',
    });
  });

  it('refuses a key with one character changed without a query, whichever it is, and an unknown key with one (T22, A26)', async () => {
    const looked = vi.spyOn(database, 'routing');
    const asked = vi.spyOn(Client.prototype, 'query');
    const counted = await instance('counted');
    const queries = () =>
      (asked.mock.contexts as { connectionParameters?: { application_name?: string } }[]).filter(
        ({ connectionParameters }) => connectionParameters?.application_name === 'counted',
      ).length;
    const { token: real } = await keys.create(scope, { name: 'typed', role: 'service' });
    const text = real.expose();
    asked.mockClear();
    for (let at = 0; at < text.length; at += 1) {
      const changed = `${text.slice(0, at)}${text[at] === 'a' ? 'b' : 'a'}${text.slice(at + 1)}`;
      expect(await counted.authenticator.authenticate(Secret.of(changed))).toBeUndefined();
    }
    expect(queries()).toBe(0);
    expect(await counted.authenticator.authenticate(real)).toBeDefined();
    expect(queries()).toBeGreaterThan(0);
    asked.mockRestore();
    await counted.database.close();
    looked.mockClear();
    const token = newApiKeyToken();
    expect(await authenticator.authenticate(Secret.of(`${token.expose().slice(0, -1)}!`))).toBeUndefined();
    expect(looked).not.toHaveBeenCalled();
    expect(await authenticator.authenticate(token)).toBeUndefined();
    expect(looked).toHaveBeenCalledTimes(1);
    looked.mockRestore();
  });

  it('is good from the addresses that it is bound to alone, and being tried from elsewhere is remembered (T22)', async () => {
    const addresses = ['192.0.2.0/24', '2001:db8::1'];
    const { apiKey, token } = await keys.create(scope, { name: 'office', role: 'service', addresses });
    expect(apiKey.addresses).toEqual(addresses);
    for (const good of ['192.0.2.77', '::ffff:192.0.2.1', '2001:db8::1'])
      expect(await authenticator.authenticate(token, good)).toBeDefined();
    for (const bad of ['198.51.100.1', '2001:db8::2', '', undefined]) expect(await authenticator.authenticate(token, bad)).toBeUndefined();
    await vi.waitFor(async () => {
      const told = await test.query(`SELECT detail FROM audit_events WHERE action = 'api_key.refuse_address' AND subject_id = $1`, [
        apiKey.id,
      ]);
      expect(told).toEqual([{ detail: { address: '198.51.100.1' } }]);
    }, 30_000);
  });

  it('is bound to what is there; a bound key manages none', async () => {
    await expect(keys.create(scope, { name: 'x', role: 'product', tenantIds: [newId()] })).rejects.toMatchObject({
      code: 'access.unknown_binding',
    });
    for (const bound of [{ tenantIds: [tenants[0]] }, { environment: 'sandbox' }, { applicationId: newId() }] as const) {
      const refused = { code: 'access.bound_key' };
      await expect(keys.create({ ...scope, ...bound }, { name: 'x', role: 'product' })).rejects.toMatchObject(refused);
      await expect(keys.list({ ...scope, ...bound }, { limit: 1 })).rejects.toMatchObject(refused);
      await expect(keys.revoke({ ...scope, ...bound }, newId())).rejects.toMatchObject(refused);
    }
  });

  it('the first key is made once by any number of starts, and the last owner key stays', async () => {
    const fresh = newId();
    await test.query('INSERT INTO workspaces (id, name, created_at) VALUES ($1, $2, now())', [fresh, 'Fresh']);
    const freshScope = { ...scope, workspaceId: fresh };
    const made = await Promise.all(Array.from({ length: 5 }, () => keys.createFirst(freshScope, 'Owner', newApiKeyToken())));
    const [first] = made.filter((key) => key !== undefined);
    expect(made.filter((key) => key !== undefined)).toHaveLength(1);
    expect(first).toMatchObject({ role: 'owner', name: 'Owner' });
    await expect(keys.revoke(freshScope, first?.id ?? '')).rejects.toMatchObject({ code: 'access.last_owner_key' });
    const second = await keys.create(freshScope, { name: 'Second', role: 'owner' });
    await keys.revoke(freshScope, first?.id ?? '');
    const { items } = await keys.list(freshScope, { limit: 10 });
    expect(items.map(({ name, revokedAt }) => [name, revokedAt !== undefined])).toEqual([
      ['Second', false],
      ['Owner', true],
    ]);
    await expect(keys.revoke(scope, second.apiKey.id)).rejects.toMatchObject({ code: 'access.api_key_not_found' });
    expect((await workspaceIds(database, { limit: 10 })).map(({ id }) => id).sort()).toEqual([workspaceId, fresh].sort());
  });
});

describe('Idempotency-Key', () => {
  const request = { callerId: newId(), route: 'POST /v1/tenants', key: 'k', request: '{"name":"A"}' };
  const answer = { status: 201, headers: { location: '/v1/tenants/x' }, body: { name: 'A' } };

  it('of 50 at once one works, the others wait for its answer (A16)', async () => {
    const idempotency = new Idempotency(database, clock, platformKeys);
    const claims = await Promise.all(Array.from({ length: 50 }, () => idempotency.claim(scope, request)));
    expect(claims.filter(({ kind }) => kind === 'mine')).toHaveLength(1);
    expect(claims.filter(({ kind }) => kind === 'running')).toHaveLength(49);
    await idempotency.settle(scope, request, answer);
    expect(await idempotency.claim(scope, request)).toEqual({ kind: 'done', ...answer });
    // A body may hold a secret that can be guessed: what is kept of it is keyed.
    const kept = await test.query<{ request_digest: string }>('SELECT request_digest FROM idempotency_keys');
    expect(kept.map(({ request_digest }) => request_digest)).not.toContain(createHash('sha256').update(request.request).digest('hex'));
  });

  it('knows another request (A17), keeps workspaces and keys apart (A18), and forgets after seven days', async () => {
    const idempotency = new Idempotency(database, clock, platformKeys);
    const one = { ...request, key: 'one' };
    expect(await idempotency.claim(scope, one)).toEqual({ kind: 'mine' });
    await idempotency.settle(scope, one, answer);
    expect(await idempotency.claim(scope, { ...one, request: '{"name":"B"}' })).toEqual({ kind: 'other_request' });
    expect(await idempotency.claim(scope, { ...one, callerId: newId() })).toEqual({ kind: 'mine' });
    const [elsewhere] = await test.query<{ id: string }>('SELECT id FROM workspaces WHERE id <> $1', [workspaceId]);
    expect(await idempotency.claim({ ...scope, workspaceId: elsewhere?.id ?? '' }, one)).toEqual({ kind: 'mine' });
    clock.advance(7 * 24 * 3_600_000);
    expect(await idempotency.claim(scope, { ...one, request: '{"name":"B"}' })).toEqual({ kind: 'mine' });
  });

  it('is given back by a request that failed, and taken from one that died', async () => {
    const idempotency = new Idempotency(database, clock, platformKeys);
    const failed = { ...request, key: 'failed' };
    await idempotency.claim(scope, failed);
    await idempotency.release(scope, failed);
    expect(await idempotency.claim(scope, { ...failed, request: '{"name":"mended"}' })).toEqual({ kind: 'mine' });
    expect(await idempotency.claim(scope, { ...failed, request: '{"name":"mended"}' })).toEqual({ kind: 'running' });
    clock.advance(120_000);
    expect(await idempotency.claim(scope, failed)).toEqual({ kind: 'mine' });
  });

  it('what has run out does not stay for ever', async () => {
    const old = { ...request, key: 'old' };
    await new Idempotency(database, clock, platformKeys).claim(scope, old);
    clock.advance(120_000);
    const idempotency = new Idempotency(database, clock, platformKeys);
    const fresh = { ...request, key: 'fresh' };
    await idempotency.claim(scope, fresh);
    await idempotency.settle(scope, fresh, answer);
    await vi.waitFor(async () => {
      expect(await test.query(`SELECT key FROM idempotency_keys WHERE key IN ('old', 'fresh')`)).toEqual([{ key: 'fresh' }]);
    });
  });
});
