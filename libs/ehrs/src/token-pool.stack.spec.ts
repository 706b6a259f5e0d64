import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '@registrar/secret';
import { ehrHouse, type EhrHouse } from '../../../test/support/ehr-house.js';
import { ExpiryAlarms, parentClientsOf, tokenExpiries, useTokens, type Ehr, type TokenUse } from './index.js';

let house: EhrHouse;
beforeAll(async () => {
  house = await ehrHouse();
});
afterAll(() => house.close());

const DAY_MS = 86_400_000;
const inDays = (days: number) => new Date(house.clock.now().getTime() + days * DAY_MS);
const add = (ehr: Ehr, more: object = {}) => house.tokens.create(house.scope, ehr.id, { value: Secret.of('iat'), ...more });
const use = (...uses: TokenUse[]) => house.database.transaction(house.scope, (tx) => useTokens(tx, uses, house.events, house.clock.now()));
const told = (type: string, ehr: Ehr) =>
  house.rows<{ subject_id: string; data: Record<string, unknown> }>(
    `SELECT subject_id, data FROM events WHERE type = $1 AND data->>'ehr_id' = $2 ORDER BY position`,
    [type, ehr.id],
  );

describe('a pool of initial access tokens', () => {
  it('gives a use to one of many that want it at once (I-02)', async () => {
    const token = await add(await house.make(await house.server()), { maxUses: 1 });
    const tries = await Promise.all(Array.from({ length: 8 }, () => use({ id: token.id, event: 'use' })));
    expect(tries.filter((refused) => refused.size === 0)).toHaveLength(1);
  });

  it('says that it runs low once, when a fifth is left, and again after it was filled up', async () => {
    const ehr = await house.make(await house.server());
    const token = await add(ehr, { maxUses: 10 });
    const once = { id: token.id, event: 'use' } as const;
    await use(...Array.from({ length: 7 }, () => once));
    expect(await told('initial_access_token.low', ehr)).toEqual([]);
    await use(once);
    await use(once);
    expect(await told('initial_access_token.low', ehr)).toMatchObject([{ subject_id: token.id, data: { remaining: 2 } }]);
    const more = await add(ehr, { maxUses: 5 });
    await use({ id: more.id, event: 'use' });
    expect(await told('initial_access_token.low', ehr)).toHaveLength(1);
    await use(...Array.from({ length: 4 }, () => ({ id: more.id, event: 'use' as const })));
    expect((await told('initial_access_token.low', ehr)).at(-1)).toMatchObject({ data: { remaining: 1 } });
  });

  it('never runs low while it has a token without an end', async () => {
    const ehr = await house.make(await house.server());
    await add(ehr);
    const token = await add(ehr, { maxUses: 1 });
    await use({ id: token.id, event: 'use' });
    expect(await told('initial_access_token.low', ehr)).toEqual([]);
  });

  it('names the clients that it is fetched with, which must not be rotated into a lock-out (I-03)', async () => {
    const ehr = await house.make(await house.server());
    await add(ehr);
    const tokenClient = { clientId: 'registrar-dcr', scope: 'client.create' };
    const parent = await add(ehr, { tokenClient });
    const of = () => house.database.transaction(house.scope, (tx) => parentClientsOf(tx, ehr.server?.id ?? ''));
    expect(await of()).toEqual([{ initialAccessTokenId: parent.id, clientId: 'registrar-dcr' }]);
    await house.tokens.remove(house.scope, ehr.id, parent.id);
    expect(await of()).toEqual([]);
  });
});

describe('the end of an initial access token', () => {
  const alarms = () => new ExpiryAlarms(house.database, house.clock, house.events, [tokenExpiries]);

  it('is announced 30, 14, 7 and 1 days before, each once, however many workers look', async () => {
    const ehr = await house.make(await house.server());
    const token = await add(ehr, { expiresAt: inDays(40) });
    const gone = await add(ehr, { expiresAt: inDays(40) });
    await house.tokens.remove(house.scope, ehr.id, gone.id);
    const days = [];
    for (let day = 0; day <= 41; day += 1) {
      await Promise.all([alarms().raise(), alarms().raise(), alarms().raise()]);
      house.clock.advance(DAY_MS);
    }
    for (const event of await told('initial_access_token.expiring', ehr)) days.push([event.subject_id, event.data['days']]);
    expect(days).toEqual([30, 14, 7, 1].map((left) => [token.id, left]));
    expect(await house.rows('SELECT 1 FROM expiry_alarms WHERE subject_id = $1', [token.id])).toEqual([]);
  });

  it('is read from the token where nobody states it, and that does not keep it from being used', async () => {
    const ehr = await house.make(await house.server());
    const exp = Math.floor(inDays(5).getTime() / 1_000);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = await add(ehr, { value: Secret.of(`${part({ alg: 'none' })}.${part({ exp })}.`) });
    expect(token).toMatchObject({ expiresAt: new Date(exp * 1_000), expiryHinted: true });
    expect(await alarms().raise()).toBe(1);
    house.clock.advance(6 * DAY_MS);
    expect((await use({ id: token.id, event: 'use' })).size).toBe(0);
    const stated = await add(ehr, { expiresAt: inDays(1) });
    house.clock.advance(2 * DAY_MS);
    expect((await use({ id: stated.id, event: 'use' })).size).toBe(1);
  });
});
