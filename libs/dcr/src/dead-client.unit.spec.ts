import { Secret } from '@registrar/secret';
import { describe, expect, it } from 'vitest';
import { judgeDead, lifeSign, type LifeSign } from './dead-client.js';

const at = (minutes: number, kind: LifeSign) => ({ at: new Date(minutes * 60_000), kind });
const dead = 'invalid_client';

describe('the probe ladder (H-40)', () => {
  it.each([
    ['nothing was seen', [], 'unknown'],
    ['once invalid_client', [at(0, dead)], 'unknown'],
    ['twice, far apart', [at(0, dead), at(600, dead)], 'unknown'],
    ['K-42 three times over 15 minutes', [at(0, dead), at(5, dead), at(15, dead)], 'gone'],
    ['three times, a little less', [at(0, dead), at(5, dead), at(14.9, dead)], 'unknown'],
    ['in any order', [at(15, dead), at(0, dead), at(5, dead)], 'gone'],
    ['K-41 recognised', [at(0, 'recognised')], 'exists'],
    ['recognised last', [at(0, dead), at(5, dead), at(15, dead), at(16, 'recognised')], 'exists'],
    ['counted anew after a sign of life', [at(0, dead), at(5, dead), at(6, 'recognised'), at(15, dead)], 'unknown'],
    ['three times since a sign of life', [at(0, 'recognised'), at(1, dead), at(9, dead), at(16, dead)], 'gone'],
    ['K-43 an outage shows nothing', [at(0, 'nothing'), at(5, 'nothing'), at(20, 'nothing')], 'unknown'],
    ['an outage in between neither counts nor spoils', [at(0, dead), at(5, 'nothing'), at(10, dead), at(15, dead)], 'gone'],
    ['an outage is no third time', [at(0, dead), at(5, dead), at(15, 'nothing')], 'unknown'],
    ['an outage after a sign of life', [at(0, 'recognised'), at(15, 'nothing')], 'exists'],
  ] as const)('%s: %s', (_what, observations, verdict) => {
    expect(judgeDead(observations)).toBe(verdict);
  });

  it.each([
    ['granted', { kind: 'granted', accessToken: Secret.of('t'), tokenType: 'Bearer' }, 'recognised'],
    ['invalid_client', { kind: 'refused', error: 'invalid_client', status: 401 }, 'invalid_client'],
    ['invalid_grant', { kind: 'refused', error: 'invalid_grant', status: 400 }, 'recognised'],
    ['K-71 unauthorized_client', { kind: 'refused', error: 'unauthorized_client', status: 400 }, 'recognised'],
    ['invalid_scope', { kind: 'refused', error: 'invalid_scope', status: 400 }, 'recognised'],
    ['a plain 404', { kind: 'refused', error: 'http_404', status: 404 }, 'nothing'],
    ['429', { kind: 'unavailable', code: 'rate_limited' }, 'nothing'],
    ['500', { kind: 'unavailable', code: 'server_error' }, 'nothing'],
  ] as const)('what %s shows', (_what, outcome, sign) => {
    expect(lifeSign(outcome)).toBe(sign);
  });
});
