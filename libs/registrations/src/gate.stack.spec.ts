import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '@registrar/vault';
import { gatesOf, type Gates } from '../../../test/support/gates.js';
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

let db: TestDatabase;
let gates: Gates;
let server: string;
beforeAll(async () => {
  db = await testDatabase();
  gates = gatesOf(db);
});
afterAll(() => db.drop());
beforeEach(async () => {
  await gates.clear();
  server = await gates.open();
});

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
  gates.items(tenant, count, { server, ...more });
const serversOf = async (rows: readonly { readonly id: string }[]): Promise<string[]> => {
  const ids = rows.map(({ id }) => id);
  const found = await db.query<{ server: string }>('SELECT authorization_server_id AS server FROM work_items WHERE id = ANY ($1::uuid[])', [
    ids,
  ]);
  return found.map(({ server: id }) => id);
};
const claim = (capacity?: number, leaseMs?: number) => gates.claim(capacity, leaseMs);

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

  it('forgives no debt when it closes: what was let through is paid all the same (H-12)', async () => {
    const debt = () => db.query(`UPDATE upstream_gates SET tokens = -3, refilled_at = clock_timestamp(), per_second = 0.01`);
    await debt();
    await note('failed', 5);
    await db.query(`SELECT note_probe($1, 'registration', true)`, [server]);
    expect((await shown()).tokens).toBeLessThan(-2);
    await note('well');
    const closed = await shown();
    expect(closed.state).toBe('closed');
    expect(closed.tokens).toBeLessThan(-2);
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

  it('serves them in turn whatever their work is: urgent work of one holds up nobody else (fairness between tenants)', async () => {
    const slow = await gates.open({ inFlight: 4, perTenant: 2, perSecond: 3 });
    const [busy, other] = [newId(), newId()];
    await items(busy, 20, { server: slow, cost: 3 });
    await db.query('UPDATE work_items SET priority = 50');
    await items(other, 1, { server: slow });
    const served: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      const claimed = await claim();
      served.push(...claimed.map(({ tenant_id }) => tenant_id));
      await gates.finish(claimed);
      // A second goes by.
      await db.query(`UPDATE upstream_gates SET tokens = per_second, spent_at = '{}', spent = '{}' WHERE authorization_server_id = $1`, [
        slow,
      ]);
    }
    expect(served).toContain(other);
    expect(served).toContain(busy);
  });

  it('goes round where only one may be in flight, whoever came first', async () => {
    const one = await gates.open({ inFlight: 1, perTenant: 1 });
    const tenants = [newId(), newId(), newId()].sort();
    for (const tenant of tenants) await items(tenant, 50, { server: one });
    const order: string[] = [];
    for (let n = 0; n < 6; n += 1) {
      const rows = await claim();
      expect(rows).toHaveLength(1);
      order.push(rows[0]?.tenant_id ?? '');
      await gates.finish(rows);
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

  it('serves servers in turn, where more have due work than one claim looks at', async () => {
    const open = new Set(await Promise.all(Array.from({ length: 300 }, () => gates.open())));
    for (const id of open) await items(newId(), 5, { server: id });
    const seen = new Set<string>();
    // 32 at a time, so ten claims are 320: each of the 300 has had its turn before any has its second.
    for (let claims = 0; claims < 10; claims += 1) {
      const claimed = await claim();
      for (const id of await serversOf(claimed)) seen.add(id);
      await gates.finish(claimed);
    }
    expect(seen).toEqual(open);
  });

  it('a sick server holds no more than its own four of a worker of 32', async () => {
    await items(newId(), 100);
    await items(newId(), 100);
    const others = await Promise.all(Array.from({ length: 19 }, () => gates.open()));
    for (const other of others) await items(newId(), 1, { server: other });
    const claimed = await claim();
    expect(claimed).toHaveLength(4 + 19);
  });
});
