import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '@registrar/secret';
import { findSecret } from '@registrar/vault';
import { ehrHouse, type EhrHouse } from '../../../test/support/ehr-house.js';

let house: EhrHouse;
beforeAll(async () => {
  house = await ehrHouse();
});
afterAll(() => house.close());

describe('initial access tokens (I-01 to I-04)', () => {
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

  it('are given for one hospital or for all, never for another hospital, and never after their end', async () => {
    const [mary, john] = [
      await house.tenants.create(house.scope, { name: 'Mary' }),
      await house.tenants.create(house.scope, { name: 'John' }),
    ];
    const ehr = await house.make(await house.server(), { tenantId: mary.id });
    const make = (more: object) => house.tokens.create(house.scope, ehr.id, { value: Secret.of('iat'), ...more });
    expect(await make({ tenantId: mary.id })).toMatchObject({
      tenantId: mary.id,
      environment: 'sandbox',
      pinnedOrigin: ehr.server?.issuer,
    });
    await expect(make({ tenantId: john.id })).rejects.toMatchObject({ code: 'ehrs.another_hospital' });
    await expect(make({ expiresAt: house.clock.now() })).rejects.toMatchObject({ code: 'initial_access_tokens.expired' });
    const bound = { ...house.scope, tenantIds: [mary.id] };
    await expect(house.tokens.create(bound, ehr.id, { value: Secret.of('iat') })).rejects.toMatchObject({ code: 'ehrs.bound_key' });
    const production = { ...house.scope, environment: 'production' as const };
    const crossed = house.tokens.create(production, ehr.id, { value: Secret.of('iat') });
    await expect(crossed).rejects.toMatchObject({ code: 'access.environment_mismatch' });
  });

  it('are refused where the server has no registration endpoint', async () => {
    const server = await house.server();
    server.metadata = { ...server.metadata, registration_endpoint: undefined };
    const ehr = await house.make(server);
    expect(ehr.status).toBe('manual_only');
    const token = house.tokens.create(house.scope, ehr.id, { value: Secret.of('iat') });
    await expect(token).rejects.toMatchObject({ code: 'initial_access_tokens.no_registration_endpoint' });
  });

  it('tell what waits for them in the same transaction', async () => {
    const ehr = await house.make(await house.server());
    house.tokens.onSupplied((_tx, token) => (token.ehrId === ehr.id ? Promise.reject(new Error('turned down')) : Promise.resolve()));
    await expect(house.tokens.create(house.scope, ehr.id, { value: Secret.of('x') })).rejects.toThrow('turned down');
    expect((await house.tokens.list(house.scope, ehr.id, { limit: 5 })).items).toEqual([]);
  });
});
