import { describe, expect, it } from 'vitest';
import { progressBars } from './demo-progress.js';
import { untilSettled, type Registration, type Standing } from './demo-registrations.js';
import type { LedgerClient } from './demo-sandbox.js';
import { tableOf } from './demo-table.js';
import { complaints } from './demo-verdict.js';

const ACTIVE: Registration = {
  id: 'reg_1',
  tenant_id: 'ten_1',
  ehr_id: 'ehr_1',
  status: 'active',
  action: null,
  proof: 'token',
  client_id: 'c1',
  granted_metadata: { grant_types: ['client_credentials'] },
  problem: null,
  operation: { status: 'succeeded', problem: null },
};
const standing = (changes: Partial<Registration> = {}, at: Partial<Standing> = {}): Standing => ({
  hospital: 'Alder',
  tenantId: 'ten_1',
  vendor: 'meadow',
  ehrId: 'ehr_1',
  issuer: 'http://as/1',
  registration: { ...ACTIVE, ...changes },
  ...at,
});
const client = (changes: Partial<LedgerClient> = {}): LedgerClient => ({
  vendor: 'meadow',
  hospital: 'h01',
  issuer: 'http://as/1',
  client_id: 'c1',
  client_name: null,
  software_version: null,
  deleted_at: null,
  ...changes,
});
const launched = standing(
  { id: 'reg_2', client_id: 'c2', proof: 'client_authentication', granted_metadata: { grant_types: ['authorization_code'] } },
  { vendor: 'lagoon', issuer: 'http://as' },
);

describe('what the demo says at its end', () => {
  it('everything held: active, proven as far as the grants allow, and the ledgers hold these clients and no other', () => {
    const ledger = [
      client(),
      client({ issuer: 'http://as', client_id: 'c2' }),
      client({ client_id: 'old', deleted_at: '2026-11-23T09:00:00Z' }),
    ];
    expect(complaints([standing(), launched], ledger)).toEqual([]);
  });

  it.each([
    [
      'a weaker proof than possible',
      standing({ proof: 'client_authentication' }),
      'Alder at meadow is active with the proof client authentication, where token is possible.',
    ],
    [
      'an inconclusive proof',
      { ...launched, issuer: 'http://as/1', registration: { ...ACTIVE, proof: 'inconclusive', granted_metadata: {} } },
      'with the proof inconclusive, where client authentication is possible',
    ],
    [
      'a wait for somebody',
      standing({ status: 'action_required', action: 'supply_initial_access_token' }),
      'Alder at meadow is action required: supply initial access token.',
    ],
    [
      'a new proof that did not work',
      standing({ operation: { status: 'failed', problem: { code: 'a.b', title: 'No answer' } } }),
      'Alder at meadow is active, but its newest operation is failed. No answer (a.b).',
    ],
    ['no registration', { ...standing(), registration: undefined }, 'Alder at meadow has no registration.'],
  ])('complains of %s', (_, one, words) => {
    expect(complaints([one], [client()]).join('\n')).toContain(words);
  });

  it('says a problem with who does what next', () => {
    const problem = {
      code: 'registrations.metadata_rejected',
      title: 'The EHR refused the client metadata',
      next_action: { actor: 'product_team', label: 'Change the metadata, and retry' },
    };
    expect(complaints([standing({ status: 'rejected', client_id: null, problem })], [])).toEqual([
      'Alder at meadow is rejected. The EHR refused the client metadata (registrations.metadata_rejected). Next: Change the metadata, and retry.',
      'The authorization servers have 0 clients, where 1 were asked for.',
    ]);
  });

  it('names a client that no registration holds, and counts those that their servers do not know', () => {
    expect(complaints([standing()], [client(), client({ client_id: 'twin' })])).toEqual([
      'The authorization servers have 2 clients, where 1 were asked for.',
      'meadow h01 has the client twin, which no registration holds.',
    ]);
    expect(complaints([standing()], [client({ client_id: 'other' })])).toContain(
      '1 clients of registrations are not known at their authorization servers.',
    );
  });

  it('draws hospital × vendor', () => {
    const none = standing({}, { hospital: 'Birch', registration: undefined });
    expect(tableOf([standing(), launched, none])).toEqual([
      'hospital  meadow         lagoon',
      '────────  ─────────────  ─────────────────────────────',
      'Alder     active, token  active, client authentication',
      'Birch     none           none',
    ]);
  });
});

describe('the progress bars', () => {
  const proving = { operation: { status: 'queued', problem: null } };
  const half = [standing(proving), standing()];
  const stuck = [standing({ status: 'rejected' }), standing()];

  it('are drawn over on a terminal, and are a line for each change elsewhere', () => {
    for (const [isTTY, expected] of [
      [true, 3],
      [false, 2],
    ] as const) {
      const written: string[] = [];
      const show = progressBars({ isTTY, write: (text) => written.push(text) });
      for (const each of [half, half, stuck]) show(each);
      expect(written).toHaveLength(expected);
      expect(written[0]).toContain('meadow   ████████████░░░░░░░░░░░░  1 of 2 active\n');
      expect(written.at(-1)).toContain('1 of 2 active, 1 not\n');
      expect(written.join('').includes('\u001b[1A')).toBe(isTTY);
    }
  });

  it('are shown until nothing is under way, or nothing moves', async () => {
    const looks = [half, half, stuck];
    const signal = new AbortController().signal;
    expect(
      await untilSettled(
        () => Promise.resolve(looks.shift() ?? []),
        () => undefined,
        signal,
      ),
    ).toBe(stuck);
    expect(
      await untilSettled(
        () => Promise.resolve(half),
        () => undefined,
        signal,
        10,
      ),
    ).toBe(half);
  });
});
