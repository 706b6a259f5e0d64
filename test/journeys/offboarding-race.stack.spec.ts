import { offboardingEntities, OffboardingRecords, Offboardings } from '@registrar/offboarding';
import { DueItems, type Dispatcher } from '@registrar/registrations';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeReady } from '../../apps/launcher/prepare.mjs';
import { until } from '../support/part.js';
import { registrationHouse, type RegistrationHouse } from '../support/registration-house.js';
import { startSandbox, type TestSandbox } from '../support/sandbox.js';

const WAVES = 3;
const HOSPITALS = 70;
/** Of each wave some have left before anything begins, and something has begun before the others leave: both ends of the race are run. */
const EARLY = 5;
const LANES = 4;
/** The longest that a holder may still send what it has begun (WorkQueue). */
const LEASE_MS = 60_000;
const SEED = 20261126;

let house: RegistrationHouse;
let sandbox: TestSandbox;
let offboardings: Offboardings;
let engine: Dispatcher;
const complaints: unknown[] = [];
beforeAll(async () => {
  await makeReady();
  house = await registrationHouse([...offboardingEntities]);
  sandbox = await startSandbox({ ...process.env, SANDBOX_VENDORS: 'none', SANDBOX_SIMULATE: 'authlib', SANDBOX_HOSPITALS: '1' });
  await sandbox.simulator.clock({ now: house.clock.now().toISOString(), speed: 0 });
  const { database, clock, audit, events, deregistrations } = house;
  const due = new DueItems(database, 'offboarding');
  offboardings = new Offboardings({ database, clock, deregistrations, due, records: new OffboardingRecords(audit, events) });
  engine = house.engine((error) => complaints.push(error));
  // Both kinds of commits write down when their transaction began and, as the last thing that they do, when it commits.
  await house.rows(`CREATE TABLE race (what text, tenant_id uuid, began_at timestamptz, at timestamptz)`);
  await house.rows(`CREATE FUNCTION note_race() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    BEGIN INSERT INTO race VALUES (TG_ARGV[0], CASE TG_ARGV[0] WHEN 'attempt' THEN (to_jsonb(NEW)->>'tenant_id')::uuid ELSE NEW.id END, now(), clock_timestamp());
    RETURN NULL; END $$`);
  await house.rows(`CREATE CONSTRAINT TRIGGER race_attempt AFTER INSERT ON attempts DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.kind = 'register') EXECUTE FUNCTION note_race('attempt')`);
  await house.rows(`CREATE CONSTRAINT TRIGGER race_leaving AFTER UPDATE ON tenants DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.status = 'offboarding' AND OLD.status = 'active') EXECUTE FUNCTION note_race('leaving')`);
});
afterAll(async () => {
  await engine.drain();
  await sandbox.part.stop();
  await house.close();
});

/** The same shuffle for the same seed. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  let state = seed;
  const random = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state % below;
  };
  const all = [...items];
  for (let at = all.length - 1; at > 0; at -= 1) {
    const other = random(at + 1);
    [all[at], all[other]] = [all[other] as T, all[at] as T];
  }
  return all;
}

/** A few at once: one after the other in each lane. */
async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const lane = async (nth: number): Promise<void> => {
    for (const item of items.filter((_, place) => place % LANES === nth)) await work(item);
  };
  await Promise.all(Array.from({ length: LANES }, (_, nth) => lane(nth)));
}

async function begun(tenants: readonly string[]): Promise<number> {
  const [row] = await house.rows<{ n: number }>(
    `SELECT count(*)::integer AS n FROM race WHERE what = 'attempt' AND tenant_id = ANY ($1::uuid[])`,
    [tenants],
  );
  return row?.n ?? 0;
}

describe('a hospital that is off-boarded while its registrations are under way (T27)', () => {
  it(`begins no attempt once that is committed, in ${WAVES * HOSPITALS} rounds, and sends nothing that was not begun before`, async () => {
    const [server] = await sandbox.servers({ vendor: 'authlib' });
    const limits = { maxInFlight: 50, perSecond: 1_000 };
    const ehr = await house.ehr({ fhirBaseUrl: server?.fhir_base_url, vendor: 'authlib', limits });
    const applicationId = await house.application({ token_endpoint_auth_method: 'client_secret_basic' });
    const all: string[] = [];
    for (let wave = 0; wave < WAVES; wave += 1) {
      const tenants: string[] = [];
      await inLanes(
        Array.from({ length: HOSPITALS }, (_, n) => n),
        async (n) => {
          const tenantId = await house.tenant(`Hospital ${wave}.${n}`);
          await house.registrations.create(house.scope, { connection: { tenantId, ehrId: ehr.id }, applicationId });
          tenants.push(tenantId);
        },
      );
      const order = shuffled(tenants, SEED + wave);
      const leave = (tenantId: string) =>
        offboardings.start(house.scope, tenantId, { waiver: 'Whatever is unknown is looked for by hand' });
      await inLanes(order.slice(0, EARLY), leave);
      engine.ring();
      await until('something to have begun', async () => (await begun(tenants)) > 0);
      await inLanes(order.slice(EARLY), leave);
      all.push(...tenants);
    }
    await until('every registration to be over', async () => {
      engine.ring();
      const [left] = await house.rows<{ n: number }>(
        `SELECT count(*)::integer AS n FROM operations WHERE kind = 'register' AND status IN ('queued', 'running', 'waiting')`,
      );
      return left?.n === 0;
    });
    const noted = await house.rows<{ tenant: string; late: boolean; gap_ms: number | null; attempts: number }>(
      `SELECT l.tenant_id AS tenant, count(a.at)::integer AS attempts, coalesce(bool_or(a.began_at > l.at), false) AS late,
              max(extract(epoch FROM a.at - l.at) * 1000)::float8 AS gap_ms
         FROM race l LEFT JOIN race a ON a.tenant_id = l.tenant_id AND a.what = 'attempt' WHERE l.what = 'leaving' GROUP BY l.tenant_id`,
    );
    expect(noted.map(({ tenant }) => tenant).sort()).toEqual([...all].sort());
    expect(noted.filter(({ late }) => late)).toEqual([]);
    expect(noted.filter(({ gap_ms: gap }) => gap !== null && gap > LEASE_MS)).toEqual([]);
    // The race was run: of some the registration came first, of others the end did.
    const first = noted.filter(({ attempts }) => attempts > 0).length;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(all.length);
    // What the server took belongs to an attempt, each to one of its own (I1).
    const markers = await house.rows<{ marker: string }>(`SELECT marker FROM attempts WHERE kind = 'register'`);
    const taken = (await sandbox.ledger({ vendor: 'authlib' })).map((entry) => JSON.stringify(entry.history?.metadata));
    const matches = taken.map((metadata) => markers.filter(({ marker }) => metadata.includes(marker)).length);
    expect(matches.every((count) => count === 1)).toBe(true);
    expect(taken.length).toBeLessThanOrEqual(first);
    expect(complaints).toEqual([]);
  });
});
