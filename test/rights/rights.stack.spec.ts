import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/index.js';
import { routesOf, type Route } from './api-document.js';
import { probeForeignIds } from './foreign-ids.js';
import { rightsWorld, type Place, type RightsWorld } from './rights-world.js';
import { isAllowed, keysOfRoles, roleTable } from './role-table.js';
import { samplesOf } from './sample.js';
import { isOfTenant, putSealed, secretRow, unknownId } from './world-rows.js';

const HOUR_MS = 3_600_000;
/** Hundreds of requests, also on a machine that is busy with others. */
const PATIENCE_MS = 240_000;

let world: RightsWorld;
let routes: Route[];
beforeAll(async () => {
  world = await rightsWorld();
  routes = await routesOf(world.stack);
}, PATIENCE_MS);
afterAll(() => world.stop());

const rows = (sql: string) => world.stack.query<Record<string, unknown>>(sql);
const entries = async (action: string) =>
  (await rows(`SELECT detail FROM audit_events WHERE action = '${action}' ORDER BY id`)).map(({ detail }) => detail as object);
const told = (type: string) => rows(`SELECT 1 FROM events WHERE type = '${type}'`);
/** What people have done, by what is written down of it. */
const changes = () =>
  rows(`SELECT action, count(*) FROM audit_events WHERE actor->>'type' = 'api_key' AND action <> 'secret.refuse' GROUP BY 1 ORDER BY 1`);
const firstPageOf = (route: Route, place: Place): string => {
  const [sample] = samplesOf(route, undefined, '', place.ids);
  const path = sample?.path ?? '';
  return `${path}${path.includes('?') ? '&' : '?'}limit=1`;
};
const print = (line: string) => process.stdout.write(`${line}\n`);

describe('ids of others, in every place that the OpenAPI document has (T1, T2)', { timeout: PATIENCE_MS }, () => {
  it('each place that takes an id says of what kind, and each route who may call it', () => {
    expect(routes.flatMap(({ method, path, unsaid }) => unsaid.map((place) => `${method} ${path} ${place}`))).toEqual([]);
    expect(routes.filter(({ permission }) => permission === undefined).map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  });

  it('are answered like ids that were never given: another workspace’s, and another hospital’s by a key that is bound', async () => {
    const { stack, own, otherTenant, otherWorkspace, boundKey } = world;
    const shared = { key: stack.ownerKey, sharesWorkspace: false };
    const probed = [
      await probeForeignIds(world, routes, { ...shared, name: 'another workspace’s', foreign: otherWorkspace.ids }),
      await probeForeignIds(world, routes, { name: 'another hospital’s', key: boundKey, sharesWorkspace: true, foreign: otherTenant.ids }),
    ];
    expect(own.ids.size).toBeGreaterThan(12);
    for (const [index, { probes, routes: of, leaks, statuses }] of probed.entries())
      print(
        `${index === 0 ? 'another workspace’s' : 'another hospital’s'} ids: ${of} routes, ${probes} placements probed, ${leaks.length} leaks (${[...statuses].map(([kind, count]) => `${kind}: ${count}`).join(', ')})`,
      );
    expect(probed.flatMap(({ unfilled }) => unfilled)).toEqual([]);
    expect(probed.flatMap(({ leaks }) => leaks)).toEqual([]);
  });
});

describe('a planted leak', () => {
  it('is found: a table whose row-level security is off', async () => {
    const { stack, otherTenant, otherWorkspace, boundKey } = world;
    const reads = routes.filter(({ method, path }) => method === 'GET' && path.startsWith('/v1/approvals/'));
    await stack.query('ALTER TABLE approvals DISABLE ROW LEVEL SECURITY');
    const found = [
      await probeForeignIds(world, reads, { name: 'workspace', key: stack.ownerKey, sharesWorkspace: false, foreign: otherWorkspace.ids }),
      await probeForeignIds(world, reads, { name: 'hospital', key: boundKey, sharesWorkspace: true, foreign: otherTenant.ids }),
    ];
    await stack.query('ALTER TABLE approvals ENABLE ROW LEVEL SECURITY');
    expect(found.map(({ leaks }) => leaks.length)).toEqual([1, 1]);
  });
});

describe('answers (T1)', () => {
  it('name nothing of another workspace, and to a key that is bound nothing of another hospital', async () => {
    const { stack, own, otherTenant, otherWorkspace, boundKey } = world;
    const readers = [
      { key: stack.ownerKey, hidden: [...otherWorkspace.ids.values()] },
      { key: boundKey, hidden: [...otherTenant.ids].flatMap(([prefix, id]) => (isOfTenant(prefix) ? [id] : [])) },
    ];
    const reads = routes.filter(({ method, path, permission }) => method === 'GET' && permission !== 'public' && path !== '/v1/workspaces');
    let read = 0;
    for (const route of reads)
      for (const { key, hidden } of readers) {
        const [sample] = samplesOf(route, undefined, '', own.ids);
        const { status, body } = await stack.call('GET', sample?.path ?? '', { key });
        if (status === 200) read += 1;
        const text = JSON.stringify(body);
        expect([route.path, hidden.filter((id) => text.includes(id))]).toEqual([route.path, []]);
      }
    print(`answers: ${read} read with one’s own ids, none that names another workspace’s or hospital’s`);
    expect(read).toBeGreaterThan(50);
  });
});

describe('cursors (T1, A29)', () => {
  it('are good for the list, the workspace and the hospitals that they were made for, and for no other', async () => {
    const { stack, own, otherWorkspace, otherKey, boundKey } = world;
    // Of a run of rotations and of an off-boarding's plan a cursor turns the pages of one answer, which has one page here.
    const lists = routes.filter(
      ({ method, path, parameters }) =>
        method === 'GET' &&
        path !== '/v1/rotations/{id}' &&
        parameters.some(({ in: where, name }) => where === 'query' && name === 'cursor'),
    );
    const [{ body: operators }] = [await stack.call<{ next_cursor: string }>('GET', '/v1/tenants?limit=1')];
    const refused: string[] = [];
    let probes = 0;
    for (const route of lists) {
      const cursorOf = async (key: string, place: Place) => {
        const { status, body } = await stack.call<{ next_cursor?: string | null }>('GET', firstPageOf(route, place), { key });
        // Who may not read the list at all has no cursor of it either.
        if (status === 403) return undefined;
        expect([route.path, typeof body.next_cursor]).toEqual([route.path, 'string']);
        return body.next_cursor ?? undefined;
      };
      const ofOwn = (await cursorOf(stack.ownerKey, own)) ?? '';
      const tried: [cursor: string | undefined, key: string][] = [
        [await cursorOf(otherKey, otherWorkspace), stack.ownerKey],
        [ofOwn, boundKey],
        [(ofOwn.startsWith('A') ? 'B' : 'A') + ofOwn.slice(1), stack.ownerKey],
        [route.path === '/v1/tenants' ? undefined : operators.next_cursor, stack.ownerKey],
      ];
      for (const [cursor, key] of tried) {
        if (cursor === undefined) continue;
        if ((await stack.call('GET', firstPageOf(route, own), { key })).status === 403) continue;
        const { status, body } = await stack.call<{ code?: string }>('GET', `${firstPageOf(route, own)}&cursor=${cursor}`, { key });
        probes += 1;
        if (status !== 400 || body.code !== 'api.invalid_cursor') refused.push(`${route.path}: ${status} ${body.code ?? ''}`);
      }
    }
    print(`cursors: ${lists.length} lists, ${probes} of another workspace, hospital or list or tampered with, ${refused.length} taken`);
    expect(lists.length).toBeGreaterThan(12);
    expect(refused).toEqual([]);
  });
});

describe('roles × routes (T12)', { timeout: PATIENCE_MS }, () => {
  it('are answered as the one table says, before anything else of a request is looked at', async () => {
    const keys = await keysOfRoles(world);
    const before = await changes();
    const { cells, allowed, surprises } = await roleTable(world, routes, keys);
    print(`roles × routes: ${cells} cells (${keys.length} keys), ${allowed} allowed, ${surprises.length} surprises`);
    expect(cells).toBeGreaterThan(600);
    expect(surprises).toEqual([]);
    // Asking for a secret without the right is written down; nothing else has come of it.
    expect(await changes()).toEqual(before);
    const refused = (['registrations.reveal', 'registrations.break_glass'] as const).flatMap((permission) =>
      keys.filter(({ role, isOfFirst }) => !isAllowed(permission, role, isOfFirst)),
    ).length;
    expect(refused).toBeGreaterThan(4);
    expect(await rows(`SELECT 1 FROM audit_events WHERE action = 'secret.refuse' AND detail ? 'role'`)).toHaveLength(refused);
  });

  it('let customer success trigger what it may, and show it no secret in any answer', async () => {
    const { stack, own } = world;
    const key = await world.key('customer_success');
    const at = `/v1/registrations/${own.registrationId}`;
    for (const path of ['client-assertion', 'token', 'reveal'])
      expect((await stack.call('POST', `${at}/${path}`, { key, body: {} })).status, path).toBe(403);
    expect((await stack.call('POST', `${at}/verify`, { key })).status).toBe(202);
    await until('a sync to be taken', async () => (await stack.call('POST', `${at}/sync`, { key })).status === 202);
    const secrets = own.site.clients.flatMap(({ secret, token }) => [secret, token]);
    expect(secrets.length).toBeGreaterThan(1);
    let read = 0;
    for (const route of routes.filter(({ method, permission }) => method === 'GET' && permission !== 'public')) {
      const [sample] = samplesOf(route, undefined, '', own.ids);
      const { status, body } = await stack.call('GET', sample?.path ?? '', { key });
      if (status === 200) read += 1;
      const text = JSON.stringify(body);
      for (const secret of [...secrets, 'iat-own-']) expect([route.path, text.includes(secret)]).toEqual([route.path, false]);
    }
    print(`customer success: ${read} answers read, none with one of ${secrets.length} secrets`);
    expect(read).toBeGreaterThan(20);
  });
});

describe('names of others (T5)', () => {
  it('are free: the same external id, and the same Idempotency-Key, which replays nothing', async () => {
    const { stack, otherKey } = world;
    const call = { body: { name: 'St. Mary', external_id: 'st-mary' }, headers: { 'idempotency-key': 'the-same' } };
    const [first, second] = [
      await stack.call<{ id: string }>('POST', '/v1/tenants', call),
      await stack.call<{ id: string }>('POST', '/v1/tenants', { ...call, key: otherKey }),
    ];
    expect([first.status, second.status, second.headers.get('idempotent-replayed')]).toEqual([201, 201, null]);
    expect(second.body.id).not.toBe(first.body.id);
  });
});

describe('a secret', () => {
  const reveal = (key: string, body: object, id = world.own.registrationId) =>
    world.stack.call<{ code?: string; client_secret?: string }>('POST', `/v1/registrations/${id}/reveal`, { key, body });
  const reason = 'The service is set up anew';

  it('is shown for a reason alone, told of in one transaction with the audit entry, and not at all where that cannot be written', async () => {
    const { stack, own } = world;
    const key = await world.key('service');
    expect((await reveal(key, {})).body.code).toBe('api.invalid_body');
    expect(await entries('secret.reveal')).toEqual([]);
    await stack.query('REVOKE INSERT ON audit_events FROM registrar_service');
    const unwritten = await reveal(key, { reason });
    await stack.query('GRANT INSERT ON audit_events TO registrar_service');
    expect([unwritten.status, unwritten.body.client_secret]).toEqual([500, undefined]);
    expect(await told('secret.revealed')).toEqual([]);
    const shown = await reveal(key, { reason });
    expect(own.site.clients.map(({ secret }) => secret)).toContain(shown.body.client_secret);
    expect(await entries('secret.reveal')).toMatchObject([{ reason }]);
    expect(await told('secret.revealed')).toHaveLength(1);
  });

  it('is never another one’s, whatever sealed row is put in the place of its own (T15)', async () => {
    const { stack, own, otherTenant, otherWorkspace } = world;
    const key = await world.key('service');
    const sealedAt = ({ registrationId }: Place, what: 'credential' | 'client') => secretRow(stack, registrationId, what);
    const at = await sealedAt(own, 'credential');
    const others = [await sealedAt(otherTenant, 'credential'), await sealedAt(otherWorkspace, 'credential'), await sealedAt(own, 'client')];
    for (const other of others) {
      await putSealed(stack, at, other);
      const { status, body } = await reveal(key, { reason });
      expect([status, body.client_secret]).toEqual([500, undefined]);
    }
    await putSealed(stack, at, at);
    expect((await reveal(key, { reason })).status).toBe(200);
  });

  it('is shown to whoever may see none with somebody else’s yes alone: of one registration, for an hour, each time told of (T12)', async () => {
    const { stack, own, otherTenant } = world;
    const [asker, colleague, approver] = [
      await world.key('customer_success'),
      await world.key('customer_success'),
      await world.key('approver'),
    ];
    const at = (id = own.registrationId) => `/v1/registrations/${id}/break-glass`;
    const because = { reason: 'The portal of the hospital is down' };
    const ask = async (key: string) => (await stack.call<{ id: string; status: string }>('POST', at(), { key, body: because })).body;
    const look = async (key: string, approvalId: string, id?: string) => {
      const call = { key, body: { approval_id: approvalId } };
      const { status, body } = await stack.call<{ code?: string; client_secret?: string }>('POST', `${at(id)}/reveal`, call);
      return { status, code: body.code, secret: body.client_secret };
    };
    const refused = { status: 403, code: 'approvals.reveal_refused', secret: undefined };
    const [before, told0] = [await entries('secret.refuse'), await told('secret.revealed')];

    const { id: approvalId, status } = await ask(asker);
    expect(status).toBe('open');
    expect(await look(asker, approvalId)).toEqual(refused);
    expect(await look(asker, unknownId('apr'))).toEqual(refused);
    expect((await stack.call('POST', `/v1/approvals/${approvalId}/approve`, { key: asker })).status).toBe(403);
    const { id: owners } = await ask(stack.ownerKey);
    const { status: byHand, body: ownRequest } = await stack.call<{ code: string }>('POST', `/v1/approvals/${owners}/approve`);
    expect([byHand, ownRequest.code]).toEqual([403, 'approvals.own_request']);

    expect((await stack.call('POST', `/v1/approvals/${approvalId}/approve`, { key: approver })).status).toBe(200);
    expect(await look(colleague, approvalId)).toEqual(refused);
    expect(await look(asker, approvalId, otherTenant.registrationId)).toEqual(refused);
    for (let twice = 0; twice < 2; twice += 1) {
      const shown = await look(asker, approvalId);
      expect(shown.status).toBe(200);
      expect(own.site.clients.map(({ secret }) => secret)).toContain(shown.secret);
    }
    const looks = (await entries('secret.reveal')).filter((detail) => 'approval_id' in detail);
    expect(looks).toMatchObject([because, because]);
    expect(await told('secret.revealed')).toHaveLength(told0.length + 2);
    expect(await entries('secret.refuse')).toHaveLength(before.length + 4);

    stack.moveClock(HOUR_MS);
    await until('the hour to be over', async () => ((await look(asker, approvalId)).status === 403 ? true : undefined));
    expect(await look(asker, approvalId)).toEqual(refused);
  });
});
