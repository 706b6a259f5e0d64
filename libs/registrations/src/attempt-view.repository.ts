import type { Transaction } from '@registrar/database';
import type { AttemptView } from './attempt-view.js';

const ATTEMPTS = `
SELECT id, operation_id AS "operationId", kind, status, marker, marker_member AS "markerMember", url, metadata, metadata_digest AS "metadataDigest",
       upstream_status AS "upstreamStatus", outcome, upstream_client_id AS "upstreamClientId", local_address AS "localAddress", correlation,
       answer IS NOT NULL AS "answerKept", evidence, started_at AS "startedAt", deadline_at AS "deadlineAt", finished_at AS "finishedAt"
  FROM attempts WHERE registration_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`;

/** The journal of one registration, newest first. */
export function findAttempts(tx: Transaction, registrationId: string, limit: number, after?: string): Promise<AttemptView[]> {
  return tx.query<AttemptView>(ATTEMPTS, [registrationId, after ?? null, limit]);
}
