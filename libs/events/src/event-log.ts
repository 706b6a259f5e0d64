import type { Clock } from '@registrar/clock';
import { COMMIT_ORDER, type Transaction } from '@registrar/database';
import type { NewEvent, StoredEvent } from './event.js';

// One statement, because all writers of a workspace wait for whoever holds its head.
const WRITE = `
WITH head AS (
  INSERT INTO event_heads (workspace_id, position) VALUES ($1, cardinality($2::uuid[]))
  ON CONFLICT (workspace_id) DO UPDATE SET position = event_heads.position + cardinality($2::uuid[]) RETURNING position
), written AS (
  INSERT INTO events (workspace_id, position, id, type, tenant_id, subject_type, subject_id, data, at)
  SELECT $1, head.position - cardinality($2::uuid[]) + i.place, i.id, i.type, i.tenant_id, i.subject_type, i.subject_id, i.data, $8
    FROM head, unnest($2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::uuid[], $7::jsonb[]) WITH ORDINALITY
         AS i (id, type, tenant_id, subject_type, subject_id, data, place)
)
SELECT pg_notify('events', $1::text)`;

// Row-level security knows hospitals; who is bound to an application or environment hears of its registrations, of hospitals, and of the EHRs there.
const WITHIN_BINDINGS = `($3::uuid IS NULL AND $4::text IS NULL OR CASE subject_type
  WHEN 'registration' THEN EXISTS (SELECT 1 FROM registrations r WHERE r.workspace_id = e.workspace_id AND r.id = e.subject_id
    AND ($3::uuid IS NULL OR r.application_id = $3) AND ($4::text IS NULL OR r.environment = $4))
  WHEN 'application' THEN $3::uuid IS NULL OR e.subject_id = $3
  WHEN 'ehr' THEN EXISTS (SELECT 1 FROM ehrs x WHERE x.workspace_id = e.workspace_id AND x.id = e.subject_id AND ($4::text IS NULL OR x.environment = $4))
  ELSE subject_type = 'tenant' END)`;

/**
 * The outgoing log. Positions are drawn from the workspace's head, whose lock is held until the commit: they are
 * gapless and stand in the order of the commits, so a reader that has seen position n will never find a new event below n.
 */
export class EventLog {
  readonly #pending = new WeakMap<Transaction, NewEvent[]>();

  constructor(
    private readonly clock: Clock,
    private readonly newId: () => string,
  ) {}

  /** Appends an event; it is written last before the commit, after the audit entries. */
  append(tx: Transaction, event: NewEvent): void {
    const events = this.#pending.get(tx);
    if (events) {
      events.push(event);
      return;
    }
    const first = [event];
    this.#pending.set(tx, first);
    tx.beforeCommit(COMMIT_ORDER.events, () => this.#write(tx, first));
  }

  /** Up to `limit` events after a position, in order, as far as the transaction's scope may see them: its hospitals, application and environment. */
  async read(tx: Transaction, after: number, limit: number): Promise<StoredEvent[]> {
    const rows = await tx.prepared<StoredEvent & { position: string }>(
      `SELECT position, id, type, tenant_id AS "tenantId", subject_type AS "subjectType", subject_id AS "subjectId", data, at
         FROM events e WHERE position > $1 AND ${WITHIN_BINDINGS} ORDER BY position LIMIT $2`,
      [after, limit, tx.scope.applicationId ?? null, tx.scope.environment ?? null],
    );
    return rows.map((row) => ({ ...row, position: Number(row.position) }));
  }

  /** The position of the newest event; 0 where there is none. */
  async latest(tx: Transaction): Promise<number> {
    const [head] = await tx.prepared<{ position: string }>('SELECT position FROM event_heads');
    return Number(head?.position ?? 0);
  }

  async #write(tx: Transaction, events: readonly NewEvent[]): Promise<void> {
    const { workspaceId } = tx.scope;
    // Whatever is appended from here on would be lost without a word: let it fail instead.
    Object.freeze(events);
    await tx.prepared(WRITE, [
      workspaceId,
      events.map(() => this.newId()),
      events.map((event) => event.type),
      events.map((event) => event.tenantId ?? null),
      events.map((event) => event.subject.type),
      events.map((event) => event.subject.id),
      events.map((event) => JSON.stringify(event.data ?? {})),
      this.clock.now(),
    ]);
  }
}
