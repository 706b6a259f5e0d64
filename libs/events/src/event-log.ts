import type { Clock } from '@registrar/clock';
import { COMMIT_ORDER, insertRows, type Transaction } from '@registrar/database';
import type { NewEvent, StoredEvent } from './event.js';

const COLUMNS = {
  workspace_id: 'uuid',
  position: 'bigint',
  id: 'uuid',
  type: 'text',
  tenant_id: 'uuid',
  subject_type: 'text',
  subject_id: 'uuid',
  data: 'jsonb',
  at: 'timestamptz',
} as const;

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

  /** Up to `limit` events after a position, in order, as far as the transaction's scope may see them. */
  async read(tx: Transaction, after: number, limit: number): Promise<StoredEvent[]> {
    const rows = await tx.prepared<StoredEvent & { position: string }>(
      `SELECT position, id, type, tenant_id AS "tenantId", subject_type AS "subjectType", subject_id AS "subjectId", data, at
         FROM events WHERE position > $1 ORDER BY position LIMIT $2`,
      [after, limit],
    );
    return rows.map((row) => ({ ...row, position: Number(row.position) }));
  }

  async #write(tx: Transaction, events: readonly NewEvent[]): Promise<void> {
    const { workspaceId } = tx.scope;
    // Whatever is appended from here on would be lost without a word: let it fail instead.
    Object.freeze(events);
    const [head] = await tx.prepared<{ position: string }>(
      `INSERT INTO event_heads (workspace_id, position) VALUES ($1, $2) ON CONFLICT (workspace_id) DO UPDATE SET position = event_heads.position + $2 RETURNING position`,
      [workspaceId, events.length],
    );
    const first = Number(head?.position ?? 0) - events.length + 1;
    const at = this.clock.now();
    const rows = events.map((event, index) => ({
      workspace_id: workspaceId,
      position: first + index,
      id: this.newId(),
      type: event.type,
      tenant_id: event.tenantId,
      subject_type: event.subject.type,
      subject_id: event.subject.id,
      data: event.data ?? {},
      at,
    }));
    await insertRows(tx, 'events', COLUMNS, rows);
    await tx.prepared(`SELECT pg_notify('events', $1)`, [workspaceId]);
  }
}
