/**
 * Claims due work for the free capacity of one worker, through the gates: budget, in flight (counted from live leases, so
 * a crash leaks nothing), breaker, and fairness between tenants. The database's clock is the only one. Gates that another
 * worker is claiming through are passed over. Each claim draws a new fence from one sequence, so fences only ever grow.
 *
 * It is planned once for each connection, and row by row along the indexes: the table is empty most of the time, so whatever
 * statistics it has tell the planner to read all of it for each gate, and for each item, of a queue that is long just then.
 * What flies already is counted in the same window as what is due, for the same reason: their join would cost their product.
 */
export const CLAIM_WORK = `
CREATE FUNCTION claim_work(owner text, capacity integer, lease_ms integer)
RETURNS TABLE (id uuid, workspace_id uuid, tenant_id uuid, kind text, subject_id uuid, authorization_server_id uuid, fence bigint)
LANGUAGE plpgsql SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE now_at timestamptz := clock_timestamp();
BEGIN
  RETURN QUERY
  WITH gate AS (
    SELECT g.authorization_server_id, g.budget, g.max_in_flight, g.max_in_flight_per_tenant, g.per_second, g.state,
           least(greatest(1, g.per_second)::double precision, g.tokens + extract(epoch FROM now_at - g.refilled_at) * g.per_second) AS tokens
      FROM upstream_gates g
     WHERE (g.open_until IS NULL OR g.open_until <= now_at)
       AND EXISTS (SELECT 1 FROM work_items w WHERE w.authorization_server_id = g.authorization_server_id AND w.budget = g.budget
                      AND w.due_at <= now_at AND (w.lease_until IS NULL OR w.lease_until <= now_at))
     ORDER BY g.authorization_server_id, g.budget
     LIMIT 256
       FOR UPDATE SKIP LOCKED
  ), open AS (
    SELECT g.*, greatest(0, least(CASE g.state WHEN 'half_open' THEN 1 ELSE g.max_in_flight END - f.n, floor(g.tokens))) AS room
      FROM gate g CROSS JOIN LATERAL (
        SELECT count(*) AS n FROM work_items w
         WHERE w.authorization_server_id = g.authorization_server_id AND w.budget = g.budget AND w.lease_until > now_at) f
  ), due AS (
    SELECT o.authorization_server_id, o.budget, o.room, o.max_in_flight_per_tenant, w.id, w.due_at, w.priority, w.flies,
           row_number() OVER (PARTITION BY o.authorization_server_id, o.budget, w.tenant_id
             ORDER BY w.flies DESC, w.priority, w.due_at, w.id) AS turn
      FROM open o CROSS JOIN LATERAL (
        (SELECT i.id, i.tenant_id, i.due_at, i.priority, true AS flies FROM work_items i
          WHERE i.authorization_server_id = o.authorization_server_id AND i.budget = o.budget AND i.lease_until > now_at)
        UNION ALL
        (SELECT i.id, i.tenant_id, i.due_at, i.priority, false FROM work_items i
          WHERE i.authorization_server_id = o.authorization_server_id AND i.budget = o.budget
            AND i.due_at <= now_at AND (i.lease_until IS NULL OR i.lease_until <= now_at)
          ORDER BY i.priority, i.due_at LIMIT 128)) w
     WHERE o.room > 0
  ), fair AS (
    SELECT d.id, d.room, d.due_at,
           row_number() OVER (PARTITION BY d.authorization_server_id, d.budget ORDER BY d.turn, d.priority, d.due_at, d.id) AS place
      FROM due d WHERE NOT d.flies AND d.turn <= d.max_in_flight_per_tenant
  ), ungated AS (
    SELECT w.id, w.due_at FROM work_items w
     WHERE w.kind = 'operation' AND w.authorization_server_id IS NULL AND w.due_at <= now_at AND (w.lease_until IS NULL OR w.lease_until <= now_at)
     ORDER BY w.priority, w.due_at LIMIT capacity
  ), chosen AS (
    SELECT c.id FROM (
      SELECT f.id, f.place, f.due_at FROM fair f WHERE f.place <= f.room
      UNION ALL SELECT u.id, 0, u.due_at FROM ungated u) c
     ORDER BY c.place, c.due_at LIMIT capacity
  ), pick AS MATERIALIZED (
    SELECT i.id FROM chosen CROSS JOIN LATERAL (SELECT x.id FROM work_items x WHERE x.id = chosen.id FOR UPDATE SKIP LOCKED) i
  ), claimed AS (
    UPDATE work_items w SET lease_owner = owner, lease_until = now_at + lease_ms * interval '1 millisecond',
           fence = nextval('fences'), deliveries = w.deliveries + 1
      FROM pick
     WHERE w.id = pick.id AND (w.lease_until IS NULL OR w.lease_until <= now_at)
    RETURNING w.*
  ), spent AS (
    UPDATE upstream_gates g SET tokens = gate.tokens - n.n, refilled_at = now_at
      FROM gate JOIN (SELECT c.authorization_server_id, c.budget, count(*) AS n FROM claimed c GROUP BY 1, 2) n
        USING (authorization_server_id, budget)
     WHERE g.authorization_server_id = gate.authorization_server_id AND g.budget = gate.budget
  )
  SELECT c.id, c.workspace_id, c.tenant_id, c.kind, c.subject_id, c.authorization_server_id, c.fence FROM claimed c;
END $$`;
