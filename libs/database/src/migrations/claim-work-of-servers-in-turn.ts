/**
 * Claims due work as claim-work-by-cost.ts says, and serves servers in turn, too: those that were served longest ago are
 * looked at first and served first. By id, the highest of a thousand servers would not be looked at until the others have
 * nothing more to do; by age alone, one server's ten thousand would go before another's one.
 */
export const CLAIM_WORK_OF_SERVERS_IN_TURN = `
CREATE OR REPLACE FUNCTION claim_work(owner text, capacity integer, lease_ms integer)
RETURNS TABLE (id uuid, workspace_id uuid, tenant_id uuid, kind text, subject_id uuid, authorization_server_id uuid, fence bigint, pace_ms integer, budget text)
LANGUAGE plpgsql SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE now_at timestamptz := clock_timestamp();
BEGIN
  RETURN QUERY
  WITH gate AS (
    SELECT g.authorization_server_id, g.budget, g.max_in_flight, g.max_in_flight_per_tenant, g.per_second, g.state, g.served_tenant_id,
           g.spent_at, g.spent, g.refilled_at, greatest(1, floor(g.per_second))::integer AS most,
           least(greatest(1, g.per_second)::double precision, g.tokens + extract(epoch FROM now_at - g.refilled_at) * g.per_second) AS tokens
      FROM upstream_gates g
     WHERE g.state <> 'open' AND (g.open_until IS NULL OR g.open_until <= now_at)
       AND g.tokens + extract(epoch FROM now_at - g.refilled_at) * g.per_second >= 1
       AND EXISTS (SELECT 1 FROM work_items w WHERE w.authorization_server_id = g.authorization_server_id AND w.budget = g.budget
                      AND w.due_at <= now_at AND (w.lease_until IS NULL OR w.lease_until <= now_at))
     ORDER BY g.refilled_at, g.authorization_server_id, g.budget
     LIMIT 256
       FOR UPDATE SKIP LOCKED
  ), open AS (
    SELECT g.*, f.n AS flying, greatest(0, least(CASE g.state WHEN 'half_open' THEN 1 ELSE g.max_in_flight END - f.n,
             ceil(2.0 * capacity / count(*) OVER ())))::integer AS room,
           least(floor(g.tokens), g.most - s.n) AS requests
      FROM gate g CROSS JOIN LATERAL (
        SELECT count(*) AS n FROM work_items w
         WHERE w.authorization_server_id = g.authorization_server_id AND w.budget = g.budget AND w.lease_until > now_at) f
     CROSS JOIN LATERAL (
        SELECT coalesce(sum(x.n), 0) AS n FROM unnest(g.spent_at, g.spent) AS x (at, n) WHERE x.at > now_at - interval '1 second') s
  ), due AS (
    SELECT o.authorization_server_id, o.budget, o.refilled_at, o.room, o.requests, o.most, o.max_in_flight_per_tenant, w.id, w.tenant_id, w.due_at, w.priority, w.flies, w.ring,
           CASE o.budget WHEN 'token' THEN 1 ELSE w.cost END AS cost,
           row_number() OVER (PARTITION BY o.authorization_server_id, o.budget, w.tenant_id
             ORDER BY w.flies DESC, w.priority, w.due_at, w.id) AS turn
      FROM open o CROSS JOIN LATERAL (
        (SELECT i.id, i.tenant_id, i.due_at, i.priority, i.cost, true AS flies, 0 AS ring FROM work_items i
          WHERE i.authorization_server_id = o.authorization_server_id AND i.budget = o.budget AND i.lease_until > now_at)
        UNION ALL
        (SELECT i.id, i.tenant_id, i.due_at, i.priority, i.cost, false, t.turn
           FROM due_tenants(o.authorization_server_id, o.budget, o.served_tenant_id, o.room + (o.flying / o.max_in_flight_per_tenant)::integer, now_at) t
          CROSS JOIN LATERAL (SELECT x.id, x.tenant_id, x.due_at, x.priority, x.cost FROM work_items x
            WHERE x.authorization_server_id = o.authorization_server_id AND x.budget = o.budget AND x.tenant_id = t.tenant
              AND x.due_at <= now_at AND (x.lease_until IS NULL OR x.lease_until <= now_at)
            ORDER BY x.priority, x.due_at LIMIT least(o.room, o.max_in_flight_per_tenant)) i)) w
     WHERE o.room > 0 AND o.requests > 0
  ), fair AS (
    SELECT d.id, d.room, d.requests, d.most, d.refilled_at, d.due_at, row_number() OVER turns AS place, sum(d.cost) OVER turns AS paid
      FROM due d WHERE NOT d.flies AND d.turn <= d.max_in_flight_per_tenant
    WINDOW turns AS (PARTITION BY d.authorization_server_id, d.budget
      ORDER BY d.turn, d.ring, d.priority, d.due_at, d.id ROWS UNBOUNDED PRECEDING)
  ), ungated AS (
    SELECT w.id, w.due_at FROM work_items w
     WHERE w.kind = 'operation' AND w.authorization_server_id IS NULL AND w.due_at <= now_at AND (w.lease_until IS NULL OR w.lease_until <= now_at)
     ORDER BY w.priority, w.due_at LIMIT capacity
  ), chosen AS (
    SELECT c.id FROM (
      SELECT f.id, f.place, f.refilled_at, f.due_at FROM fair f
       WHERE f.place <= f.room AND (f.paid <= f.requests OR (f.place = 1 AND f.requests >= f.most))
      UNION ALL SELECT u.id, 0, u.due_at, u.due_at FROM ungated u) c
     ORDER BY c.place, c.refilled_at, c.due_at LIMIT capacity
  ), pick AS MATERIALIZED (
    SELECT i.id FROM chosen CROSS JOIN LATERAL (SELECT x.id FROM work_items x WHERE x.id = chosen.id FOR UPDATE SKIP LOCKED) i
  ), claimed AS (
    UPDATE work_items w SET lease_owner = owner, lease_until = now_at + lease_ms * interval '1 millisecond',
           fence = nextval('fences'), deliveries = w.deliveries + 1, waits_for_server = false
      FROM pick
     WHERE w.id = pick.id AND (w.lease_until IS NULL OR w.lease_until <= now_at)
    RETURNING w.*
  ), spent AS (
    UPDATE upstream_gates g SET tokens = gate.tokens - n.n, refilled_at = now_at, served_tenant_id = n.served,
           (spent_at, spent) = (SELECT coalesce(array_agg(x.at), '{}') || now_at, coalesce(array_agg(x.n), '{}') || n.n
             FROM unnest(gate.spent_at, gate.spent) AS x (at, n) WHERE x.at > now_at - interval '1 second')
      FROM gate JOIN (
        SELECT c.authorization_server_id, c.budget, sum(d.cost)::integer AS n, (array_agg(c.tenant_id ORDER BY d.ring DESC))[1] AS served
          FROM claimed c JOIN due d ON d.id = c.id GROUP BY 1, 2) n
        USING (authorization_server_id, budget)
     WHERE g.authorization_server_id = gate.authorization_server_id AND g.budget = gate.budget
  )
  SELECT c.id, c.workspace_id, c.tenant_id, c.kind, c.subject_id, c.authorization_server_id, c.fence,
         (SELECT ceil(1000 / g.per_second)::integer FROM gate g
           WHERE g.authorization_server_id = c.authorization_server_id AND g.budget = c.budget AND c.cost > g.most AND c.budget <> 'token'), c.budget
    FROM claimed c;
END $$`;
