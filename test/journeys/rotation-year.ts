import { setTimeout as wait } from 'node:timers/promises';
import { effectivePolicy, openNow, RotationPolicies, RotationScheduler, type PolicyRules, type Window } from '@registrar/rotation';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registrationHouse, type RegistrationHouse } from '../support/registration-house.js';
import { startSandbox, type TestSandbox } from '../support/sandbox.js';

const HOSPITALS = 20;
const DAY = 86_400_000;
/** What is due within this time of each other is looked at at once. */
const TOGETHER_MS = 600_000;
const VENDOR = 'oauth_overlap';
const EVERY_DAY = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
/** At most this many requests in a second of the server's own clock. */
const PER_SECOND = 5;

const WINDOWS: readonly Window[] = [
  { days: EVERY_DAY, from: '01:00', to: '05:00', timeZone: 'America/Chicago' },
  { days: ['sat', 'sun'], from: '22:00', to: '04:00', timeZone: 'Europe/Berlin' },
  { days: ['mon', 'wed'], from: '12:00', to: '14:00', timeZone: 'Australia/Lord_Howe' },
  { days: ['tue'], from: '00:00', to: '24:00', timeZone: 'Asia/Kathmandu' },
];
const FREEZE = { from: '2026-12-20T00:00:00Z', to: '2027-01-05T00:00:00Z', reason: 'holidays' };
const OF_APPLICATION: PolicyRules = { interval: 'P120D', overlap: 'PT30M', lead: 'P10D', freezes: [FREEZE] };
const windowOf = (hospital: number): Window =>
  WINDOWS[hospital % WINDOWS.length] ?? { days: EVERY_DAY, from: '00:00', to: '24:00', timeZone: 'UTC' };

let house: RegistrationHouse;
let sandbox: TestSandbox;
/** The hospital of each tenant, by its number. */
const hospitals = new Map<string, number>();

/** Days of the business clock, with this many secrets at each of the hospitals' servers. */
export function rotationsOf(applications: number, days: number): void {
  beforeAll(async () => {
    house = await registrationHouse();
    sandbox = await startSandbox({
      PATH: process.env.PATH,
      SANDBOX_HOSPITALS: String(HOSPITALS),
      SANDBOX_VENDORS: 'none',
      SANDBOX_SIMULATE: VENDOR,
    });
    await sandbox.simulator.clock({ now: house.clock.now().toISOString(), speed: 1 });
    await onboard(applications);
  }, 300_000);
  afterAll(async () => {
    await sandbox.part.stop();
    await house.close();
  });

  it(
    `${days} days go by: no secret is ever past its end, no server is hurried, nothing is rotated outside its window or in a freeze (H-08, H-12)`,
    { timeout: 3_600_000 },
    async () => {
      const { clock, database, audit, events } = house;
      expect(await count(`registrations WHERE status = 'active'`)).toBe(HOSPITALS * applications);
      const complaints: unknown[] = [];
      const complain = (error: unknown): void => {
        complaints.push(error);
      };
      const engine = house.engine(complain);
      const scheduler = new RotationScheduler(database, { audit, events }, clock, () => undefined, complain);
      // What came before belongs to the onboarding.
      clock.advance(3_600_000);
      const began = clock.now();
      const end = began.getTime() + days * DAY;
      let expired = 0;
      for (let steps = 0; clock.now().getTime() < end; steps += 1) {
        const [next] = await house.rows<{ at: Date | null }>(
          `SELECT min(next_rotation_at) AS at FROM registrations WHERE status = 'active'`,
        );
        const at = Math.min(Math.max(next?.at?.getTime() ?? end, clock.now().getTime() + 1_000) + TOGETHER_MS, clock.now().getTime() + DAY);
        clock.advance(at - clock.now().getTime());
        await sandbox.simulator.clock({ now: clock.now().toISOString() });
        expired += await count(`credentials WHERE stage = 'current' AND expires_at <= $1`, [clock.now()]);
        await scheduler.look();
        await engine.sweep();
        while (
          (await count(`work_items WHERE kind = 'operation' AND (due_at <= clock_timestamp() OR lease_until > clock_timestamp())`)) > 0
        ) {
          engine.ring();
          await wait(5);
        }
      }
      await engine.drain();
      await scheduler.stop();
      expect(complaints).toEqual([]);
      expect(expired).toBe(0);
      await report(days, began, HOSPITALS * applications);
    },
  );
}

async function onboard(count: number): Promise<void> {
  const { database, audit, events, clock, scope } = house;
  const policies = new RotationPolicies(database, { audit, events }, clock);
  const applications: string[] = [];
  for (let number = 0; number < count; number += 1) {
    const applicationId = await house.application({ client_name: `App ${number}`, token_endpoint_auth_method: 'client_secret_basic' });
    await policies.put(scope, { applicationId }, OF_APPLICATION);
    applications.push(applicationId);
  }
  for (const server of await sandbox.servers({ vendor: VENDOR })) {
    const number = Number(server.hospital?.slice(1)) - 1;
    // 30 to 365 days.
    const secretLifeMs = Math.round(30 + (number * 335) / (HOSPITALS - 1)) * DAY;
    await sandbox.simulator.change({ vendor: VENDOR, hospital: server.hospital ?? '' }, { secretLifeMs });
    const tenantId = await house.tenant(`Hospital ${number}`);
    hospitals.set(tenantId, number);
    await policies.put(scope, { tenantId }, { window: windowOf(number) });
    const quirks = { readRotates: { rat: false, secret: false }, putRotates: { rat: false, secret: true }, secretOverlap: true };
    const limits = { maxInFlight: 4, perSecond: PER_SECOND };
    const ehr = await house.ehr({ environment: 'production', tenantId, fhirBaseUrl: server.fhir_base_url, vendor: VENDOR, quirks, limits });
    for (const applicationId of applications)
      await house.registrations.create(scope, { connection: { tenantId, ehrId: ehr.id }, applicationId });
  }
  await house.work();
}

const count = async (sql: string, values: readonly unknown[] = []): Promise<number> =>
  (await house.rows<{ n: number }>(`SELECT count(*)::integer AS n FROM ${sql}`, values))[0]?.n ?? -1;

interface Sent {
  readonly tenant_id: string;
  readonly at: Date;
}

/** The most requests that one server saw in one second of its own clock since then. */
async function busiestSecond(since: Date): Promise<number> {
  const requests = await sandbox.recentRequests({ vendor: VENDOR, since: since.toISOString() });
  const seconds = new Map<string, number>();
  for (const { issuer, at } of requests) {
    const second = `${issuer} ${at.slice(0, 19)}`;
    seconds.set(second, (seconds.get(second) ?? 0) + 1);
  }
  return Math.max(...seconds.values());
}

async function report(days: number, began: Date, registrations: number): Promise<void> {
  const sent = await house.rows<Sent>(`SELECT tenant_id, started_at AS at FROM attempts WHERE kind IN ('read', 'update')`);
  const outside = sent.filter(({ tenant_id, at }) => {
    const policy = effectivePolicy([{ window: windowOf(hospitals.get(tenant_id) ?? -1) }, OF_APPLICATION]);
    return !openNow(policy, at);
  });
  const rotated = await house.rows<{ status: string; n: number }>(
    `SELECT status, count(*)::integer AS n FROM operations WHERE kind = 'rotate' AND NOT input ? 'phase' GROUP BY 1 ORDER BY 1`,
  );
  const untouched = await count(
    `registrations r WHERE NOT EXISTS (SELECT 1 FROM credentials k WHERE k.registration_id = r.id AND k.version > 1 AND k.stage = 'current')`,
  );
  const busiest = await busiestSecond(began);
  process.stdout.write(
    `${days} days: ${rotated.map(({ status, n }) => `${n} rotations ${status}`).join(', ')} of ${registrations} registrations; ` +
      `${outside.length} of ${sent.length} requests outside a window or in a freeze; busiest second of a server: ${busiest} requests\n`,
  );
  expect(outside).toEqual([]);
  expect(untouched).toBe(0);
  expect(rotated.map(({ status }) => status)).toEqual(['succeeded']);
  expect(busiest).toBeLessThanOrEqual(PER_SECOND);
  expect(await count(`registrations WHERE status <> 'active'`)).toBe(0);
}
