/**
 * What one exchange says of a server, taken down at its gate. `failed`: it did not answer, or with an error of its own: five in
 * a row, or more than half of twenty within 60 s (counted from the first of them that failed), open the breaker for 30 s,
 * doubling to 10 min, with jitter; one failure is enough while it is half open. `paused`: it asked to be left alone, which
 * counts as no failure: the gate shuts for as long as it said, and longer each time it says so again (5 s, doubling to 60 s),
 * and then lets one through at a time. `well`: it answered; the gate opens, and fills from one, or from its debt. What only waited for the
 * server to come back is due at once. A healthy server that answers costs no lock and no write.
 */
export const NOTE_GATE = `
CREATE OR REPLACE FUNCTION note_gate(server uuid, of_budget text, sign text, asked_ms bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  g upstream_gates;
  now_at timestamptz := clock_timestamp();
  opens boolean;
BEGIN
  IF sign = 'well' AND NOT EXISTS (SELECT 1 FROM upstream_gates x WHERE x.authorization_server_id = server AND x.budget = of_budget
       AND (x.state <> 'closed' OR x.failures > 0 OR x.throttled > 0 OR x.window_from IS NOT NULL)) THEN
    RETURN;
  END IF;
  SELECT * INTO g FROM upstream_gates x WHERE x.authorization_server_id = server AND x.budget = of_budget FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  IF g.window_from <= now_at - interval '60 seconds' OR (g.window_total >= 20 AND g.window_failed * 2 <= g.window_total) THEN
    g.window_from := NULL; g.window_total := 0; g.window_failed := 0;
  END IF;
  IF sign = 'failed' THEN
    g.window_from := coalesce(g.window_from, now_at);
    g.window_total := g.window_total + 1; g.window_failed := g.window_failed + 1; g.failures := g.failures + 1;
    opens := g.state = 'half_open' OR g.failures >= 5 OR (g.window_total >= 20 AND g.window_failed * 2 > g.window_total);
    IF opens AND g.state <> 'open' THEN
      g.state := 'open'; g.reason := 'ehr_unreachable';
      g.open_until := now_at + (0.5 + random() / 2) * least(600, 30 * 2 ^ least(g.opened_times, 10)) * interval '1 second';
      g.opened_times := g.opened_times + 1;
      g.window_from := NULL; g.window_total := 0; g.window_failed := 0;
    END IF;
  ELSIF sign = 'paused' THEN
    IF g.state <> 'open' THEN
      IF g.open_until IS NULL OR g.open_until <= now_at THEN
        asked_ms := greatest(asked_ms, least(60, 5 * 2 ^ least(g.throttled, 10)) * 1000);
        g.throttled := g.throttled + 1;
      END IF;
      g.state := 'half_open'; g.reason := 'rate_limited';
      g.open_until := greatest(g.open_until, now_at + asked_ms * interval '1 millisecond');
    END IF;
  ELSIF g.state = 'half_open' AND g.open_until > now_at THEN
    -- Sent before the server asked for a pause: it keeps the pause.
    g.failures := 0;
  ELSE
    IF g.window_from IS NOT NULL THEN g.window_total := g.window_total + 1; END IF;
    IF g.state <> 'closed' THEN
      g.tokens := least(1, g.tokens + extract(epoch FROM now_at - g.refilled_at) * g.per_second); g.refilled_at := now_at; g.open_until := NULL; g.reason := NULL; g.state := 'closed';
    END IF;
    PERFORM wake_waiting(server, of_budget);
    g.failures := 0; g.opened_times := 0; g.throttled := 0;
  END IF;
  UPDATE upstream_gates x SET state = g.state, reason = g.reason, open_until = g.open_until, failures = g.failures, opened_times = g.opened_times,
         throttled = g.throttled, window_from = g.window_from, window_total = g.window_total, window_failed = g.window_failed,
         tokens = g.tokens, refilled_at = g.refilled_at
   WHERE x.authorization_server_id = server AND x.budget = of_budget;
END $$`;

/** What waits for nothing but the server is due now: it has come back. */
export const WAKE_WAITING = `
CREATE FUNCTION wake_waiting(server uuid, of_budget text) RETURNS void
LANGUAGE sql AS $$
  UPDATE work_items w SET due_at = clock_timestamp(), waits_for_server = false
    FROM (SELECT x.id FROM work_items x WHERE x.authorization_server_id = server AND x.budget = of_budget AND x.waits_for_server
             AND x.due_at > clock_timestamp() AND x.lease_until IS NULL FOR UPDATE SKIP LOCKED) woken
   WHERE w.id = woken.id
$$`;

/** What a probe found: alive, and one is let through at a time from now on; else the breaker stays open, for longer. */
export const NOTE_PROBE = `
CREATE OR REPLACE FUNCTION note_probe(server uuid, of_budget text, alive boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE upstream_gates g
     SET state = CASE WHEN alive THEN 'half_open' ELSE g.state END,
         tokens = CASE WHEN alive THEN least(1, g.tokens + extract(epoch FROM clock_timestamp() - g.refilled_at) * g.per_second) ELSE g.tokens END,
         refilled_at = CASE WHEN alive THEN clock_timestamp() ELSE g.refilled_at END,
         open_until = CASE WHEN NOT alive
           THEN clock_timestamp() + (0.5 + random() / 2) * least(600, 30 * 2 ^ least(g.opened_times, 10)) * interval '1 second' END,
         opened_times = g.opened_times + CASE WHEN alive THEN 0 ELSE 1 END
   WHERE g.authorization_server_id = server AND g.budget = of_budget AND g.state = 'open';
  IF FOUND AND alive THEN PERFORM wake_waiting(server, of_budget); END IF;
END $$`;
