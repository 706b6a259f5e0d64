import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gzipSync } from 'node:zlib';
import { until } from '../support/index.js';
import { hostileHouse, type HostileHouse, type Place } from './hostile-house.js';
import { lyingCases, members, says } from './lying-cases.js';
import { send, type Lie } from './lying-server.js';

let house: HostileHouse;
beforeAll(async () => {
  house = await hostileHouse();
});
afterAll(() => house.stop());
const { registered, isHeld, isActive } = lyingCases(() => house);

describe('the wire under a registration', () => {
  const quick = { quirks: { registration_deadline_ms: 1_000 } };
  const freed = (at: Place) => until('the connection to end', () => Promise.resolve(at.site.heard.length > 0 && house.lying.open <= 8));

  it('[U16] drips a byte a second, or never answers, or closes half: given up at the deadline, the slot is free', async () => {
    const drip: Lie = (_heard, socket, sound) => {
      const { body } = sound();
      socket.write(`HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`);
      const timer = setInterval(() => socket.write('{'), 250);
      socket.on('close', () => {
        clearInterval(timer);
      });
    };
    const silent: Lie = (_heard, _socket, sound) => void sound();
    const half: Lie = (_heard, socket, sound) => {
      sound();
      socket.write('HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"client_id"', () => socket.end());
    };
    await isHeld(await registered('u16a', drip, quick), 'timeout');
    await isHeld(await registered('u16b', silent, quick), 'timeout');
    await isHeld(await registered('u16c', half), 'connection_lost');
    const after = await house.place('u16d');
    await isActive({ at: after, shown: await after.register() });
    await freed(after);
  });

  it('[U17] is compressed though it was not to be, a bomb or a chain: not inflated, unknown', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000, 'x'));
    const raw =
      (coding: string, bytes: Buffer): Lie =>
      (_heard, socket, sound) => {
        sound();
        socket.write(
          `HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-encoding: ${coding}\r\ncontent-length: ${bytes.length}\r\n\r\n`,
        );
        socket.write(bytes);
      };
    await isHeld(await registered('u17a', raw('gzip', bomb)), 'unexpected_encoding');
    await isHeld(
      await registered('u17b', raw(Array.from({ length: 1_000 }, () => 'br').join(', '), Buffer.from('x'))),
      'unexpected_encoding',
    );
  });

  it('[U18] has a hundred thousand headers, or one of 64 KiB: unknown, no crash', async () => {
    const headed =
      (lines: string): Lie =>
      (_heard, socket, sound) => {
        const { body } = sound();
        socket.write(`HTTP/1.1 201 Created\r\ncontent-type: application/json\r\n${lines}content-length: ${body.length}\r\n\r\n${body}`);
      };
    await isHeld(await registered('u18a', headed(Array.from({ length: 100_000 }, (_, n) => `x-${n}: 1\r\n`).join(''))), 'too_large');
    await isHeld(await registered('u18b', headed(`x-long: ${'y'.repeat(65_536)}\r\n`)), 'too_large');
  });

  it('[U19] is JSON a hundred thousand deep, with doubled or prototype members, NaN, or UTF-16: unknown; a byte order mark is read past', async () => {
    await isHeld(
      await registered(
        'u19a',
        says(() => '['.repeat(100_000)),
      ),
      'too_deep',
    );
    await isHeld(
      await registered(
        'u19b',
        says((client) => `{"client_id":"a","client_id":${JSON.stringify(client['client_id'])}}`),
      ),
      'duplicate_member',
    );
    await isHeld(
      await registered(
        'u19c',
        says(() => '{"client_id":"a","__proto__":{"polluted":1}}'),
      ),
      'proto_member',
    );
    await isHeld(
      await registered(
        'u19d',
        says(() => '{"client_id":"a","client_secret_expires_at":NaN}'),
      ),
      'not_json',
    );
    const utf16: Lie = (_heard, socket, sound) => {
      const bytes = Buffer.from(`\ufeff${sound().body}`, 'utf16le');
      socket.write(`HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: ${bytes.length}\r\n\r\n`);
      socket.write(bytes);
    };
    await isHeld(await registered('u19e', utf16), 'not_utf8');
    await isActive(
      await registered(
        'u19f',
        says((client) => `\ufeff${JSON.stringify(client)}`),
      ),
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('[U28] comes after our deadline: unknown, and the client that was made late is accounted for', async () => {
    const late: Lie = (_heard, socket, sound) => {
      setTimeout(() => {
        send(socket, sound());
      }, 1_500);
    };
    const held = await registered('u28', late, quick);
    await until('the server to make it late', () => Promise.resolve(held.at.site.clients.length === 1));
    await isHeld(held, 'timeout');
  });

  it('[U29] names the same client for two registrations: the second is looked at, the first is as it was', async () => {
    const at = await house.place('u29', { shared: true });
    at.site.lies('register', members({ client_id: 'idempotent', client_secret: 'one-secret' }));
    const first = await at.register();
    const second = await at.register({ tenant_id: (await house.create('/v1/tenants', { name: 'u29 b' })).id });
    expect([first.status, second.status]).toEqual(['active', 'action_required']);
    expect(at.site.count('register')).toBe(2);
    const both = await house.stack.query(
      `SELECT 1 FROM registrations r JOIN clients c ON c.id = r.client_id WHERE c.client_id = 'idempotent'`,
    );
    expect(both).toHaveLength(1);
    await at.accounted();
  });

  it('[U30] holds a secret with quotes, backslashes, an emoji, spaces and four KiB: kept byte for byte, form-encoded in Basic', async () => {
    const secret = ` "q"\\b🏥 +&=${'z'.repeat(4_080)}`;
    const { at, shown } = await registered('u30', members({ client_secret: secret }));
    await isActive({ at, shown });
    const revealed = await house.stack.call<{ client_secret: string }>('POST', `/v1/registrations/${shown.id}/reveal`, {
      body: { reason: 'compare with what was issued' },
    });
    expect(revealed.body.client_secret).toBe(secret);
    const basic = at.site.heard.find(({ endpoint }) => endpoint === 'token')?.headers['authorization']?.replace(/^Basic /, '') ?? '';
    const form = (text: string) => new URLSearchParams({ x: text }).toString().slice(2);
    expect(Buffer.from(basic, 'base64').toString()).toBe(`${form(shown.client_id ?? '')}:${form(secret)}`);
  });
});
