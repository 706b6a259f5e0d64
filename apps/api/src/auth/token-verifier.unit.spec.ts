import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIRST_WORKSPACE_ID } from '@registrar/access';
import { SystemClock } from '@registrar/clock';
import { publicId } from '@registrar/database';
import { createOutbound } from '@registrar/outbound';
import { Secret } from '@registrar/secret';
import { forgedTokens } from '../../../../test/support/forged-tokens.js';
import { IdentityProvider } from '../../../../test/support/identity-provider.js';
import { OpenIdProvider } from './openid-provider.js';
import { TokenVerifier, type TokenRules } from './token-verifier.js';

const HALF_MINUTE_MS = 30_000;
const outbound = createOutbound({ allow: ['127.0.0.1'] });
let idp: IdentityProvider;
beforeAll(async () => {
  idp = await IdentityProvider.start();
});
afterAll(async () => {
  await idp.stop();
  await outbound.close();
});

/** A verifier of an instance of its own, whose waiting is done by hand. */
function instance(more: Partial<TokenRules> = {}, issuer = idp.issuer) {
  const time = { ms: 0 };
  const provider = new OpenIdProvider(issuer, outbound, () => time.ms);
  const rules = { audience: idp.audience, algorithms: ['ES256'], types: ['at+jwt', 'JWT'], roleClaim: 'groups', ...more };
  const verifier = new TokenVerifier(provider, new SystemClock(0), rules);
  return { time, provider, identityOf: (token: string) => verifier.identityOf(Secret.of(token)) };
}

describe('a token of the OpenID provider (T25)', () => {
  it('says who a machine is and which groups it is in', async () => {
    expect(await instance().identityOf(await idp.machineToken())).toEqual({
      workspaceId: FIRST_WORKSPACE_ID,
      issuer: idp.issuer,
      subject: idp.clientId,
      name: idp.clientId,
      groups: ['machines'],
    });
  });

  it('is refused in whatever way it is forged', async () => {
    const { identityOf } = instance();
    const forged = await forgedTokens(idp);
    expect(forged.length).toBeGreaterThan(12);
    expect(await identityOf(await idp.sign())).toBeDefined();
    for (const [what, token] of forged) expect([what, await identityOf(token)]).toEqual([what, undefined]);
  });

  it('names its workspace by a claim where one is configured, and nobody else’s', async () => {
    const { identityOf } = instance({ workspaceClaim: 'org' });
    const id = '0193a000-0000-7000-8000-00000000000a';
    expect(await identityOf(await idp.sign({ org: publicId('ws', id) }))).toMatchObject({ workspaceId: id });
    for (const org of [undefined, '', 'ws_', id, publicId('ten', id), [publicId('ws', id)], 7])
      expect([org, await identityOf(await idp.sign({ org }))]).toEqual([org, undefined]);
  });

  it('names groups by a claim of any name, or by a path', async () => {
    const groups = async (roleClaim: string, claims: object) =>
      (await instance({ roleClaim }).identityOf(await idp.sign({ ...claims })))?.groups;
    expect(await groups('https://registrar.example/roles', { 'https://registrar.example/roles': 'one' })).toEqual(['one']);
    expect(await groups('realm_access.roles', { realm_access: { roles: ['b', 'a', 'b', 7, '', 'x'.repeat(257)] } })).toEqual(['a', 'b']);
    expect(await groups('realm_access.roles', { realm_access: 'all' })).toEqual([]);
    expect(await groups('constructor.name', {})).toEqual([]);
  });

  it('may go without typ where that is configured', async () => {
    const token = await idp.sign({}, { typ: undefined });
    expect(await instance({ types: ['at+jwt', 'absent'] }).identityOf(token)).toBeDefined();
    expect(await instance().identityOf(await idp.sign({}, { typ: 'application/at+jwt' }))).toBeDefined();
  });
});

describe('the provider’s keys', () => {
  it('are read again for a kid that is not known, twice a minute at most, whatever comes', async () => {
    const { time, identityOf } = instance();
    expect(await identityOf(await idp.sign())).toBeDefined();
    const before = idp.keyReads;
    const old = await idp.sign();
    await idp.rotate();
    const fresh = await idp.sign();
    const guesses = await Promise.all(Array.from({ length: 20 }, (_, n) => idp.sign({}, { kid: `guess ${n}` })));
    for (const token of [fresh, ...guesses]) expect(await identityOf(token)).toBeUndefined();
    expect(idp.keyReads).toBe(before);
    time.ms += HALF_MINUTE_MS;
    for (const identity of await Promise.all([fresh, fresh, fresh].map(identityOf))) expect(identity).toBeDefined();
    expect(await identityOf(old)).toBeUndefined();
    expect(idp.keyReads).toBe(before + 1);
  });

  it('that a provider has told hold while it is away; one that has told none yet makes the call fail in a way of its own', async () => {
    const other = await IdentityProvider.start();
    const { time, identityOf } = instance({}, other.issuer);
    const token = await other.sign();
    expect(await identityOf(token)).toBeDefined();
    const unheard = instance({}, other.issuer);
    await other.stop();
    time.ms += 20 * HALF_MINUTE_MS;
    expect(await identityOf(token)).toBeDefined();
    expect(await identityOf(await idp.sign({}, { kid: 'unknown' }))).toBeUndefined();
    await expect(unheard.identityOf(token)).rejects.toMatchObject({ code: 'api.provider_unreachable' });
    time.ms += 24 * 60 * 2 * HALF_MINUTE_MS;
    await expect(identityOf(token)).rejects.toMatchObject({ code: 'api.provider_unreachable' });
  });

  it('are not read where the provider calls itself by another name, or is no address that may be called', async () => {
    const token = await idp.sign();
    await expect(instance({}, `${idp.issuer}/`).identityOf(token)).rejects.toMatchObject({ code: 'api.provider_unreachable' });
    await expect(instance({}, 'http://10.0.0.1').identityOf(token)).rejects.toMatchObject({ code: 'api.provider_unreachable' });
  });
});
