import { setTimeout as wait } from 'node:timers/promises';
import { parsePublicId } from '@registrar/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startStack, until, type ShownRegistration, type Stack } from '../support/index.js';
import { tokenOf, type ShownCredential } from '../support/rotation-world.js';

const HOSPITALS = 5;
/** Per hospital: 5 × (8 + 4 + 4 + 4) = 100. One-slot servers are among them, whose gap Registrar bridges. */
const FLEET = [
  { vendor: 'hydra', method: 'private_key_jwt', count: 8, quirks: { jwks_cache_ms: 300_000 } },
  { vendor: 'keycloak', method: 'private_key_jwt', count: 4, quirks: { jwks_mode: ['inline'] } },
  { vendor: 'authlib', method: 'client_secret_basic', count: 4 },
  { vendor: 'curity', method: 'client_secret_basic', count: 4 },
] as const;
const AT_ONCE = 4;
/** Probes of one registration under way at once, while its stages change. */
const LOOPS = 1;
const BACKGROUND = 16;
const NEAR_MS = 50;
const DAY = 86_400_000;
const STEP_MS = 900_000;
/** How long the servers keep a key set, and a little more. */
const CACHE_MS = 360_000;
const OVERLAP_SLACK_MS = 600_000;

interface Probe {
  readonly began: number;
  readonly ended: number;
  readonly status: number;
}

let stack: Stack;
let ahead = 0;
const ids: string[] = [];
const probes = new Map<string, Probe[]>();
const refusals: string[] = [];
const moves = [{ at: Date.now(), ahead: 0 }];
const oneSlot = new Set<string>();
let underWay = 0;
/** While the clocks are moved nobody signs in: an assertion of before would have expired after. */
let moved: Promise<void> = Promise.resolve();

beforeAll(async () => {
  stack = await startStack({
    movableClock: true,
    sandboxEnv: {
      SANDBOX_HOSPITALS: String(HOSPITALS),
      SANDBOX_VENDORS: 'none',
      SANDBOX_SIMULATE: FLEET.map(({ vendor }) => vendor).join(','),
    },
    env: { SWEEP_INTERVAL_MS: '100', PROOF_LADDER_MS: '0,100,200' },
  });
  stack.moveClock(0);
  await onboardFleet();
}, 240_000);
afterAll(() => stack.stop());

async function create(path: string, body: object): Promise<string> {
  const answer = await stack.call<{ id: string }>('POST', path, { body });
  expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 201 });
  return answer.body.id;
}
const read = async (id: string) => (await stack.call<ShownRegistration>('GET', `/v1/registrations/${id}`)).body;

async function onboardFleet(): Promise<void> {
  const limits = { max_in_flight: 8, per_second: 100 };
  for (let number = 1; number <= HOSPITALS; number += 1) {
    const tenantId = await create('/v1/tenants', { name: `Hospital ${number}` });
    await stack.call('PUT', '/v1/rotation-policies', {
      body: { tenant_id: tenantId, interval: 'P90D', overlap: 'P1D', soak: 'PT0S', lead: 'P1D' },
    });
    for (const { vendor, method, count, ...more } of FLEET) {
      const [server] = await stack.sandbox.servers({ vendor, hospital: `h0${number}` });
      if (!server) throw new Error(`There is no ${vendor}`);
      const where = { environment: 'sandbox', vendor, fhir_base_url: server.fhir_base_url, tenant_id: tenantId, limits };
      const ehrId = await create('/v1/ehrs', { name: vendor, ...where, ...('quirks' in more ? { quirks: more.quirks } : {}) });
      const token = tokenOf(server);
      if (token) await create(`/v1/ehrs/${ehrId}/initial-access-tokens`, token);
      for (let copy = 0; copy < count; copy += 1) {
        const name = `${vendor} ${number} ${copy}`;
        const applicationId = await create('/v1/applications', {
          name,
          client_metadata: { client_name: name, token_endpoint_auth_method: method, grant_types: ['client_credentials'] },
          required_scopes: ['system/Patient.rs'],
        });
        const id = await registered({ tenant_id: tenantId, ehr_id: ehrId, application_id: applicationId });
        ids.push(id);
        if (vendor === 'curity') oneSlot.add(id);
      }
    }
  }
  for (const id of ids) await until(`${id} to be active`, async () => ((await read(id)).status === 'active' ? true : undefined));
}

async function registered(pair: object): Promise<string> {
  const answer = await stack.call<{ id: string }>('POST', '/v1/registrations', { body: pair });
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return answer.body.id;
}

/** Authenticates at the EHR with whatever is current: each probe is a token request of its own, never one from the cache. */
async function probe(id: string): Promise<void> {
  await moved;
  underWay += 1;
  await probeNow(id).finally(() => (underWay -= 1));
}

async function probeNow(id: string): Promise<void> {
  const began = Date.now();
  const number = probes.get(id)?.length ?? 0;
  const body = { extensions: { probe: `${number}-${Math.random()}` } };
  const { status, body: said } = await stack.call<{ code: string }>('POST', `/v1/registrations/${id}/token`, { body });
  if (status !== 200) refusals.push(`${id} ${status} ${said.code}`);
  const made = { began, ended: Date.now(), status };
  probes.set(id, [...(probes.get(id) ?? []), made]);
}

/** Probes these in turn for as long as `going` says so. */
async function probing(which: readonly string[], going: () => boolean): Promise<void> {
  for (let index = 0; going(); index += 1) await probe(which[index % which.length] ?? '');
}

/** The moments, by the wall clock, at which stages of this registration's credentials changed since then. */
async function changesOf(id: string, since: number): Promise<number[]> {
  const rows = await stack.query<{ at: Date }>(
    `SELECT x.at FROM credentials k CROSS JOIN LATERAL unnest(ARRAY[k.promoted_at, k.retired_at]) AS x (at) WHERE k.registration_id = $1 AND x.at IS NOT NULL`,
    [parsePublicId('reg', id)],
  );
  // Which of the moves of the clock a moment of business time belongs to follows from the wall clock between two moves.
  const walls = rows.flatMap(({ at }) =>
    moves.flatMap((move, index) => {
      const wall = at.getTime() - move.ahead;
      return wall >= move.at && wall < (moves[index + 1]?.at ?? Infinity) ? [wall] : [];
    }),
  );
  return walls.filter((at) => at >= since);
}

/** How far the nearest probe of that registration is from this moment, before and after it; 0 where one was under way. */
function distances(id: string, at: number): readonly [before: number, after: number] {
  const made = probes.get(id) ?? [];
  const before = made.filter(({ began }) => began <= at).map(({ ended }) => Math.max(0, at - ended));
  const after = made.filter(({ ended }) => ended >= at).map(({ began }) => Math.max(0, began - at));
  return [Math.min(...before, Infinity), Math.min(...after, Infinity)];
}

async function advance(ms: number): Promise<void> {
  let go = (): void => undefined;
  moved = new Promise<void>((resolve) => {
    go = resolve;
  });
  await until('the probes under way to end', () => underWay === 0 || undefined);
  ahead += ms;
  stack.moveClock(ahead);
  moves.push({ at: Date.now(), ahead });
  await stack.sandbox.simulator.clock({ advance_ms: ms });
  // The programs look at their clock every few milliseconds.
  await wait(30);
  go();
}

/** Does something to these registrations while each is probed without a pause, and says when their stages changed. */
async function whileProbed(group: readonly string[], work: () => Promise<void>): Promise<Map<string, number[]>> {
  const since = Date.now();
  let going = true;
  const loops = group.flatMap((id) => Array.from({ length: LOOPS }, () => probing([id], () => going)));
  try {
    await work();
    await wait(50);
  } finally {
    going = false;
    await Promise.all(loops);
  }
  const changes = new Map<string, number[]>();
  for (const id of group) changes.set(id, await changesOf(id, since));
  return changes;
}

const stagesOf = async (id: string) =>
  (await stack.call<{ data: ShownCredential[] }>('GET', `/v1/registrations/${id}/credentials`)).body.data;

it('a hundred credentials are rotated while each is used all the time, and none is ever refused', { timeout: 900_000 }, async () => {
  expect(ids).toHaveLength(100);
  const began = Date.now();
  let going = true;
  const background = Array.from({ length: BACKGROUND }, (_, part) =>
    probing(
      ids.filter((_id, index) => index % BACKGROUND === part),
      () => going,
    ),
  );
  const changes: [string, number][] = [];
  const note = (found: ReadonlyMap<string, number[]>): void => {
    for (const [id, moments] of found) for (const at of moments) changes.push([id, at]);
  };
  const groups = Array.from({ length: ids.length / AT_ONCE }, (_, index) => ids.slice(index * AT_ONCE, (index + 1) * AT_ONCE));
  try {
    for (const group of groups) {
      // So that their overlaps do not end at once.
      await advance(STEP_MS);
      note(
        await whileProbed(group, async () => {
          await Promise.all(group.map((id) => stack.call('POST', `/v1/registrations/${id}/rotate`, { body: {} })));
          await until('the group to be rotated', async () => {
            // The servers fetch their key sets anew, as they do of themselves every few minutes.
            await stack.sandbox.simulator.forgetKeys({ vendor: 'hydra' });
            const all = await Promise.all(group.map((id) => stagesOf(id)));
            const rotated = all.every((versions) => versions.some(({ stage, version }) => stage === 'current' && version >= 2));
            // Where there is one slot, the old one is gone already.
            const gone = all.every(
              (versions, index) => !oneSlot.has(group[index] ?? '') || versions.some(({ stage }) => stage === 'retired'),
            );
            return (rotated && gone) || undefined;
          });
        }),
      );
    }
    await advance(DAY - groups.length * STEP_MS + OVERLAP_SLACK_MS);
    for (const group of groups) {
      note(
        await whileProbed(group, async () => {
          await advance(STEP_MS - CACHE_MS);
          await until('the old keys of the group to be removed', async () => {
            const all = await Promise.all(group.map((id) => stagesOf(id)));
            const idle = (await Promise.all(group.map((id) => read(id)))).every(({ operation }) => operation.status === 'succeeded');
            return (idle && all.flat().every(({ stage, retirement }) => stage !== 'previous' || retirement?.removed_at)) || undefined;
          });
          await advance(CACHE_MS);
          await until('the old ones of the group to be gone', async () => {
            const all = await Promise.all(group.map((id) => stagesOf(id)));
            return all.every((versions) => versions.every(({ stage }) => stage === 'current' || stage === 'retired')) || undefined;
          });
        }),
      );
    }
  } finally {
    going = false;
    await Promise.all(background);
  }
  report(Date.now() - began, changes);
});

function report(tookMs: number, changes: readonly (readonly [string, number])[]): void {
  const all = [...probes.values()].flat();
  const failed = all.filter(({ status }) => status !== 200);
  const near = changes.map(([id, at]) => distances(id, at));
  const widest = Math.max(...near.flat());
  const pauses = [...probes.values()].flatMap((made) => {
    const ends = made.map(({ ended }) => ended).sort((a, b) => a - b);
    return ends.slice(1).map((end, index) => end - (ends[index] ?? end));
  });
  process.stdout.write(
    `rotation under load: ${all.length} probes in ${Math.round(tookMs / 1_000)} s (${Math.round((all.length * 1_000) / tookMs)} a second), ${failed.length} refused; ` +
      `${changes.length} stage changes, each with a probe within ${widest} ms before and after; longest pause of one registration ${Math.max(...pauses)} ms\n`,
  );
  expect(refusals).toEqual([]);
  // Promoted and retired, each of the hundred.
  expect(changes.length).toBeGreaterThanOrEqual(2 * ids.length);
  expect(widest).toBeLessThanOrEqual(NEAR_MS);
}
