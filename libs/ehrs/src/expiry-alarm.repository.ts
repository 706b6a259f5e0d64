import type { Database, Transaction } from '@registrar/database';
import { nextAlarm } from './expiry-ladder.js';

/** One thing whose alarm is due, as the routing table knows it. */
export interface DueAlarm {
  readonly kind: string;
  readonly subjectId: string;
  readonly workspaceId: string;
}

const DUE = `
SELECT kind, subject_id AS "subjectId", workspace_id AS "workspaceId" FROM expiry_alarms WHERE next_at <= $1 ORDER BY next_at LIMIT $2`;

/** Has the end of something announced. What has less than 30 days when it arrives is announced with the next look. */
export async function armExpiry(tx: Transaction, kind: string, subjectId: string, expiresAt: Date, now: Date): Promise<void> {
  const first = nextAlarm(expiresAt, new Date(0));
  await tx.query(
    `INSERT INTO expiry_alarms (kind, subject_id, workspace_id, expires_at, next_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (kind, subject_id) DO UPDATE SET expires_at = EXCLUDED.expires_at, next_at = EXCLUDED.next_at`,
    [kind, subjectId, tx.scope.workspaceId, expiresAt, first < now ? now : first],
  );
}

/** Nothing of it is announced any more. */
export async function disarmExpiry(tx: Transaction, kind: string, subjectId: string): Promise<void> {
  await tx.query('DELETE FROM expiry_alarms WHERE kind = $1 AND subject_id = $2', [kind, subjectId]);
}

export const alarmRows = {
  /** Over all workspaces: ids alone. */
  due: (database: Database, now: Date, limit: number): Promise<DueAlarm[]> => database.routing<DueAlarm>(DUE, [now, limit]),

  /** Locks those that are still due, so that of two workers one announces. */
  async take(tx: Transaction, alarms: readonly DueAlarm[], now: Date): Promise<(DueAlarm & { readonly expiresAt: Date })[]> {
    return tx.query(
      `SELECT a.kind, a.subject_id AS "subjectId", a.workspace_id AS "workspaceId", a.expires_at AS "expiresAt" FROM expiry_alarms a
         JOIN unnest($1::text[], $2::uuid[]) AS i (kind, subject_id) ON i.kind = a.kind AND i.subject_id = a.subject_id
        WHERE a.workspace_id = $3 AND a.next_at <= $4 ORDER BY a.kind, a.subject_id FOR UPDATE OF a SKIP LOCKED`,
      [alarms.map((alarm) => alarm.kind), alarms.map((alarm) => alarm.subjectId), tx.scope.workspaceId, now],
    );
  },

  /** Moves each to its next alarm; what is over leaves. */
  async move(tx: Transaction, alarms: readonly (DueAlarm & { readonly expiresAt: Date })[], now: Date): Promise<void> {
    const over = alarms.filter((alarm) => alarm.expiresAt <= now);
    const kept = alarms.filter((alarm) => alarm.expiresAt > now);
    await tx.query(
      `DELETE FROM expiry_alarms a USING unnest($1::text[], $2::uuid[]) AS i (kind, subject_id) WHERE a.kind = i.kind AND a.subject_id = i.subject_id`,
      [over.map((alarm) => alarm.kind), over.map((alarm) => alarm.subjectId)],
    );
    await tx.query(
      `UPDATE expiry_alarms a SET next_at = i.next_at FROM unnest($1::text[], $2::uuid[], $3::timestamptz[]) AS i (kind, subject_id, next_at)
        WHERE a.kind = i.kind AND a.subject_id = i.subject_id`,
      [kept.map((alarm) => alarm.kind), kept.map((alarm) => alarm.subjectId), kept.map((alarm) => nextAlarm(alarm.expiresAt, now))],
    );
  },
};
