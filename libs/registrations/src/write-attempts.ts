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
UPDATE attempts a SET status = i.status, upstream_status = coalesce(i.upstream_status, a.upstream_status), outcome = i.outcome, upstream_client_id = i.upstream_client_id,
       local_address = coalesce(i.local_address, a.local_address), correlation = coalesce(i.correlation, a.correlation), answer_key_id = i.answer_key_id, answer = i.answer, finished_at = $9
  FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::jsonb[], $5::text[], $6::text[], $7::uuid[], $8::bytea[], $11::jsonb[])
       AS i (id, status, upstream_status, outcome, upstream_client_id, local_address, answer_key_id, answer, correlation)
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
    settled.map((attempt) => (attempt.correlation ? JSON.stringify(attempt.correlation) : null)),
  ]);
}

/** What was found out of attempts whose answers were lost; where they came from and what was kept of them stays. */
export async function concludeAttempts(tx: Transaction, changes: readonly Change[], now: Date): Promise<void> {
  const concluded = changes.flatMap((change) => (change.concluded ? [change.concluded] : []));
  if (concluded.length === 0) return;
  await tx.prepared(
    `UPDATE attempts a SET status = i.status, outcome = coalesce(a.outcome, '{}') || jsonb_build_object('reason', i.reason), finished_at = coalesce(a.finished_at, $6),
            upstream_client_id = coalesce(i.client_id, a.upstream_client_id)
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS i (id, status, reason, client_id)
      WHERE a.workspace_id = $5 AND a.id = i.id AND a.status = 'unknown'`,
    [
      concluded.map((one) => one.id),
      concluded.map((one) => one.status),
      concluded.map((one) => one.reason),
      concluded.map((one) => one.clientId ?? null),
      tx.scope.workspaceId,
      now,
    ],
  );
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
