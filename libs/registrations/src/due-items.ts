import type { Database, Transaction, UnitOfWork } from '@registrar/database';
import { newId } from '@registrar/vault';

/** What libraries above this one have to look at again, beside operations: one row each in the routing table of work. */
export type DueKind = 'approval' | 'rollout' | 'offboarding';

/** When to look: after so many milliseconds of the database's clock, or at a business time. */
export type DueWhen = { readonly inMs: number } | { readonly at: Date };

interface DueRow {
  readonly id: string;
  readonly workspace_id: string;
  readonly subject_id: string;
}

const AT_ONCE = 100;
const AFTER_FAILURE_MS = 5_000;
const SET = `
INSERT INTO work_items (id, workspace_id, kind, subject_id, budget, due_at, wake_at, created_at)
VALUES ($1, $2, $3, $4, 'none', CASE WHEN $5::bigint IS NULL THEN 'infinity' ELSE clock_timestamp() + $5 * interval '1 millisecond' END, $6, clock_timestamp())
ON CONFLICT (kind, subject_id) DO UPDATE SET due_at = excluded.due_at, wake_at = excluded.wake_at`;
const IS_DUE = `kind <> 'operation' AND kind = $1 AND (due_at <= clock_timestamp() OR wake_at <= $2)`;

/**
 * Things of one kind that are looked at when their time has come. Looking is one short transaction that holds the row, so of
 * two workers one does it, and what dies leaves it due. No queue is needed: the worker's sweep asks.
 */
export class DueItems {
  constructor(
    private readonly database: Database,
    private readonly kind: DueKind,
  ) {}

  /** Says when to look at it; what was said before no longer counts. */
  async set(tx: Transaction, subjectId: string, when: DueWhen): Promise<void> {
    const [inMs, at] = 'at' in when ? [null, when.at] : [when.inMs, null];
    await tx.query(SET, [newId(), tx.scope.workspaceId, this.kind, subjectId, inMs, at]);
  }

  /** There is nothing more to be looked at. */
  async clear(tx: Transaction, subjectId: string): Promise<void> {
    await tx.query('DELETE FROM work_items WHERE kind = $1 AND subject_id = $2', [this.kind, subjectId]);
  }

  /** Makes one due now, from outside any transaction; nothing happens where it is not waiting to be looked at. */
  async ring(subjectId: string): Promise<void> {
    await this.database.routing('UPDATE work_items SET due_at = clock_timestamp() WHERE kind = $1 AND subject_id = $2', [
      this.kind,
      subjectId,
    ]);
  }

  /**
   * Looks at everything that is due. `look` says in its transaction when to look again, or clears it.
   * @param complain told what went wrong with one; the others are looked at all the same, and it again a little later.
   */
  async lookAtDue(
    now: Date,
    look: (tx: Transaction, subjectId: string) => Promise<void>,
    complain: (subjectId: string, error: unknown) => void,
  ) {
    const due = await this.database.routing<DueRow>(
      `SELECT id, workspace_id, subject_id FROM work_items WHERE ${IS_DUE} ORDER BY due_at LIMIT ${AT_ONCE}`,
      [this.kind, now],
    );
    for (const row of due) {
      try {
        await this.database.transaction(this.#scope(row), async (tx) => {
          const held = await tx.query(`SELECT 1 FROM work_items WHERE ${IS_DUE} AND id = $3 FOR UPDATE SKIP LOCKED`, [
            this.kind,
            now,
            row.id,
          ]);
          if (held.length > 0) await look(tx, row.subject_id);
        });
      } catch (error) {
        complain(row.subject_id, error);
        await this.#later(row).catch(() => undefined);
      }
    }
  }

  #scope(row: DueRow): UnitOfWork {
    return { workspaceId: row.workspace_id, actor: { type: 'system', id: `${this.kind}s` }, requestId: row.id };
  }

  async #later({ id }: DueRow): Promise<void> {
    await this.database.routing(
      `UPDATE work_items SET due_at = clock_timestamp() + $2 * interval '1 millisecond', wake_at = NULL WHERE id = $1`,
      [id, AFTER_FAILURE_MS],
    );
  }
}
