import type { Clock } from '@registrar/clock';
import type { Database, Transaction, UnitOfWork } from '@registrar/database';
import { upstreamsFor } from '@registrar/ehrs';
import { scheduleUnsynced, SYNCS_AT_A_TIME, takeDueSyncs } from './due-syncs.repository.js';
import { readsSafely } from './manageability.js';
import { beginOperations } from './start-operation.js';
import { upstreamOf } from './upstream-of.js';
import type { WorkUpstream } from './work.js';

/**
 * Begins comparisons where a read changes nothing at the server (J-09), and by a token where whole clients expire there without a
 * word (H-08), each registration once a week at a moment of its own. Two
 * workers that look at once take different ones, and whoever dies loses at most the week's comparison of what it had taken.
 */
export class SyncScheduler {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    /** Called when operations were started. */
    private readonly started: () => void,
    private readonly complain: (error: unknown) => void,
  ) {}

  /** Looks at every workspace; one workspace's trouble is not the next one's. Never rejects. */
  async look(): Promise<void> {
    try {
      // The one row that each workspace has among the routing rows names them all.
      const workspaces = await this.database.routing<{ id: string }>(`SELECT workspace_id AS id FROM work_items WHERE kind = 'rotations'`);
      for (const { id } of workspaces) await this.#workspace(id).catch(this.complain);
    } catch (error) {
      this.complain(error);
    }
  }

  async #workspace(workspaceId: string): Promise<void> {
    const scope: UnitOfWork = { workspaceId, actor: { type: 'system', id: 'scheduler' }, requestId: 'sync' };
    for (let more = true; more;) {
      const now = this.clock.now();
      const fresh = await this.database.transaction(scope, (tx) => scheduleUnsynced(tx, now));
      const due = await this.database.transaction(scope, (tx) => this.#begin(tx, now));
      if (due.begun > 0) this.started();
      more = fresh === SYNCS_AT_A_TIME || due.taken === SYNCS_AT_A_TIME;
    }
  }

  async #begin(tx: Transaction, now: Date): Promise<{ readonly taken: number; readonly begun: number }> {
    const due = await takeDueSyncs(tx, now);
    const upstreams = await upstreamsFor(tx, [...new Set(due.map(({ ehrId }) => ehrId))]);
    const safe = due.filter(({ ehrId }) => {
      const upstream = upstreams.get(ehrId);
      return upstream?.status === 'ready' && mayCompare(upstreamOf(upstream));
    });
    const wanted = safe.map(({ id }) => ({ registrationId: id, kind: 'sync' as const, input: { cause: 'scheduled' } }));
    const begun = wanted.length === 0 ? new Map<string, string>() : await beginOperations(tx, wanted, now);
    return { taken: due.length, begun: begun.size };
  }
}

function mayCompare(upstream: WorkUpstream): boolean {
  return readsSafely({ upstream }) || upstream.quirks.clientExpires;
}
