import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '@registrar/vault';
import { testDatabase, type TestDatabase } from '../../../test/support/index.js';

interface Gate {
  state: string;
  reason: string | null;
  failures: number;
  opened_times: number;
  throttled: number;
  tokens: number;
  shut_ms: number | null;
}

// Claims of all kinds, as a worker makes them, against the gates alone: no server is needed to see who is let through.
let db: TestDatabase;
let server: string;
const workspaceId = newId();
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());
beforeEach(async () => {
  await db.query('DELETE FROM work_items');
  await db.query('DELETE FROM upstream_gates');
  server = await gate();
});

async function gate(limits: { inFlight?: number; perTenant?: number; perSecond?: number } = {}): Promise<string> {
  const id = newId();
  await db.query(
    `INSERT INTO upstream_gates (authorization_server_id, budget, workspace_id, max_in_flight, max_in_flight_per_tenant, per_second, tokens)
     VALUES ($1, 'registration', $2, $3, $4, $5, greatest(1, $5::real))`,
    [id, workspaceId, limits.inFlight ?? 4, limits.perTenant ?? 2, limits.perSecond ?? 1_000],
  );
  return id;
}
const shown = async (id = server): Promise<Gate> => {
  const [row] = await db.query<Gate & Record<string, unknown>>(
    `SELECT state, reason, failures, opened_times, throttled, tokens, (extract(epoch FROM open_until - clock_timestamp()) * 1000)::float8 AS shut_ms
       FROM upstream_gates WHERE authorization_server_id = $1`,
    [id],
  );
  if (!row) throw new Error('The gate is gone');
  return row;
};
const note = async (sign: string, times = 1, askedMs = 0): Promise<void> => {
  for (let n = 0; n < times; n += 1) await db.query(`SELECT note_gate($1, 'registration', $2, $3)`, [server, sign, askedMs]);
};
const elapse = (ms: number, id = server) =>
  db.query(
    `UPDATE upstream_gates SET open_until = open_until - $2 * interval '1 millisecond', window_from = window_from - $2 * interval '1 millisecond' WHERE authorization_server_id = $1`,
    [id, ms],
  );
const items = (tenant: string, count: number, more: { server?: string; waits?: boolean; cost?: number } = {}) =>
  db.query(
    `INSERT INTO work_items (id, workspace_id, tenant_id, kind, subject_id, authorization_server_id, budget, due_at, waits_for_server, created_at, cost)
     SELECT gen_random_uuid(), $1, $2, 'operation', gen_random_uuid(), $3, 'registration',
            clock_timestamp() + CASE WHEN $5 THEN interval '1 hour' ELSE interval '0' END, $5, now(), $6 FROM generate_series(1, $4)`,
    [workspaceId, tenant, more.server ?? server, count, more.waits ?? false, more.cost ?? 1],
  );
const claim = (capacity = 32, leaseMs = 60_000) =>
  db.query<{ id: string; tenant_id: string }>(`SELECT id, tenant_id FROM claim_work('w', $1, $2)`, [capacity, leaseMs]);
const finish = (rows: { id: string }[]) => db.query('DELETE FROM work_items WHERE id = ANY ($1::uuid[])', [rows.map(({ id }) => id)]);

describe('the breaker of a server', () => {
  it('opens after five failures in a row, lets nothing through, and is probed before it lets one through', async () => {
    await items(newId(), 3);
    await note('failed', 4);
    expect(await shown()).toMatchObject({ state: 'closed', failures: 4 });
    await note('failed');
    const open = await shown();
    expect(open).toMatchObject({ state: 'open', reason: 'ehr_unreachable', opened_times: 1 });
    expect(open.shut_ms).toBeGreaterThan(13_000);
    expect(open.shut_ms).toBeLessThanOrEqual(30_000);
    await elapse(60_000);
    expect(await claim()).toEqual([]);
    await db.query(`SELECT note_probe($1, 'registration', true)`, [server]);
    expect(await shown()).toMatchObject({ state: 'half_open', tokens: 1, shut_ms: null });
    expect(await claim()).toHaveLength(1);
    expect(await claim()).toEqual([]);
    await note('well');
    expect(await shown()).toMatchObject({ state: 'closed', failures: 0, opened_times: 0, tokens: 1 });
  });

  it('opens again at once where the one that was let through fails, each time for longer, to 10 minutes at most', async () => {
    await note('failed', 5);
    const shut: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      await elapse(3_600_000);
      await db.query(`SELECT note_probe($1, 'registration', true)`, [server]);
      await note('failed');
      shut.push((await shown()).shut_ms ?? 0);
    }
    expect(shut[0]).toBeGreaterThan(28_000);
    expect(shut[0]).toBeLessThanOrEqual(60_000);
    for (const ms of shut.slice(-3)) {
      expect(ms).toBeGreaterThan(290_000);
      expect(ms).toBeLessThanOrEqual(600_000);
    }
  });

  it('stays open, for longer, where a probe finds nobody', async () => {
    await note('failed', 5);
    await elapse(60_000);
    await db.query(`SELECT note_probe($1, 'registration', false)`, [server]);
    expect(await shown()).toMatchObject({ state: 'open', opened_times: 2 });
    expect((await shown()).shut_ms).toBeGreaterThan(28_000);
  });

  it('opens where more than half of twenty in a minute fail, though never five in a row', async () => {
    for (let n = 0; n < 6; n += 1) {
      await note('failed', 2);
      await note('well');
    }
    await note('failed');
    expect(await shown()).toMatchObject({ state: 'closed' });
    await note('failed');
    expect((await shown()).state).toBe('open');
  });

  it('stays closed where no more than half of them fail', async () => {
    for (let n = 0; n < 12; n += 1) {
      await note('failed');
      await note('well');
    }
    await note('failed', 2);
    expect(await shown()).toMatchObject({ state: 'closed' });
  });

  it('does not count what is more than a minute old', async () => {
    for (let n = 0; n < 6; n += 1) {
      await note('failed', 2);
      await note('well');
    }
    await elapse(61_000);
    await note('failed', 2);
    expect(await shown()).toMatchObject({ state: 'closed' });
  });

  it('wakes what only waits for the server, when the server answers again', async () => {
    const tenant = newId();
    await items(tenant, 2, { waits: true });
    await note('failed');
    expect(await claim()).toEqual([]);
    await note('well');
    expect(await claim()).toHaveLength(2);
  });
});

describe('a server that asks for a pause (429, 503 with Retry-After)', () => {
  it('gets it, longer each time, one at a time, and no failure is counted', async () => {
    await items(newId(), 40);
    await note('paused', 1, 1_000);
    const first = await shown();
    expect(first).toMatchObject({ state: 'half_open', reason: 'rate_limited', failures: 0, throttled: 1 });
    expect(first.shut_ms).toBeGreaterThan(3_000);
    expect(await claim()).toEqual([]);
    await elapse(6_000);
    expect(await claim()).toHaveLength(1);
    await note('paused', 1, 1_000);
    expect((await shown()).shut_ms).toBeGreaterThan(8_000);
    await note('paused', 1, 3_600_000);
    expect((await shown()).shut_ms).toBeGreaterThan(3_500_000);
  });

  it('[F10] is sent at most 15 requests by a storm of 60 s, with four hundred that want to go', async () => {
    await items(newId(), 400);
    let sent = 0;
    // The storm's own time: each step is a second of the gate's clock.
    for (let ms = 0; ms < 60_000; ms += 1_000) {
      const through = await claim();
      sent += through.length;
      for (let n = 0; n < through.length; n += 1) await note('paused', 1, 1_000);
      // Turned away: nothing of it is used up, it is due again a second later, so at once here.
      await db.query('UPDATE work_items SET lease_until = NULL, due_at = clock_timestamp() WHERE lease_until IS NOT NULL');
      await elapse(1_000);
    }
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThanOrEqual(15);
  });
});

describe('fairness', () => {
  it('serves hospitals in turn: one with five hundred costs another with one nothing', async () => {
    const [flood, small] = [newId(), newId()];
    await items(flood, 500);
    await items(small, 1);
    const claimed = await claim();
    expect(claimed).toHaveLength(3);
    expect(claimed.filter((row) => row.tenant_id === small)).toHaveLength(1);
  });

  it('goes round where only one may be in flight, whoever came first', async () => {
    const one = await gate({ inFlight: 1, perTenant: 1 });
    const tenants = [newId(), newId(), newId()].sort();
    for (const tenant of tenants) await items(tenant, 50, { server: one });
    const order: string[] = [];
    for (let n = 0; n < 6; n += 1) {
      const rows = await claim();
      expect(rows).toHaveLength(1);
      order.push(rows[0]?.tenant_id ?? '');
      await finish(rows);
    }
    expect(order).toEqual([...tenants, ...tenants]);
  });

  it('counts what flies by live leases: those of a worker that died are free when they run out', async () => {
    await items(newId(), 2);
    await items(newId(), 4);
    expect(await claim(32, 1)).toHaveLength(4);
    await db.query('UPDATE work_items SET lease_until = clock_timestamp() WHERE lease_until IS NOT NULL');
    expect(await claim()).toHaveLength(4);
    expect(await claim()).toEqual([]);
  });

  it('a sick server holds no more than its own four of a worker of 32', async () => {
    await items(newId(), 100);
    await items(newId(), 100);
    const others = await Promise.all(Array.from({ length: 19 }, () => gate()));
    for (const other of others) await items(newId(), 1, { server: other });
    const claimed = await claim();
    expect(claimed).toHaveLength(4 + 19);
  });
});

describe('the limit of a server', () => {
  interface Paid {
    readonly at: number;
    readonly cost: number;
  }

  /**
   * What is let through while the gate's clock goes on by `steps` times `stepMs`: its times are set back, and added to those at
   * which the database says that it let something through, so it does not matter how long the test itself takes.
   */
  const through = (id: string, steps: number, stepMs: number): Promise<Paid[]> =>
    db.query<Paid & Record<string, unknown>>('SELECT at, cost FROM let_through($1, $2, $3)', [id, steps, stepMs]);
  beforeAll(() =>
    // The lease begins, and here ends, at the moment of the claim.
    db.query(`
      CREATE FUNCTION let_through(server uuid, steps integer, step_ms integer) RETURNS TABLE (at double precision, cost integer)
      LANGUAGE plpgsql AS $$
      BEGIN
        FOR step IN 0 .. steps - 1 LOOP
          PERFORM claim_work('w', 32, 0);
          RETURN QUERY WITH gone AS (DELETE FROM work_items w WHERE w.lease_owner = 'w' RETURNING w.lease_until, w.cost)
            SELECT extract(epoch FROM lease_until)::double precision * 1000 + step * step_ms, gone.cost::integer FROM gone;
          UPDATE upstream_gates SET refilled_at = refilled_at - step_ms * interval '1 millisecond',
                 spent_at = ARRAY(SELECT x - step_ms * interval '1 millisecond' FROM unnest(spent_at) AS x)
           WHERE authorization_server_id = server;
        END LOOP;
      END $$`),
  );
  /** The most that was paid for within one second, wherever it begins. */
  const busiest = (paid: readonly Paid[]): number =>
    Math.max(...paid.map(({ at }) => sum(paid.filter((other) => other.at >= at && other.at < at + 1_000))));
  const sum = (paid: readonly Paid[]): number => paid.reduce((all, { cost }) => all + cost, 0);

  it('[H-12] holds in every second, wherever it begins, though a second of silence was saved up; and all of it is used', async () => {
    const five = await gate({ inFlight: 60, perTenant: 60, perSecond: 5 });
    await items(newId(), 200, { server: five });
    const paid = await through(five, 100, 100);
    expect(busiest(paid)).toBe(5);
    // Ten seconds at least went by.
    expect(sum(paid)).toBeGreaterThanOrEqual(45);
  });

  it('[H-12] is kept by what reads, writes and proves, too: a claim pays for every request that it may lead to', async () => {
    const five = await gate({ inFlight: 60, perTenant: 60, perSecond: 5 });
    await items(newId(), 40, { server: five, cost: 3 });
    await items(newId(), 40, { server: five, cost: 1 });
    const paid = await through(five, 100, 100);
    expect(busiest(paid)).toBeLessThanOrEqual(5);
    expect(paid.filter(({ cost }) => cost === 3).length).toBeGreaterThanOrEqual(9);
  });

  it('[H-12] of what costs more than a second of the server lets one through, tells it to keep its distance, and waits for the debt', async () => {
    const slow = await gate({ inFlight: 60, perTenant: 60, perSecond: 0.5 });
    await items(newId(), 40, { server: slow, cost: 3 });
    const [first] = await db.query<{ pace_ms: number | null }>(`SELECT pace_ms FROM claim_work('w', 32, 60000)`);
    expect(first?.pace_ms).toBe(2_000);
    // What is too much for a second of one server is not for another.
    await items(newId(), 1, { cost: 3 });
    expect(await db.query(`SELECT 1 FROM claim_work('w', 32, 60000) WHERE pace_ms IS NULL`)).toHaveLength(1);
    await db.query('DELETE FROM work_items WHERE lease_owner IS NOT NULL');
    const paid = await through(slow, 61, 1_000);
    expect(paid.length).toBeGreaterThanOrEqual(9);
    const gaps = paid.slice(1).map(({ at }, n) => at - (paid[n]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5_900);
  });
});
