import { Secret } from '@registrar/secret';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClientMetadata } from './client-metadata.js';
import type { Exchange } from './exchange.js';
import { ISSUED_MEMBERS, representationOf } from './server-representation.js';
import { updateDocument, type UpdateInput } from './update-document.js';

const quirks = { putSecret: 'omit', droppedMembers: [] } as const;
const ASKED: ClientMetadata = {
  client_name: 'Acme',
  redirect_uris: ['https://app.example/cb', 'https://app.example/cb2'],
  grant_types: ['authorization_code'],
  response_types: ['code'],
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_signing_alg: 'ES384',
  jwks_uri: 'https://registrar.example/jwks/1',
  scope: 'openid user/Patient.rs',
  software_version: '1.4+rg-7f',
};
/** As a server wrote it: other spellings, members of its own, what it issued. */
const ANSWER = {
  client_id: 'c-1',
  client_id_issued_at: 1,
  client_secret: 'issued',
  client_secret_expires_at: 0,
  registration_access_token: 'rat',
  registration_client_uri: 'https://as.example/register/c-1',
  ...ASKED,
  redirect_uris: ['https://app.example/cb2', 'https://app.example/cb'],
  scope: 'user/Patient.read openid',
  require_auth_time: false,
  subject_type: 'public',
  owner: '',
  client_uri: null,
  'x-tier': { level: 3, labels: ['a', 'b'] },
};

const answered = (body: string): Exchange => ({
  kind: 'answered',
  method: 'GET',
  url: 'https://as.example/register/c-1',
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(body),
  sentAt: new Date(0),
  finishedAt: new Date(0),
});
const stated = (answer: object) => representationOf(answered(JSON.stringify(answer))) as Secret;
const bodyOf = (input: Partial<UpdateInput> & Pick<UpdateInput, 'desired'>) => {
  const update = updateDocument({ server: stated(ANSWER), clientId: 'c-1', quirks, marker: 'rg-7f', ...input });
  return { ...update, members: JSON.parse(update.body.expose()) as Record<string, unknown> };
};

describe('the body of an update (B-04 to B-08)', () => {
  it('K-38: a new name leaves every other member byte-equal, with what the server added, and takes out what it issued', () => {
    const { members, changes } = bodyOf({ desired: { ...ASKED, client_name: 'Acme 2' } });
    expect(members).toEqual({
      ...ASKED,
      client_id: 'c-1',
      client_name: 'Acme 2',
      redirect_uris: ANSWER.redirect_uris,
      scope: ANSWER.scope,
      require_auth_time: false,
      subject_type: 'public',
      'x-tier': ANSWER['x-tier'],
    });
    expect(changes).toEqual(['client_name']);
  });

  it('B-06: whatever the server has, a new name changes nothing else', () => {
    const member = fc
      .stringMatching(/^[a-z_]{1,12}$/)
      .filter((name) => !ISSUED_MEMBERS.has(name) && name !== 'client_name' && name !== 'jwks');
    const server = fc
      .dictionary(member, fc.jsonValue({ maxDepth: 5 }), { noNullPrototype: true })
      // Refused when it is read (K-58).
      .filter((members) => !JSON.stringify(members).includes('__proto__'));
    fc.assert(
      fc.property(server, fc.string({ minLength: 1 }), fc.boolean(), (members, name, incremental) => {
        const before = stated({ ...ANSWER, ...members, client_name: 'Acme' });
        const known = Object.fromEntries(Object.entries(ASKED).filter(([each]) => !Object.hasOwn(members, each)));
        const desired = { ...known, client_name: name };
        const update = updateDocument({ server: before, desired, ...(incremental ? { requested: known } : {}), clientId: 'c-1', quirks });
        const after = JSON.parse(update.body.expose()) as Record<string, unknown>;
        for (const [each, value] of Object.entries(JSON.parse(before.expose()) as object))
          if (each !== 'client_name') expect(JSON.stringify(after[each])).toBe(JSON.stringify(value));
        expect(after).toMatchObject({ client_id: 'c-1', client_name: name });
        for (const issued of ISSUED_MEMBERS) expect(Object.hasOwn(after, issued)).toBe(issued === 'client_id');
      }),
    );
  });

  it('A-03: sends no nothings', () => {
    expect(bodyOf({ desired: ASKED }).members).not.toHaveProperty('client_uri');
    expect(bodyOf({ desired: { ...ASKED, logo_uri: '' } }).members).not.toHaveProperty('owner');
  });

  it('the marker of the client stays, in a version and in a name', () => {
    const version = bodyOf({ desired: { ...ASKED, software_version: '1.5' } });
    expect([version.members['software_version'], version.changes]).toEqual(['1.5+rg-7f', ['software_version']]);
    expect(bodyOf({ desired: { ...ASKED, software_version: '1.4' } }).changes).toEqual([]);
    const whole = { ...ANSWER, software_version: 'rg-7f' };
    expect(bodyOf({ server: stated(whole), desired: { ...ASKED, software_version: '2' } }).members['software_version']).toBe('2+rg-7f');
    const named = { ...ANSWER, client_name: 'Acme [ref rg-7f]' };
    const renamed = bodyOf({ server: stated(named), desired: { ...ASKED, client_name: 'Acme 2' } });
    expect(renamed.members['client_name']).toBe('Acme 2 [ref rg-7f]');
    expect(bodyOf({ server: stated(named), desired: ASKED }).changes).toEqual([]);
  });

  it('B-05: carries the secret by quirk only', () => {
    const clientSecret = Secret.of('the-secret');
    expect(bodyOf({ desired: ASKED, clientSecret })).toMatchObject({ carriesSecret: false });
    expect(bodyOf({ desired: ASKED, clientSecret }).members).not.toHaveProperty('client_secret');
    const include = bodyOf({ desired: ASKED, clientSecret, quirks: { ...quirks, putSecret: 'include' } });
    expect([include.carriesSecret, include.members['client_secret']]).toEqual([true, 'the-secret']);
    expect(() => bodyOf({ desired: ASKED, quirks: { ...quirks, putSecret: 'include' } })).toThrow(TypeError);
    expect(JSON.stringify(include.body)).not.toContain('the-secret');
  });

  it('with what was requested last, what the server made of it stays; without, it is put through again', () => {
    const drifted = stated({
      ...ANSWER,
      redirect_uris: ['https://app.example/cb', 'https://evil.example/cb'],
      logo_uri: 'https://x.example/l',
    });
    const requested = { ...ASKED, logo_uri: 'https://x.example/l' };
    const desired = { ...ASKED, client_name: 'Acme 2' };
    const incremental = bodyOf({ server: drifted, desired, requested });
    expect(incremental.members['redirect_uris']).toEqual(['https://app.example/cb', 'https://evil.example/cb']);
    expect(incremental.members).not.toHaveProperty('logo_uri');
    expect([...incremental.changes].sort()).toEqual(['client_name', 'logo_uri']);
    const whole = bodyOf({ server: drifted, desired });
    expect([whole.members['redirect_uris'], whole.members['logo_uri']]).toEqual([ASKED['redirect_uris'], 'https://x.example/l']);
  });

  it('A-08 A-10: one way of handing over keys, and no algorithm without a signature', () => {
    const inline = { ...ANSWER, jwks_uri: undefined, jwks: { keys: [{ kty: 'EC', kid: '1', x: 'x', d: 'private' }] } };
    expect(bodyOf({ server: stated(inline), desired: ASKED }).members).not.toHaveProperty('jwks');
    const { jwks_uri: uri, token_endpoint_auth_signing_alg: alg, ...rest } = ASKED;
    const secret = bodyOf({ desired: { ...rest, token_endpoint_auth_method: 'client_secret_basic' } });
    expect([uri, alg, Object.hasOwn(secret.members, 'token_endpoint_auth_signing_alg')]).toEqual([ASKED['jwks_uri'], 'ES384', false]);
  });

  it('A-09: no private part of a key leaves, even where the server shows it', () => {
    const inline = { ...ANSWER, jwks_uri: undefined, jwks: { keys: [{ kty: 'EC', kid: '1', x: 'x', d: 'private' }] } };
    const desired = Object.fromEntries(Object.entries(ASKED).filter(([member]) => member !== 'jwks_uri'));
    expect(bodyOf({ server: stated(inline), desired }).members['jwks']).toEqual({ keys: [{ kty: 'EC', kid: '1', x: 'x' }] });
  });

  it('A-36: a new scope takes the place of `scopes`', () => {
    const rest = Object.fromEntries(Object.entries(ANSWER).filter(([member]) => member !== 'scope'));
    const { members } = bodyOf({ server: stated({ ...rest, scopes: ['openid'] }), desired: ASKED });
    expect([members['scope'], Object.hasOwn(members, 'scopes')]).toEqual([ASKED['scope'], false]);
  });

  it('is made of what is stored where there is no answer of the server', () => {
    const server = { requested: ASKED, granted: { ...ASKED, scope: 'openid', subject_type: 'public' } };
    const { members } = bodyOf({ server, desired: { ...ASKED, client_name: 'Acme 2' }, requested: ASKED });
    expect(members).toEqual({ ...ASKED, client_id: 'c-1', client_name: 'Acme 2', scope: 'openid', subject_type: 'public' });
  });

  it('there is no representation in a refusal, a page or a lost answer', () => {
    expect(representationOf({ ...answered('{}'), status: 400 })).toBeUndefined();
    expect(representationOf({ ...answered('{}'), kind: 'lost' })).toBeUndefined();
    expect(representationOf(answered('<p>'))).toBeUndefined();
  });
});
