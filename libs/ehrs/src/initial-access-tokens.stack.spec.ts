import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '@registrar/secret';
import { findSecret } from '@registrar/vault';
import { ehrHouse, type EhrHouse } from '../../../test/support/ehr-house.js';
import { reserveInitialAccessTokens, settleInitialAccessTokens } from './index.js';

let house: EhrHouse;
beforeAll(async () => {
  house = await ehrHouse();
});
afterAll(() => house.close());

describe('initial access tokens (I-01 to I-04)', () => {
  const need = (ref: string, serverId: string, tenantId: string, origin: string) => ({
    ref,
    authorizationServerId: serverId,
    tenantId,
    environment: 'sandbox' as const,
    registrationOrigin: origin,
  });

  it('are sealed, never stored in the clear, and destroyed when they are deleted', async () => {
    const ehr = await house.make(await house.server());
    const token = await house.tokens.create(house.scope, ehr.id, { value: Secret.of('canary-iat-value'), maxUses: 3 });
    expect(JSON.stringify(await house.tokens.list(house.scope, ehr.id, { limit: 5 }))).not.toContain('canary-iat-value');
    const sealed = await house.database.transaction(house.scope, (tx) => findSecret(tx, token.id, 'initial_access_token', 1));
    const subject = { subjectId: token.id, kind: 'initial_access_token', version: 1 };
    const opened = await house.vault.open({ workspaceId: house.scope.workspaceId }, subject, sealed?.bytes ?? Buffer.alloc(0));
    expect(opened.expose()).toBe('canary-iat-value');
    await house.tokens.remove(house.scope, ehr.id, token.id);
    expect(await house.rows('SELECT 1 FROM secrets WHERE subject_id = $1', [token.id])).toEqual([]);
    await expect(house.tokens.remove(house.scope, ehr.id, token.id)).rejects.toMatchObject({ code: 'initial_access_tokens.not_found' });
  });

  it('with one use serve one of many registrations at once; a use that was not sent is given back (I-02)', async () => {
    const ehr = await house.make(await house.server());
    const [serverId, origin] = [ehr.server?.id ?? '', ehr.server?.issuer ?? ''];
    const tenant = await house.tenants.create(house.scope, { name: 'Mary' });
    const token = await house.tokens.create(house.scope, ehr.id, { value: Secret.of('single'), maxUses: 1 });
    const reserve = (...refs: string[]) =>
      house.database.transaction(house.scope, (tx) =>
        reserveInitialAccessTokens(
          tx,
          refs.map((ref) => need(ref, serverId, tenant.id, origin)),
          house.clock.now(),
        ),
      );
    const all = await Promise.all([reserve('a', 'b'), reserve('c'), reserve('d')]);
    expect(all.flatMap((reserved) => [...reserved.values()])).toMatchObject([{ id: token.id, counted: true }]);
    const settle = (outcome: 'not_sent' | 'used' | 'refused') =>
      house.database.transaction(house.scope, (tx) => settleInitialAccessTokens(tx, [{ id: token.id, outcome }], house.clock.now()));
    await settle('not_sent');
    expect((await reserve('e')).size).toBe(1);
    await settle('used');
    expect((await reserve('f')).size).toBe(0);
    expect((await house.tokens.list(house.scope, ehr.id, { limit: 5 })).items).toMatchObject([{ status: 'consumed', used: 1 }]);
  });

  it("prefer the hospital's own token, and never cross hospital, origin, environment or expiry", async () => {
    const ehr = await house.make(await house.server());
    const [serverId, origin] = [ehr.server?.id ?? '', ehr.server?.issuer ?? ''];
    const [mary, john] = [
      await house.tenants.create(house.scope, { name: 'Mary' }),
      await house.tenants.create(house.scope, { name: 'John' }),
    ];
    const own = await house.tokens.create(house.scope, ehr.id, { value: Secret.of('own'), tenantId: mary.id });
    const until = new Date(house.clock.now().getTime() + 60_000);
    const shared = await house.tokens.create(house.scope, ehr.id, { value: Secret.of('shared'), expiresAt: until });
    const reserve = (now: Date) =>
      house.database.transaction(house.scope, (tx) =>
        reserveInitialAccessTokens(
          tx,
          [
            need('mary', serverId, mary.id, origin),
            need('john', serverId, john.id, origin),
            need('elsewhere', serverId, mary.id, 'https://evil.example'),
            { ...need('production', serverId, mary.id, origin), environment: 'production' },
          ],
          now,
        ),
      );
    expect([...(await reserve(house.clock.now()))].map(([ref, token]) => [ref, token.id])).toEqual([
      ['mary', own.id],
      ['john', shared.id],
    ]);
    expect([...(await reserve(until)).keys()]).toEqual(['mary']);
    await expect(
      house.tokens.create(house.scope, ehr.id, { value: Secret.of('late'), expiresAt: house.clock.now() }),
    ).rejects.toMatchObject({
      code: 'initial_access_tokens.expired',
    });
  });

  it('tell what waits for them in the same transaction', async () => {
    const ehr = await house.make(await house.server());
    house.tokens.onSupplied((_tx, token) => (token.ehrId === ehr.id ? Promise.reject(new Error('turned down')) : Promise.resolve()));
    await expect(house.tokens.create(house.scope, ehr.id, { value: Secret.of('x') })).rejects.toThrow('turned down');
    expect((await house.tokens.list(house.scope, ehr.id, { limit: 5 })).items).toEqual([]);
  });
});
