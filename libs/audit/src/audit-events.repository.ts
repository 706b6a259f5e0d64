import type { PageRequest, Transaction } from '@registrar/database';
import type { AuditAction, SubjectType } from './action.js';
import type { AuditActor } from './audit-entry.js';

/** An entry as whoever may read the log sees it. */
export interface AuditEvent {
  readonly id: string;
  readonly chainId: string;
  readonly seq: number;
  readonly tenantId?: string;
  readonly at: Date;
  readonly actor: AuditActor;
  readonly action: string;
  readonly subject: { readonly type: SubjectType; readonly id: string };
  readonly requestId: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly keyId: string;
  readonly prev: Buffer;
  readonly mac: Buffer;
}

export interface AuditFilter {
  readonly tenantId?: string;
  readonly subjectId?: string;
  readonly action?: AuditAction;
  readonly actorId?: string;
  readonly requestId?: string;
  /** From this moment on, and before that one. */
  readonly from?: Date;
  readonly to?: Date;
}

interface Row extends Omit<AuditEvent, 'seq' | 'tenantId' | 'subject'> {
  readonly seq: string;
  readonly tenantId: string | null;
  readonly subjectType: SubjectType;
  readonly subjectId: string;
}

const COLUMNS = `id, chain_id AS "chainId", seq, tenant_id AS "tenantId", at, actor, action, subject_type AS "subjectType", subject_id AS "subjectId",
       request_id AS "requestId", detail, key_id AS "keyId", prev, mac`;

/** Those that fit, the newest first; one more than asked for. */
export async function findAuditEvents(tx: Transaction, filter: AuditFilter, { limit, after }: PageRequest): Promise<AuditEvent[]> {
  const rows = await tx.query<Row>(
    `SELECT ${COLUMNS} FROM audit_events
      WHERE workspace_id = $1 AND ($2::uuid IS NULL OR id < $2) AND ($3::uuid IS NULL OR tenant_id = $3) AND ($4::uuid IS NULL OR subject_id = $4)
        AND ($5::text IS NULL OR action = $5) AND ($6::text IS NULL OR actor->>'id' = $6) AND ($7::text IS NULL OR request_id = $7)
        AND ($8::timestamptz IS NULL OR at >= $8) AND ($9::timestamptz IS NULL OR at < $9)
      ORDER BY id DESC LIMIT $10`,
    [
      ...[tx.scope.workspaceId, after ?? null, filter.tenantId ?? null, filter.subjectId ?? null, filter.action ?? null],
      ...[filter.actorId ?? null, filter.requestId ?? null, filter.from ?? null, filter.to ?? null, limit + 1],
    ],
  );
  return rows.map(({ seq, tenantId, subjectType, subjectId, ...row }) => ({
    ...row,
    seq: Number(seq),
    subject: { type: subjectType, id: subjectId },
    ...(tenantId === null ? {} : { tenantId }),
  }));
}

/** The chains that the scope may see, with how many entries each has: the workspace's own first. */
export async function findChains(tx: Transaction, chainId?: string): Promise<{ chainId: string; length: number }[]> {
  const { workspaceId, tenantIds } = tx.scope;
  const rows = await tx.query<{ chain_id: string; seq: string }>(
    `SELECT chain_id, seq FROM audit_chains WHERE workspace_id = $1 AND ($2::uuid IS NULL OR chain_id = $2) AND ($3::uuid[] IS NULL OR chain_id = ANY ($3))
      ORDER BY chain_id <> $1, chain_id`,
    [workspaceId, chainId ?? null, tenantIds ?? null],
  );
  return rows.map((row) => ({ chainId: row.chain_id, length: Number(row.seq) }));
}
