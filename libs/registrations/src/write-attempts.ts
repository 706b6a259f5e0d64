import { insertRows, type Transaction } from '@registrar/database';
import type { Change } from './change.js';

const COLUMNS = {
  workspace_id: 'uuid',
  id: 'uuid',
  tenant_id: 'uuid',
  registration_id: 'uuid',
  operation_id: 'uuid',
  authorization_server_id: 'uuid',
  kind: 'text',
  status: 'text',
  fence: 'bigint',
  marker: 'text',
  marker_member: 'text',
  url: 'text',
  metadata: 'jsonb',
  metadata_digest: 'text',
  initial_access_token_id: 'uuid',
  software_statement_id: 'uuid',
  started_at: 'timestamptz',
  deadline_at: 'timestamptz',
} as const;

type Begun = Pick<Change, 'workspaceId' | 'tenantId' | 'registrationId' | 'operationId' | 'fence' | 'newAttempt'>;

export async function insertAttempts(tx: Transaction, changes: readonly Begun[], now: Date): Promise<void> {
  const rows = changes.flatMap((change) => {
    const attempt = change.newAttempt;
    if (!attempt) return [];
    return [
      {
        workspace_id: change.workspaceId,
        id: attempt.id,
        tenant_id: change.tenantId,
        registration_id: change.registrationId,
        operation_id: change.operationId,
        authorization_server_id: attempt.authorizationServerId,
        kind: attempt.kind,
        status: attempt.status,
        fence: change.fence,
        marker: attempt.marker,
        marker_member: attempt.markerMember,
        url: attempt.url,
        metadata: attempt.metadata,
        metadata_digest: attempt.metadataDigest,
        initial_access_token_id: attempt.initialAccessTokenId,
        software_statement_id: attempt.softwareStatementId,
        started_at: now,
        deadline_at: new Date(now.getTime() + attempt.deadlineMs),
      },
    ];
  });
  await insertRows(tx, 'attempts', COLUMNS, rows);
}

const SETTLE = `
UPDATE attempts a SET status = i.status, upstream_status = i.upstream_status, outcome = i.outcome, upstream_client_id = i.upstream_client_id,
       local_address = i.local_address, answer_key_id = i.answer_key_id, answer = i.answer, finished_at = $9
  FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::jsonb[], $5::text[], $6::text[], $7::uuid[], $8::bytea[])
       AS i (id, status, upstream_status, outcome, upstream_client_id, local_address, answer_key_id, answer)
 WHERE a.workspace_id = $10 AND a.id = ANY ($1::uuid[]) AND a.id = i.id`;

export async function settleAttempts(tx: Transaction, changes: readonly Change[], now: Date): Promise<void> {
  const settled = changes.flatMap((change) => (change.settledAttempt ? [change.settledAttempt] : []));
  if (settled.length === 0) return;
  await tx.prepared(SETTLE, [
    settled.map((attempt) => attempt.id),
    settled.map((attempt) => attempt.status),
    settled.map((attempt) => attempt.upstreamStatus ?? null),
    settled.map((attempt) => (attempt.outcome ? JSON.stringify(attempt.outcome) : null)),
    settled.map((attempt) => attempt.upstreamClientId ?? null),
    settled.map((attempt) => attempt.localAddress ?? null),
    settled.map((attempt) => attempt.answer?.keyId ?? null),
    settled.map((attempt) => attempt.answer?.bytes ?? null),
    now,
    tx.scope.workspaceId,
  ]);
}

/** What became of updates whose answers were lost: known once it was looked. */
export async function resolveEarlier(tx: Transaction, changes: readonly Change[], now: Date): Promise<void> {
  const known = changes.flatMap(({ operationId, earlierUpdates }) => (earlierUpdates ? [{ operationId, earlierUpdates }] : []));
  if (known.length === 0) return;
  await tx.prepared(
    `UPDATE attempts a SET status = i.status, finished_at = $4 FROM unnest($1::uuid[], $2::text[]) AS i (operation_id, status)
      WHERE a.workspace_id = $3 AND a.operation_id = i.operation_id AND a.kind = 'update' AND a.status = 'unknown'`,
    [known.map((one) => one.operationId), known.map((one) => one.earlierUpdates), tx.scope.workspaceId, now],
  );
}

/** Before the new one is adopted: a registration has one adopted attempt at a time (I2). */
export async function supersedeAttempts(tx: Transaction, changes: readonly Change[]): Promise<void> {
  const ids = changes.flatMap((change) => (change.supersede ? [change.registrationId] : []));
  if (ids.length === 0) return;
  await tx.prepared(
    `UPDATE attempts SET status = 'superseded' WHERE workspace_id = $2 AND registration_id = ANY ($1::uuid[]) AND kind IN ('register', 'import') AND status = 'adopted'`,
    [ids, tx.scope.workspaceId],
  );
}
