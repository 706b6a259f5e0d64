import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '@registrar/vault';
import { testDatabase, type TestDatabase } from '../../../test/support/index.js';
import { gatesOf, type Gates } from '../../../test/support/gates.js';

let db: TestDatabase;
let gates: Gates;
beforeAll(async () => {
  db = await testDatabase();
  gates = gatesOf(db);
});
afterAll(() => db.drop());
beforeEach(() => gates.clear());

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
    const five = await gates.open({ inFlight: 60, perTenant: 60, perSecond: 5 });
    await gates.items(newId(), 200, { server: five });
    const paid = await through(five, 100, 100);
    expect(busiest(paid)).toBe(5);
    // Ten seconds at least went by.
    expect(sum(paid)).toBeGreaterThanOrEqual(45);
  });

  it('[H-12] is kept by what reads, writes and proves, too: a claim pays for every request that it may lead to', async () => {
    const five = await gates.open({ inFlight: 60, perTenant: 60, perSecond: 5 });
    await gates.items(newId(), 40, { server: five, cost: 3 });
    await gates.items(newId(), 40, { server: five, cost: 1 });
    const paid = await through(five, 100, 100);
    expect(busiest(paid)).toBeLessThanOrEqual(5);
    expect(paid.filter(({ cost }) => cost === 3).length).toBeGreaterThanOrEqual(9);
  });

  it('[H-12] of what costs more than a second of the server lets one through, tells it to keep its distance, and waits for the debt', async () => {
    const slow = await gates.open({ inFlight: 60, perTenant: 60, perSecond: 0.5 });
    await gates.items(newId(), 40, { server: slow, cost: 3 });
    const [first] = await db.query<{ pace_ms: number | null }>(`SELECT pace_ms FROM claim_work('w', 32, 60000)`);
    expect(first?.pace_ms).toBe(2_000);
    // What is too much for a second of one server is not for another.
    await gates.items(newId(), 1, { server: await gates.open(), cost: 3 });
    expect(await db.query(`SELECT 1 FROM claim_work('w', 32, 60000) WHERE pace_ms IS NULL`)).toHaveLength(1);
    await db.query('DELETE FROM work_items WHERE lease_owner IS NOT NULL');
    const paid = await through(slow, 61, 1_000);
    expect(paid.length).toBeGreaterThanOrEqual(9);
    const gaps = paid.slice(1).map(({ at }, n) => at - (paid[n]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5_900);
  });
});
