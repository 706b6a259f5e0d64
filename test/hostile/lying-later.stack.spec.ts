import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/index.js';
import { hostileHouse, type HostileHouse, type Place, type Shown } from './hostile-house.js';
import { send, type Lie } from './lying-server.js';

let house: HostileHouse;
beforeAll(async () => {
  house = await hostileHouse();
});
afterAll(() => house.stop());

interface Operation {
  id: string;
  kind: string;
  status: string;
  problem: { code: string } | null;
}

async function active(name: string, options: Parameters<HostileHouse['place']>[1] = {}): Promise<{ at: Place; shown: Shown }> {
  const at = await house.place(name, options);
  const shown = await at.register();
  expect(shown).toMatchObject({ status: 'active', manageable: 'yes' });
  return { at, shown };
}
/** The operation once nothing of it goes on by itself. */
async function carriedOut(id: string, method: string, path: string, body: object = {}): Promise<Operation> {
  const begun = await house.stack.call<{ operation: Operation }>(method, `/v1/registrations/${id}${path}`, { body });
  expect(begun.status).toBe(202);
  return until('the operation to end', async () => {
    const { body: operation } = await house.stack.call<Operation>('GET', `/v1/operations/${begun.body.operation.id}`);
    return ['queued', 'running', 'waiting'].includes(operation.status) ? undefined : operation;
  });
}
const rename = (id: string) => carriedOut(id, 'PATCH', '', { client_metadata: { client_name: 'Renamed' } });
async function deregistered(id: string): Promise<Shown> {
  await carriedOut(id, 'DELETE', '');
  return house.read(id);
}
/** Reads are said to change nothing, so it is looked before anything is changed. */
const READS = { quirks: { read_rotates: { rat: false, secret: false } } };
const statusOnly =
  (status: number): Lie =>
  (_heard, socket) => {
    send(socket, { status, body: '' });
  };

describe('the answer to a change', () => {
  it('[U20] was lost, and the token was renewed with it: control is lost, tokens go on, nothing is sent again', async () => {
    const { at, shown } = await active('u20', READS);
    const [client] = at.site.clients;
    at.site.lies(
      'manage',
      (heard, socket, sound) => {
        if (heard.headers['authorization'] !== `Bearer ${client?.token ?? ''}`) {
          send(socket, sound());
          return;
        }
        if (client) client.token = 'renewed-and-never-seen';
        socket.destroy();
      },
      'PUT',
    );
    const operation = await rename(shown.id);
    expect(operation.status).not.toBe('succeeded');
    expect(await house.read(shown.id)).toMatchObject({ status: 'active', manageable: 'control_lost', client_id: shown.client_id });
    // A read says what became of it: 401, so the update was taken and the token with it.
    expect([at.site.count('manage', 'PUT'), at.site.count('register')]).toEqual([1, 1]);
    expect(at.site.count('manage', 'GET')).toBeGreaterThan(1);
    expect((await house.stack.call('POST', `/v1/registrations/${shown.id}/token`, { body: {} })).status).toBe(200);
    await at.accounted();
  });

  it('[U21] a read renews the token: the new one is stored before anything else, and used from then on', async () => {
    const { at, shown } = await active('u21', READS);
    at.site.lies(
      'manage',
      (heard, socket, sound) => {
        const client = at.site.clients.find(({ token }) => heard.headers['authorization'] === `Bearer ${token}`);
        if (!client) {
          send(socket, sound());
          return;
        }
        client.token = `renewed-${at.site.count('manage')}`;
        send(socket, { status: 200, body: JSON.stringify(at.site.shown(client)) });
      },
      'GET',
    );
    expect((await rename(shown.id)).status).toBe('succeeded');
    const put = at.site.heard.find(({ method }) => method === 'PUT');
    expect(put?.headers['authorization']).toMatch(/^Bearer renewed-/);
    expect(await house.read(shown.id)).toMatchObject({ status: 'active', manageable: 'yes' });
    const statuses = (await house.attempts(shown.id)).map(({ kind, status }) => `${kind} ${status}`).sort();
    expect(statuses).toEqual(['read applied', 'register adopted', 'update applied']);
    expect(at.site.count('manage', 'PUT')).toBe(1);
  });

  it('[U22] names another client: looked at, nothing is overwritten', async () => {
    const { at, shown } = await active('u22');
    at.site.lies(
      'manage',
      (_heard, socket) => {
        const [client] = at.site.clients;
        if (client)
          send(socket, { status: 200, body: JSON.stringify({ ...at.site.shown(client), client_id: 'another', client_secret: 'evil' }) });
      },
      'PUT',
    );
    const operation = await rename(shown.id);
    expect(operation).toMatchObject({ status: 'action_required', problem: { code: 'registrations.other_client' } });
    expect(await house.read(shown.id)).toMatchObject({ status: 'active', client_id: shown.client_id });
    expect((await house.attempts(shown.id)).find(({ kind }) => kind === 'update')).toMatchObject({ status: 'orphaned', answer_kept: true });
    expect(at.site.count('manage', 'PUT')).toBe(1);
    expect((await house.stack.call('POST', `/v1/registrations/${shown.id}/token`, { body: {} })).status).toBe(200);
  });
});

describe('a deletion', () => {
  it('[U23] that is confirmed though the client is still there: not believed, listed', async () => {
    const { at, shown } = await active('u23');
    at.site.lies('manage', statusOnly(204), 'DELETE');
    expect((await deregistered(shown.id)).residue).toMatchObject([{ client_id: shown.client_id, reason: 'delete_unconfirmed' }]);
    expect(at.site.count('manage', 'DELETE')).toBe(1);
    expect(at.site.clients.map(({ deleted }) => deleted)).toEqual([false]);
    await at.accounted();
  });

  it('[U24] that the server does not know (405, 501): a person has to, and is told which', async () => {
    for (const status of [405, 501]) {
      const { at, shown } = await active(`u24x${status}`);
      at.site.lies('manage', statusOnly(status), 'DELETE');
      const ended = await deregistered(shown.id);
      expect(ended).toMatchObject({ status: 'deregistered', residue: [{ client_id: shown.client_id, reason: 'delete_not_supported' }] });
      const { body } = await house.stack.call<{ data: { client_id: string }[] }>('GET', `/v1/orphans?registration_id=${shown.id}`);
      expect(body.data.map((orphan) => orphan.client_id)).toEqual([shown.client_id]);
      expect(at.site.count('manage', 'DELETE')).toBe(1);
      await at.accounted();
    }
  });
});

describe('who it is', () => {
  it('[U25] another issuer, endpoints at another origin, or a registration endpoint that moves: held, no secret is sent', async () => {
    const evil = house.lying.site('u25evil');
    const evilOrigin = `http://127.0.0.1:${new URL(house.lying.origin).port}`.replace('127.0.0.1', 'localhost');
    const elsewhere = `${evilOrigin}/u25evil/register`;
    const mixed = await house.place('u25a', { metadata: { issuer: `${house.lying.origin}/u25other` } });
    expect(
      (await house.stack.call<{ discovery: { issuer_confirmed?: boolean } }>('GET', `/v1/ehrs/${mixed.ehrId}`)).body,
    ).not.toMatchObject({ discovery: { issuer_confirmed: true } });
    const apart = await house.place('u25b', { metadata: { registration_endpoint: elsewhere } });
    // The token is not even taken in, let alone sent, before a person has said that this origin is right.
    const token = await house.stack.call('POST', `/v1/ehrs/${apart.ehrId}/initial-access-tokens`, { body: { value: 'iat-4711' } });
    expect(token.status).toBeGreaterThanOrEqual(400);
    const moved = await house.place('u25c', { token: 'iat-4712' });
    moved.site.metadata = { registration_endpoint: elsewhere };
    expect((await house.stack.call<{ status: string }>('POST', `/v1/ehrs/${moved.ehrId}/discover`)).body.status).toBe('quarantined');
    const held = await moved.register();
    expect(held).toMatchObject({ status: 'rejected', problem: { code: 'registrations.ehr_not_ready' } });
    expect(await house.attempts(held.id)).toEqual([]);
    expect([evil.heard, moved.site.count('register'), apart.site.count('register'), mixed.site.count('register')]).toEqual([[], 0, 0, 0]);
  });
});

describe('one answer after another', () => {
  it('[U27] a second answer on the same connection is read by nobody', async () => {
    const evil = JSON.stringify({ client_id: 'evil', client_secret: 'evil', access_token: 'evil', token_type: 'Bearer' });
    const twice: Lie = (_heard, socket, sound) => {
      const { status, body } = sound();
      const text = (code: number, content: string) =>
        `HTTP/1.1 ${code} X\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(content)}\r\n\r\n${content}`;
      socket.write(text(status, body) + text(200, evil));
    };
    const at = await house.place('u27');
    for (const endpoint of ['register', 'token', 'metadata'] as const) at.site.lies(endpoint, twice);
    const shown = await at.register();
    expect(shown).toMatchObject({ status: 'active', client_id: at.site.clients[0]?.clientId });
    const { body } = await house.stack.call<{ access_token: string }>('POST', `/v1/registrations/${shown.id}/token`, { body: {} });
    expect(body.access_token).toMatch(/^at-/);
    expect((await house.stack.call<{ status: string }>('POST', `/v1/ehrs/${at.ehrId}/discover`)).body.status).toBe('ready');
    expect(at.site.count('register')).toBe(1);
    await at.accounted();
  });
});
