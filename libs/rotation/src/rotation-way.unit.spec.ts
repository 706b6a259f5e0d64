import { Problem } from '@registrar/problem';
import type { Work, WorkClient } from '@registrar/registrations';
import { publicId } from '@registrar/database';
import { quirksFor, type Quirks } from '@registrar/dcr';
import { describe, expect, it } from 'vitest';
import { keysOf, rotationWay } from './rotation-way.js';

const KEY_SET = '01890000-0000-7000-8000-000000000001';
const OURS = `https://registrar.example/jwks/${publicId('jks', KEY_SET)}`;
const now = new Date('2026-06-01T00:00:00Z');

const client = (granted: object, more: Partial<WorkClient> = {}): WorkClient => ({
  id: 'c',
  scope: 'registration',
  clientId: 'client-1',
  status: 'live',
  authMethod: 'client_secret_basic',
  requestedMetadata: {},
  grantedMetadata: { grant_types: ['client_credentials'], ...granted },
  management: {
    registrationClientUri: 'https://as.example/reg/client-1',
    registrationClientUriUsable: true,
    token: { version: 1, sealed: { keyId: 'k', bytes: new Uint8Array() } },
  },
  ...more,
});

function work(kind: 'client_secret' | 'private_key' | 'none', at: WorkClient, quirks: Partial<Quirks>, more: object = {}): Work {
  return {
    operation: { input: {} },
    registration: { strategy: 'dynamic', manageable: 'yes' },
    upstream: { ehrStatus: 'ready', endpoints: { registration: 'https://as.example/reg' }, quirks: { ...quirksFor('generic'), ...quirks } },
    client: at,
    current: { id: 'k', kind, version: 1, stage: 'current', ...(kind === 'private_key' ? { keySetId: KEY_SET } : {}) },
    ...more,
  } as unknown as Work;
}
const GIVEN = { requestedMetadata: { jwks: { keys: [] } } };
const NEVER = { rat: false, secret: false };
const ALWAYS = { rat: true, secret: true };

describe('the way of a rotation is chosen by what the server can do (H)', () => {
  it.each<[string, Work, string]>([
    ['keys that it fetches from us', work('private_key', client({ jwks_uri: OURS }), {}), 'hosted_keys'],
    ['keys that it was given', work('private_key', client({ jwks: { keys: [] } }, GIVEN), {}), 'inline_keys'],
    ['keys that somebody else gave it', work('private_key', client({ jwks: { keys: [] } }), {}), 'move_to_hosted'],
    [
      'keys that it was given, without updates',
      work('private_key', client({ jwks: { keys: [] } }, GIVEN), { management: ['read'] }),
      'new_client',
    ],
    [
      'keys from another address, with updates',
      work('private_key', client({ jwks_uri: 'https://old.example/jwks' }), {}),
      'move_to_hosted',
    ],
    ['keys from nobody knows where', work('private_key', client({}), { managementAuth: 'none' }), 'hosted_by_person'],
    ['a secret that a read renews', work('client_secret', client({}), { readRotates: ALWAYS, putRotates: ALWAYS }), 'secret_by_read'],
    ['a secret that an update renews', work('client_secret', client({}), { readRotates: NEVER, putRotates: ALWAYS }), 'secret_by_update'],
    ['a secret that nothing renews', work('client_secret', client({}), { readRotates: NEVER, putRotates: NEVER }), 'new_client'],
    [
      'a secret of a client that users agreed to',
      work('client_secret', client({ grant_types: ['authorization_code'] }), { readRotates: NEVER, putRotates: NEVER }),
      'person',
    ],
    [
      'the same, where somebody takes that they sign in again',
      work(
        'client_secret',
        client({ grant_types: ['refresh_token'] }),
        { readRotates: NEVER, putRotates: NEVER },
        { operation: { input: { accept_new_client_id: true } } },
      ),
      'new_client',
    ],
    [
      'a secret of a client that all hospitals share',
      work('client_secret', client({}, { scope: 'application' }), { readRotates: NEVER, putRotates: NEVER }),
      'person',
    ],
    [
      'a secret of such a client that an update would renew under the feet of the other hospitals',
      work('client_secret', client({}, { scope: 'application' }), { readRotates: ALWAYS, putRotates: ALWAYS }),
      'person',
    ],
    [
      'keys that a client was given that all hospitals share',
      work('private_key', client({ jwks: { keys: [] } }, { ...GIVEN, scope: 'application' }), {}),
      'hosted_by_person',
    ],
    ['a secret at a vendor’s portal', work('client_secret', client({}), { registration: 'portal', managementAuth: 'none' }), 'person'],
    [
      'a secret while the client before is still in its grace',
      work('client_secret', client({}), { readRotates: NEVER, putRotates: NEVER }, { previousClient: client({}) }),
      'person',
    ],
  ])('%s', (_, subject, way) => {
    expect(rotationWay(subject, now)).toBe(way);
  });

  it('leaves out what turned out not to work, and ends with a person', () => {
    const subject = work('client_secret', client({}), { readRotates: ALWAYS, putRotates: ALWAYS });
    expect(rotationWay(subject, now, ['secret_by_read'])).toBe('secret_by_update');
    expect(rotationWay(subject, now, ['secret_by_read', 'secret_by_update'])).toBe('new_client');
    expect(rotationWay(subject, now, ['secret_by_read', 'secret_by_update', 'new_client'])).toBe('person');
  });

  it('never gives the client that fetches our initial access tokens a secret that those would not know', () => {
    const initialAccessToken = { clientCredentials: { clientId: 'client-1' } };
    const refused = rotationWay(work('client_secret', client({}), { readRotates: ALWAYS }, { initialAccessToken }), now);
    expect(refused instanceof Problem && refused.code).toBe('rotations.would_lock_out');
    expect(rotationWay(work('private_key', client({ jwks_uri: OURS }), {}, { initialAccessToken }), now)).toBe('hosted_keys');
  });

  it('has nothing to do for a client without a credential', () => {
    const refused = rotationWay(work('none', client({}), {}), now);
    expect(refused instanceof Problem && refused.code).toBe('rotations.nothing_to_rotate');
  });

  it('knows keys as its own by the address of their set, whatever host it was given out under', () => {
    expect(keysOf(client({ jwks_uri: OURS.replace('registrar.example', 'old-name.example') }), KEY_SET)).toBe('hosted');
    expect(keysOf(client({ jwks_uri: `${OURS}x` }), KEY_SET)).toBe('elsewhere');
  });
});
