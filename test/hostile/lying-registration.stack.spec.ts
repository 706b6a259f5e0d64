import { parsePublicId } from '@registrar/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/index.js';
import { hostileHouse, type HostileHouse, type Shown } from './hostile-house.js';
import { cut, lyingCases, members, only, says, without } from './lying-cases.js';

let house: HostileHouse;
beforeAll(async () => {
  house = await hostileHouse();
});
afterAll(() => house.stop());
const { registered, isHeld, isReviewed, isActive, isRefused } = lyingCases(() => house);

describe('the answer to a registration', () => {
  it('[U01] breaks off in the body: unknown, and not sent again', async () => {
    await isHeld(await registered('u01', cut));
  });

  it('[U02] has status 200: accepted', async () => {
    await isActive(
      await registered(
        'u02',
        says((client) => ({ status: 200, body: JSON.stringify(client) })),
      ),
    );
  });

  it('[U03] is empty, or names no client: unknown', async () => {
    await isHeld(
      await registered(
        'u03a',
        says(() => ''),
      ),
    );
    await isHeld(
      await registered(
        'u03b',
        says(() => '{}'),
      ),
      'client_id_missing',
    );
    await isHeld(await registered('u03c', without('client_id')), 'client_id_missing');
  });

  it('[U04] is called text/html: unknown, never guessed', async () => {
    await isHeld(
      await registered(
        'u04',
        says((client) => ({ body: JSON.stringify(client), headers: { 'content-type': 'text/html' } })),
      ),
    );
  });

  it('[U05] holds a client_id that is a number, 3 MB long, with line ends, or another hospital’s', async () => {
    await isHeld(await registered('u05a', members({ client_id: 7 })), 'client_id_unusable');
    await isHeld(await registered('u05b', members({ client_id: 'x'.repeat(3_000_000) })), 'too_large');
    await isHeld(await registered('u05c', members({ client_id: 'a\r\nx-injected: 1' })), 'client_id_unusable');
    const { at, shown } = await registered('u05d', members({ client_id: 'the-same' }), { shared: true });
    expect(shown.status).toBe('active');
    const { id } = await house.create('/v1/tenants', { name: 'Another' });
    const second = await at.register({ tenant_id: id });
    expect(second).toMatchObject({ status: 'action_required' });
    expect(await house.read(shown.id)).toMatchObject({ status: 'active', client_id: 'the-same' });
    expect(at.site.count('register')).toBe(2);
    await at.accounted();
  });

  it('[T9] names one client to two hospitals: the second is a person’s matter, and the first keeps its client, its secret and its token', async () => {
    const { at, shown } = await registered('t9', members({ client_id: 'one-for-two' }), { shared: true });
    const service = await house.create<{ id: string; key: string }>('/v1/api-keys', { name: 'service', role: 'service' });
    const secretOf = async (id: string) => {
      const path = `/v1/registrations/${id}/reveal`;
      return house.stack.call<Record<string, unknown>>('POST', path, {
        key: service.key,
        body: { reason: 'the service starts up once more' },
      });
    };
    const held = () =>
      house.stack.query(
        `SELECT s.subject_id, s.kind, s.version, s.sealed FROM secrets s JOIN credentials k ON k.id = s.subject_id WHERE k.registration_id = $1
         UNION ALL SELECT s.subject_id, s.kind, s.version, s.sealed FROM secrets s JOIN clients c ON c.id = s.subject_id WHERE c.client_id = 'one-for-two' ORDER BY 1, 2, 3`,
        [parsePublicId('reg', shown.id)],
      );
    const [before, first] = [await held(), await secretOf(shown.id)];
    expect(first.status).toBe(200);
    const { id: tenantId } = await house.create('/v1/tenants', { name: 'Another of two' });
    const second = await at.register({ tenant_id: tenantId });

    expect(second).toMatchObject({ status: 'action_required', client_id: null, problem: { code: 'registrations.shared_identity' } });
    expect(await house.attempts(second.id)).toMatchObject([
      { status: 'orphaned', client_id: 'one-for-two', outcome: { reason: 'shared_identity' } },
    ]);
    expect((await secretOf(second.id)).status).toBe(409);
    expect(await house.stack.query(`SELECT 1 FROM clients WHERE client_id = 'one-for-two'`)).toHaveLength(1);
    expect(await held()).toEqual(before);
    expect((await secretOf(shown.id)).body).toEqual(first.body);
    expect(await house.read(shown.id)).toMatchObject({ status: 'active', client_id: 'one-for-two' });
    await at.accounted();
  });

  it('[U06] lacks the secret, or turns the method down to none: looked at, not active', async () => {
    await isReviewed(await registered('u06a', without('client_secret')));
    await isReviewed(await registered('u06b', members({ token_endpoint_auth_method: 'none' })));
  });

  it('[U07] grants more than was asked for: looked at; less: shown as drift; the difference is stored', async () => {
    await isReviewed(await registered('u07a', members({ redirect_uris: ['https://evil.example/cb'] })));
    await isReviewed(await registered('u07b', members({ scope: 'system/*.cruds' })));
    const narrowed = await registered('u07c', members({ scope: 'system/Observation.rs' }));
    expect(narrowed.shown.status).toBe('action_required');
    expect(narrowed.shown.drift).not.toBe('none');
    await narrowed.at.accounted();
  });

  it('[U08] names a registration_client_uri elsewhere: the registration access token goes nowhere', async () => {
    const evil = house.lying.site('u08evil');
    const port = new URL(evil.origin).port;
    for (const [name, uri] of [
      ['u08a', 'http://10.0.0.5/clients/1'],
      ['u08b', `http://127.0.0.2:${port}/u08evil/clients/1`],
      ['u08c', 'https://evil.example/clients/1'],
      ['u08d', `//u:p@127.0.0.1:${port}/u08evil/clients/1`],
    ] as const) {
      const { at, shown } = await registered(name, members({ registration_client_uri: uri }));
      expect(shown).toMatchObject({ manageable: 'no' });
      await house.stack.call('POST', `/v1/registrations/${shown.id}/sync`);
      await house.stack.call('DELETE', `/v1/registrations/${shown.id}`);
      await until('the registration to end', async () => (await house.read(shown.id)).status === 'deregistered');
      expect(at.site.count('manage')).toBe(0);
      expect((await house.read(shown.id)).residue).toHaveLength(1);
      await at.accounted();
    }
    expect(evil.heard).toEqual([]);
  });

  it('[U09] has no registration access token: active, not manageable', async () => {
    await isActive(await registered('u09', without('registration_access_token')), { manageable: 'no' });
  });

  it('[U10] has an expiry that is past, 0, beyond all time, negative or a text: the secret is kept', async () => {
    await isActive(await registered('u10a', members({ client_secret_expires_at: 0 })), { credential: { expires_at: null } });
    for (const [name, expiry] of Object.entries({ u10b: 1e18, u10c: -1, u10d: 'never' }))
      await isActive(await registered(name, members({ client_secret_expires_at: expiry })), { credential: { expires_at: null } });
    const past = await registered('u10e', members({ client_secret_expires_at: 1_500_000_000 }));
    expect(past.shown.status).not.toBe('active');
    expect(past.at.site.count('register')).toBe(1);
    await past.at.accounted();
  });

  it('[U11] sends us elsewhere (302, 307, 308): refused, not followed, nothing sent there', async () => {
    const evil = house.lying.site('u11evil');
    for (const status of [302, 307, 308])
      await isRefused(
        await registered(`u11x${status}`, only({ status, body: '', headers: { location: `${evil.issuer}/register` } })),
        'rejected',
      );
    expect(evil.heard).toEqual([]);
  });

  it('[U12] asks for a pause (429) with no time, a negative, a huge, a dated or a senseless one: waits, burns no attempt', async () => {
    const dated = { date: new Date().toUTCString(), 'retry-after': new Date(Date.now() + 120_000).toUTCString() };
    const pauses: [string, Record<string, string>][] = [
      ['u12a', {}],
      ['u12b', { 'retry-after': '-1' }],
      ['u12c', { 'retry-after': '1000000000' }],
      ['u12d', dated],
      ['u12e', { 'retry-after': 'soon' }],
    ];
    for (const [name, headers] of pauses) {
      const { at, shown } = await registered(name, only({ status: 429, body: '{}', headers }));
      expect(shown).toMatchObject({ status: 'registering', waiting: { reason: 'rate_limited' }, operation: { status: 'waiting' } });
      const waitMs = Date.parse(shown.waiting?.until ?? '') - Date.now();
      expect(waitMs).toBeGreaterThan(0);
      expect(waitMs).toBeLessThanOrEqual(24 * 3_600_000);
      expect(at.site.count('register')).toBe(1);
      const [operation] = await house.stack.query(
        `SELECT tries FROM operations o JOIN registrations r ON r.id = o.registration_id WHERE r.ehr_id IN (SELECT id FROM ehrs WHERE name = $1)`,
        [name],
      );
      expect(operation).toEqual({ tries: 0 });
      expect((await house.attempts(shown.id)).map(({ status }) => status)).toEqual(['refused']);
    }
  });

  it('[U13] is 503 for an hour: the breaker opens, nothing more is sent, and what waits completes when the server is back', async () => {
    const at = await house.place('u13', { shared: true });
    for (const endpoint of ['register', 'metadata'] as const) at.site.lies(endpoint, only({ status: 503, body: '{}' }));
    const lost: Shown[] = [];
    for (let n = 0; n < 5; n += 1)
      lost.push(await at.register({ tenant_id: (await house.create('/v1/tenants', { name: `u13 ${n}` })).id }));
    for (const each of lost) expect(each.status).toBe('outcome_unknown');
    const waits = await at.register();
    expect(waits).toMatchObject({ status: 'pending', waiting: { reason: 'ehr_unreachable' }, operation: { status: 'waiting' } });
    expect(at.site.count('register')).toBe(5);
    at.site.lies('register', undefined);
    at.site.lies('metadata', undefined);
    const asked = at.site.count('metadata');
    await house.stack.query(`UPDATE upstream_gates SET open_until = clock_timestamp() WHERE state = 'open'`);
    await until('the one that waits to be active', async () => (await house.read(waits.id)).status === 'active');
    // A harmless look, then the one POST; of what is unknown none was sent again.
    expect(at.site.count('metadata')).toBeGreaterThan(asked);
    expect(at.site.count('register')).toBe(6);
    for (const each of lost) expect((await house.read(each.id)).status).toBe('outcome_unknown');
    await at.accounted();
  });

  it('[U14] says no with a megabyte of markup and our own token: cut, without markup, without the token', async () => {
    const token = 'iat-4711-secret-value';
    const description = `<b>bad</b> Bearer ${token}\r\n<script>alert(1)</script>`;
    const no = (length: number) =>
      only({
        status: 400,
        body: JSON.stringify({ error: 'invalid_client_metadata', error_description: description + 'x'.repeat(length) }),
      });
    const short = await registered('u14a', no(100_000), { token });
    await isRefused(short, 'rejected');
    const text = JSON.stringify([short.shown, await house.attempts(short.shown.id)]);
    expect(text).not.toContain(token);
    expect(text).not.toContain('<script>');
    const { upstream } = short.shown.problem as unknown as { upstream: { error_description: string } };
    expect(upstream.error_description.length).toBeLessThanOrEqual(513);
    await isRefused(await registered('u14b', no(1_000_000)), 'rejected');
  });

  it('[U15] is 401: an initial access token is asked for, once', async () => {
    const { at, shown } = await registered('u15', only({ status: 401, body: '{"error":"invalid_token"}' }), { token: 'iat-used-up' });
    await isRefused({ at, shown }, 'action_required');
    expect(shown.action).toBe('supply_initial_access_token');
  });
});
