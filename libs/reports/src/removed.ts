import type { Transaction } from '@registrar/database';

const MONTH_MS = 30 * 86_400_000;

/** From which moment on nothing that a report reads was removed; undefined where nothing ever was. */
export type WholeFrom = (tx: Transaction, now: Date) => Promise<Date | undefined>;

/**
 * Of what is read from the audit log: retention has taken the entries before a moment out of a chain (`npm run audit:cut`), and
 * says so in the chain itself. Of several chains the latest such moment counts, of those that the caller sees.
 */
export const auditWholeFrom: WholeFrom = async (tx) => {
  const { workspaceId, tenantIds } = tx.scope;
  const [row] = await tx.query<{ whole_from: Date | null }>(
    `SELECT max(coalesce(cut.before, kept.at)) AS whole_from
       FROM audit_chains c
       LEFT JOIN LATERAL (SELECT max((v.detail->>'before')::timestamptz) AS before FROM audit_events v
          WHERE v.workspace_id = c.workspace_id AND v.chain_id = c.chain_id AND v.action = 'audit.cut') cut ON true
       LEFT JOIN audit_events kept ON kept.workspace_id = c.workspace_id AND kept.chain_id = c.chain_id AND kept.seq = c.cut_seq + 1
      WHERE c.workspace_id = $1 AND c.cut_seq > 0 AND ($2::uuid[] IS NULL OR c.chain_id = ANY ($2))`,
    [workspaceId, tenantIds ?? null],
  );
  return row?.whole_from ?? undefined;
};

/** Of the groups with which people came: sessions are removed a month after they ended, and nobody remembers which there were. */
export const sessionsWholeFrom: WholeFrom = async (tx, now) => {
  const monthAgo = new Date(now.getTime() - MONTH_MS);
  const { workspaceId, tenantIds, applicationId, environment } = tx.scope;
  // A narrowed caller sees no people.
  if (tenantIds !== undefined || applicationId !== undefined || environment !== undefined) return undefined;
  const [row] = await tx.query('SELECT 1 AS one FROM people WHERE workspace_id = $1 AND created_at < $2 LIMIT 1', [workspaceId, monthAgo]);
  return row && monthAgo;
};
