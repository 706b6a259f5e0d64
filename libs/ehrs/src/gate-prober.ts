import type { Database, UnitOfWork } from '@registrar/database';
import { OutboundFailure } from '@registrar/outbound';
import type { EhrRoads } from './ehr-roads.js';
import { probeUrl } from './probe-url.js';

interface DueGate {
  readonly authorization_server_id: string;
  readonly budget: 'registration' | 'token';
  readonly workspace_id: string;
}

const PROBE_MS = 10_000;
const MAX_BYTES = 1024 * 1024;
/** How many servers are probed at once. */
const AT_ONCE = 16;

// Taken for as long as the probe may last, by the database's clock: of several workers one probes, and one that dies is followed.
const TAKE = `
WITH taken AS (UPDATE upstream_gates g SET open_until = clock_timestamp() + interval '20 seconds'
  FROM (SELECT x.authorization_server_id, x.budget FROM upstream_gates x WHERE x.state = 'open' AND x.open_until <= clock_timestamp()
         ORDER BY x.open_until LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED) due
 WHERE g.authorization_server_id = due.authorization_server_id AND g.budget = due.budget
RETURNING g.authorization_server_id, g.budget, g.workspace_id)
SELECT * FROM taken`;

/**
 * Looks whether servers whose breaker is open have come back: by a GET of a metadata document, which changes nothing there, never
 * by the write that failed. One that answers is half open from then on: one exchange at a time, until one has gone well.
 */
export class GateProber {
  constructor(
    private readonly database: Database,
    private readonly roads: EhrRoads,
    private readonly complain: (authorizationServerId: string, error: unknown) => void,
  ) {}

  async look(): Promise<void> {
    const due = await this.database.routing<DueGate>(TAKE, []);
    const servers = new Map<string, DueGate[]>();
    for (const gate of due) servers.set(gate.authorization_server_id, [...(servers.get(gate.authorization_server_id) ?? []), gate]);
    await Promise.all([...servers].map(([id, gates]) => this.#probe(id, gates)));
  }

  async #probe(id: string, gates: readonly DueGate[]): Promise<void> {
    try {
      const [first] = gates;
      if (!first) return;
      const alive = await this.#isAlive(
        { workspaceId: first.workspace_id, actor: { type: 'system', id: 'prober' }, requestId: 'probe' },
        id,
      );
      await this.database.routing('SELECT note_probe($1, budget, $2) FROM unnest($3::text[]) AS i (budget)', [
        id,
        alive,
        gates.map((gate) => gate.budget),
      ]);
    } catch (error) {
      this.complain(id, error);
    }
  }

  async #isAlive(scope: UnitOfWork, id: string): Promise<boolean> {
    const probe = await this.database.transaction(scope, (tx) => probeUrl(tx, id));
    // A server that publishes nothing can only be asked by going on with one exchange.
    if (probe === undefined) return true;
    const outbound = await this.roads.to({ workspaceId: scope.workspaceId, ...probe });
    const request = { method: 'GET', url: probe.url, deadlineMs: PROBE_MS, maxBytes: MAX_BYTES, connection: 'fresh' } as const;
    try {
      const { status } = await outbound.request({ ...request, partition: `${scope.workspaceId}:probe` });
      return status < 500 && status !== 429;
    } catch (error) {
      if (!(error instanceof OutboundFailure)) throw error;
      // Whatever it says, it is there.
      return error.code === 'redirected' || error.code === 'too_large';
    }
  }
}
