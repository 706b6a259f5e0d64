/**
 * Hospitals that have due work at one server, in turn: from behind the one that was served last, once around. It steps from
 * one hospital to the next along the index, so a hospital with ten thousand items costs no more than one with one.
 */
export const DUE_TENANTS = `
CREATE FUNCTION due_tenants(server uuid, of_budget text, served uuid, most integer, now_at timestamptz)
RETURNS TABLE (tenant uuid, turn integer)
LANGUAGE plpgsql STABLE AS $$
DECLARE
  behind uuid := coalesce(served, '00000000-0000-0000-0000-000000000000');
  around boolean := served IS NULL;
  n integer := 0;
BEGIN
  WHILE n < most LOOP
    SELECT w.tenant_id INTO tenant FROM work_items w
     WHERE w.authorization_server_id = server AND w.budget = of_budget AND w.tenant_id > behind
       AND w.due_at <= now_at AND (w.lease_until IS NULL OR w.lease_until <= now_at)
     ORDER BY w.tenant_id LIMIT 1;
    IF tenant IS NOT NULL AND (NOT around OR served IS NULL OR tenant <= served) THEN
      n := n + 1; turn := n; behind := tenant;
      RETURN NEXT;
    ELSE
      EXIT WHEN around;
      around := true; behind := '00000000-0000-0000-0000-000000000000';
    END IF;
  END LOOP;
END $$`;

/**
 * Claims due work as claim-work.ts says, with three things more. A gate whose breaker is open lets nothing through until a
 * probe has found the server alive. Of a gate, hospitals are served in turn (due_tenants), so whoever floods a shared server
 * is served as often as the others, and no more is read than can be claimed. Who was served last is kept with the gate.
 */
export const CLAIM_WORK_BY_TURN = `
CREATE OR REPLACE FUNCTION claim_work(owner text, capacity integer, lease_ms integer)
RETURNS TABLE (id uuid, workspace_id uuid, tenant_id uuid, kind text, subject_id uuid, authorization_server_id uuid, fence bigint)
LANGUAGE plpgsql SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE now_at timestamptz := clock_timestamp();
BEGIN
  RETURN QUERY
  WITH gate AS (
    SELECT g.authorization_server_id, g.budget, g.max_in_flight, g.max_in_flight_per_tenant, g.per_second, g.state, g.served_tenant_id,
           least(greatest(1, g.per_second)::double precision, g.tokens + extract(epoch FROM now_at - g.refilled_at) * g.per_second) AS tokens
      FROM upstream_gates g
     WHERE g.state <> 'open' AND (g.open_until IS NULL OR g.open_until <= now_at)
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
    SELECT o.authorization_server_id, o.budget, o.room, o.max_in_flight_per_tenant, w.id, w.tenant_id, w.due_at, w.priority, w.flies, w.ring,
           row_number() OVER (PARTITION BY o.authorization_server_id, o.budget, w.tenant_id
             ORDER BY w.flies DESC, w.priority, w.due_at, w.id) AS turn
      FROM open o CROSS JOIN LATERAL (
        (SELECT i.id, i.tenant_id, i.due_at, i.priority, true AS flies, 0 AS ring FROM work_items i
          WHERE i.authorization_server_id = o.authorization_server_id AND i.budget = o.budget AND i.lease_until > now_at)
        UNION ALL
        (SELECT i.id, i.tenant_id, i.due_at, i.priority, false, t.turn
           FROM due_tenants(o.authorization_server_id, o.budget, o.served_tenant_id, o.max_in_flight, now_at) t
          CROSS JOIN LATERAL (SELECT x.id, x.tenant_id, x.due_at, x.priority FROM work_items x
            WHERE x.authorization_server_id = o.authorization_server_id AND x.budget = o.budget AND x.tenant_id = t.tenant
              AND x.due_at <= now_at AND (x.lease_until IS NULL OR x.lease_until <= now_at)
            ORDER BY x.priority, x.due_at LIMIT o.max_in_flight_per_tenant) i)) w
     WHERE o.room > 0
  ), fair AS (
    SELECT d.id, d.room, d.due_at,
           row_number() OVER (PARTITION BY d.authorization_server_id, d.budget ORDER BY d.turn, d.priority, d.ring, d.due_at, d.id) AS place
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
           fence = nextval('fences'), deliveries = w.deliveries + 1, waits_for_server = false
      FROM pick
     WHERE w.id = pick.id AND (w.lease_until IS NULL OR w.lease_until <= now_at)
    RETURNING w.*
  ), spent AS (
    UPDATE upstream_gates g SET tokens = gate.tokens - n.n, refilled_at = now_at, served_tenant_id = n.served
      FROM gate JOIN (
        SELECT c.authorization_server_id, c.budget, count(*) AS n, (array_agg(c.tenant_id ORDER BY d.ring DESC))[1] AS served
          FROM claimed c JOIN due d ON d.id = c.id GROUP BY 1, 2) n
        USING (authorization_server_id, budget)
     WHERE g.authorization_server_id = gate.authorization_server_id AND g.budget = gate.budget
  )
  SELECT c.id, c.workspace_id, c.tenant_id, c.kind, c.subject_id, c.authorization_server_id, c.fence FROM claimed c;
END $$`;
