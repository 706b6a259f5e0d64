import { Secret } from '@registrar/secret';
import { describe, expect, it } from 'vitest';
import type { IssuedClient } from './issued-client.js';
import type { ManagementAccepted, ManagementRefusal, ManagementRefusalReason } from './management-outcome.js';
import { learnedFrom } from './quirk-lessons.js';
import { quirksFor } from './quirks.js';

const now = new Date('2026-03-01T12:00:00Z');
const client: IssuedClient = { clientId: 'c-1', secretExpiryUnknown: false, registrationClientUriUsable: true, granted: {} };
const accepted = (rat: boolean, secret: boolean, more: Partial<IssuedClient> = {}): ManagementAccepted => ({
  kind: 'accepted',
  client: { ...client, ...more },
  rotated: { rat, secret },
  findings: [],
});
const refused = (reason: ManagementRefusalReason, status = 400): ManagementRefusal => ({ kind: 'refused', reason, status });
const [keycloak, hydra, ibm, generic] = ['keycloak', 'hydra', 'ibm', 'generic'].map((vendor) => quirksFor(vendor)) as [
  ReturnType<typeof quirksFor>,
  ReturnType<typeof quirksFor>,
  ReturnType<typeof quirksFor>,
  ReturnType<typeof quirksFor>,
];

describe('what an answer teaches', () => {
  it('K-2: 200 in the place of 201, once', () => {
    const outcome = { kind: 'accepted', client, findings: [] } as const;
    expect(learnedFrom({ request: 'register', status: 200, outcome, now }, keycloak)).toEqual({ successStatus: [201, 200] });
    expect(learnedFrom({ request: 'register', status: 201, outcome, now }, keycloak)).toEqual({});
    expect(learnedFrom({ request: 'register', status: 200, outcome, now }, generic)).toEqual({});
    expect(
      learnedFrom({ request: 'register', status: 400, outcome: { kind: 'refused', reason: 'policy', status: 400 }, now }, keycloak),
    ).toEqual({});
  });

  it('K-32 B-02: a read that replaced the token or the secret', () => {
    expect(learnedFrom({ request: 'read', outcome: accepted(true, false), now }, keycloak)).toEqual({
      readRotates: { rat: true, secret: false },
    });
    expect(learnedFrom({ request: 'read', outcome: accepted(false, true), now }, keycloak)).toEqual({
      readRotates: { rat: false, secret: true },
    });
    expect(learnedFrom({ request: 'read', outcome: accepted(true, true), now }, generic)).toEqual({});
  });

  it('B-02: that one read replaced nothing proves nothing', () => {
    expect(learnedFrom({ request: 'read', outcome: accepted(false, false), now }, generic)).toEqual({});
    expect(learnedFrom({ request: 'update', outcome: accepted(false, false), now }, generic)).toEqual({});
  });

  it('B-12: an update that replaced the secret', () => {
    expect(learnedFrom({ request: 'update', outcome: accepted(true, true), now }, hydra)).toEqual({
      putRotates: { rat: true, secret: true },
    });
  });

  it('K-35 K-36: whether an update carries the secret', () => {
    expect(learnedFrom({ request: 'update', outcome: refused('secret_unwanted', 403), now }, ibm)).toEqual({ putSecret: 'omit' });
    expect(learnedFrom({ request: 'update', outcome: refused('secret_required'), now }, hydra)).toEqual({ putSecret: 'include' });
    expect(learnedFrom({ request: 'update', outcome: refused('secret_required'), now }, ibm)).toEqual({});
    expect(learnedFrom({ request: 'update', outcome: refused('forbidden', 403), now }, ibm)).toEqual({});
  });

  it('B-11 K-45: a request that does not exist there', () => {
    const missing = refused('method_not_supported', 405);
    expect(learnedFrom({ request: 'read', outcome: missing, now }, hydra)).toEqual({ management: ['update', 'delete'] });
    expect(learnedFrom({ request: 'update', outcome: missing, now }, hydra)).toEqual({ management: ['read', 'delete'] });
    expect(learnedFrom({ request: 'delete', outcome: { kind: 'not_supported', status: 501 } }, hydra)).toEqual({
      management: ['read', 'update'],
    });
    expect(learnedFrom({ request: 'delete', outcome: { kind: 'deleted', status: 204, confirmed: true } }, hydra)).toEqual({});
    expect(learnedFrom({ request: 'update', outcome: missing, now }, quirksFor('spring'))).toEqual({});
  });

  it('H-07: how long a token lives (Curity)', () => {
    const more = { registrationAccessToken: Secret.of('rat'), registrationAccessTokenExpiresAt: new Date('2026-03-02T12:00:00Z') };
    expect(learnedFrom({ request: 'read', outcome: accepted(false, false, more), now }, keycloak)).toEqual({ ratTtlMs: 86_400_000 });
    const known = { ...keycloak, ratTtlMs: 86_400_000 };
    expect(learnedFrom({ request: 'read', outcome: accepted(false, false, more), now }, known)).toEqual({});
  });
});
