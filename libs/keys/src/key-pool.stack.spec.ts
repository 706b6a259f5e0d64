import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nounHouse, type NounHouse } from '../../../test/support/noun-house.js';
import { KeyPool } from './index.js';
import { keysEntities } from './keys.entity.js';

let house: NounHouse;
let pool: KeyPool;
beforeAll(async () => {
  house = await nounHouse(keysEntities);
  pool = new KeyPool(house.database, house.vault, house.clock);
});
afterAll(() => house.close());

const kept = (workspaceId: string) => house.rows<{ id: string }>('SELECT id FROM pooled_keys WHERE workspace_id = $1', [workspaceId]);

describe('the pool of RSA keys (A-81)', () => {
  it('gives a pair that was made ahead to one client alone, and whole', async () => {
    const scope = await house.workspace();
    expect(await pool.fill(scope, 'RS384', 2)).toBe(2);
    const ahead = (await house.rows<{ kid: string }>(`SELECT public_jwk->>'kid' AS kid FROM pooled_keys`)).map(({ kid }) => kid);

    const taken = await Promise.all([pool.take(scope, 'RS384'), pool.take(scope, 'RS384')]);

    expect(taken.map(({ kid }) => kid).sort()).toEqual(ahead.sort());
    for (const { privateJwk, publicJwk } of taken) {
      expect(JSON.parse(privateJwk.expose())).toMatchObject({ kty: 'RSA', alg: 'RS384', n: publicJwk.n });
      expect(publicJwk).not.toHaveProperty('d');
    }
  });

  it('makes one where it is empty, and keeps no workspace’s pairs for another one', async () => {
    const [mine, theirs] = [await house.workspace(), await house.workspace()];
    await pool.fill(theirs, 'RS384', 1);

    const { alg, publicJwk } = await pool.take(mine, 'RS384');

    expect([alg, publicJwk.kty]).toEqual(['RS384', 'RSA']);
    expect(await kept(theirs.workspaceId)).toHaveLength(1);
  });
});
