import type { Transaction } from '@registrar/database';
import { LINE_LENGTH, WAITS_FOR_TIME, type Line } from './line.js';

const LINES = `
SELECT s.id AS "authorizationServerId", s.rotations_stopped_at IS NOT NULL AS stopped,
       (SELECT count(*) FROM operations o WHERE o.workspace_id = $1 AND o.authorization_server_id = s.id AND o.kind = 'rotate'
           AND o.status IN ('queued', 'running', 'waiting') AND NOT coalesce(o.waiting->>'reason' = ANY ($3::text[]), false))::integer AS "inProgress",
       (SELECT count(*) FILTER (WHERE l.status <> 'succeeded') FROM (
          SELECT o.status FROM operations o WHERE o.workspace_id = $1 AND o.authorization_server_id = s.id AND o.kind = 'rotate'
             AND o.status IN ('succeeded', 'failed', 'outcome_unknown') AND NOT o.input ? 'phase' AND o.updated_at > coalesce(s.rotations_resumed_at, '-infinity')
           ORDER BY o.updated_at DESC LIMIT $4) l)::integer AS failed
  FROM unnest($2::uuid[]) AS i (id) JOIN authorization_servers s ON s.workspace_id = $1 AND s.id = i.id`;

/** How rotations stand at these servers. */
export async function linesOf(tx: Transaction, serverIds: readonly string[]): Promise<Map<string, Line>> {
  if (serverIds.length === 0) return new Map();
  const lines = await tx.prepared<Line>(LINES, [tx.scope.workspaceId, serverIds, WAITS_FOR_TIME, LINE_LENGTH]);
  return new Map(lines.map((line) => [line.authorizationServerId, line]));
}

export interface StoppedEhr {
  readonly ehrId: string;
  readonly authorizationServerId: string;
  readonly tenantId: string | null;
}

/** Stops the line at these servers. @returns the EHRs there. */
export function stopLines(tx: Transaction, serverIds: readonly string[], now: Date): Promise<StoppedEhr[]> {
  return tx.query<StoppedEhr>(
    `WITH stopped AS (UPDATE authorization_servers SET rotations_stopped_at = $3
                       WHERE workspace_id = $1 AND id = ANY ($2::uuid[]) AND rotations_stopped_at IS NULL RETURNING id)
     SELECT e.id AS "ehrId", s.id AS "authorizationServerId", e.tenant_id AS "tenantId"
       FROM stopped s JOIN ehrs e ON e.workspace_id = $1 AND e.authorization_server_id = s.id`,
    [tx.scope.workspaceId, serverIds, now],
  );
}

/** Lets the line go on at an EHR's server, and looks anew at everything that waited there. @returns whether it stood still. */
export async function resumeLine(tx: Transaction, ehrId: string, now: Date): Promise<boolean> {
  const resumed = await tx.query<{ id: string }>(
    `UPDATE authorization_servers s SET rotations_stopped_at = NULL, rotations_resumed_at = $3 FROM ehrs e
      WHERE e.workspace_id = $1 AND e.id = $2 AND s.workspace_id = $1 AND s.id = e.authorization_server_id AND s.rotations_stopped_at IS NOT NULL
     RETURNING s.id`,
    [tx.scope.workspaceId, ehrId, now],
  );
  await tx.query(
    `UPDATE registrations r SET reschedule = true FROM ehrs e
      WHERE r.workspace_id = $1 AND r.status = 'active' AND e.workspace_id = $1 AND e.id = r.ehr_id AND e.authorization_server_id = ANY ($2::uuid[])`,
    [tx.scope.workspaceId, resumed.map(({ id }) => id)],
  );
  return resumed.length > 0;
}
