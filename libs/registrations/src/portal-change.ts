import type { Transaction } from '@registrar/database';
import type { ClientMetadata } from '@registrar/dcr';
import { evidenceOf, type AdoptionParts } from './adopt-client.js';
import { settleByPerson } from './adoption.repository.js';
import type { MadeClient } from './adoption.js';
import { completionProblem } from './complete.problems.js';
import { enqueueOperations } from './create-registrations.js';
import { present } from './present.js';
import { markStep, type Step } from './step.js';

interface ChangeWithPerson {
  readonly operationId: string;
  readonly steps: readonly Step[];
  readonly attemptId: string;
  readonly metadata: ClientMetadata;
  readonly tenantId: string;
  readonly clientRowId: string;
  readonly clientId: string;
  readonly authorizationServerId: string | null;
}

const WITH_PERSON = `
SELECT o.id AS "operationId", o.steps, a.id AS "attemptId", a.metadata, r.tenant_id AS "tenantId", c.id AS "clientRowId", c.client_id AS "clientId",
       e.authorization_server_id AS "authorizationServerId"
  FROM registrations r
  JOIN ehrs e ON e.workspace_id = r.workspace_id AND e.id = r.ehr_id
  JOIN clients c ON c.workspace_id = r.workspace_id AND c.id = r.client_id
  JOIN operations o ON o.workspace_id = r.workspace_id AND o.registration_id = r.id AND o.kind = 'update' AND o.status = 'action_required'
  JOIN attempts a ON a.workspace_id = r.workspace_id AND a.operation_id = o.id AND a.kind = 'worksheet' AND a.status = 'with_person'
 WHERE r.workspace_id = $1 AND r.id = $2 AND ($3::uuid IS NULL OR r.application_id = $3) AND ($4::text IS NULL OR r.environment = $4)
 ORDER BY o.created_at DESC, o.id DESC FOR UPDATE OF r, o`;

/**
 * Takes a person's word that the newest change was made at the portal; the credential is proven next. Changes that were asked for
 * before it and never made are in it, or no longer wanted. @returns false where no change is with a person.
 * @throws Problem registrations.client_unchanged_needed | registrations.client_secret_unused
 */
export async function completeChange(
  tx: Transaction,
  parts: AdoptionParts,
  registrationId: string,
  made: MadeClient,
  evidence: unknown,
): Promise<boolean> {
  const { applicationId, environment, workspaceId } = tx.scope;
  const [newest, ...older] = await tx.query<ChangeWithPerson>(WITH_PERSON, [
    workspaceId,
    registrationId,
    applicationId ?? null,
    environment ?? null,
  ]);
  if (!newest) return false;
  if (made.clientId !== newest.clientId) throw completionProblem('registrations.client_unchanged_needed');
  if (made.clientSecret !== undefined) throw completionProblem('registrations.client_secret_unused');
  const now = parts.clock.now();
  await settleByPerson(tx, newest.attemptId, 'applied', made.clientId, evidenceOf(tx, evidence, now), now);
  await tx.query(`UPDATE clients SET requested_metadata = $3::jsonb, updated_at = $4 WHERE workspace_id = $1 AND id = $2`, [
    workspaceId,
    newest.clientRowId,
    JSON.stringify(newest.metadata),
    now,
  ]);
  await supersede(tx, older, now);
  const steps = markStep(newest.steps, 'change_at_portal', 'done', now);
  await tx.query(
    `UPDATE operations SET status = 'queued', steps = $3::jsonb, problem = NULL, waiting = NULL, tries = 0, updated_at = $4 WHERE workspace_id = $1 AND id = $2`,
    [workspaceId, newest.operationId, JSON.stringify(steps), now],
  );
  const operation = { id: newest.operationId, registrationId, tenantId: newest.tenantId };
  // Only the token endpoint is talked to from here on, so it is paid from that budget, like a verification.
  await enqueueOperations(tx, [{ ...operation, kind: 'verify', ...present('authorizationServerId', newest.authorizationServerId) }], now);
  parts.records.audit.append(tx, {
    action: 'registration.complete',
    subject: { type: 'registration', id: registrationId },
    tenantId: newest.tenantId,
    detail: { client_id: made.clientId, attempt_id: newest.attemptId, evidence: evidence ?? null },
  });
  parts.doorbell.ringAfter(tx);
  return true;
}

async function supersede(tx: Transaction, older: readonly ChangeWithPerson[], now: Date): Promise<void> {
  if (older.length === 0) return;
  await tx.query(`UPDATE attempts SET status = 'superseded', finished_at = $3 WHERE workspace_id = $1 AND id = ANY ($2::uuid[])`, [
    tx.scope.workspaceId,
    older.map((one) => one.attemptId),
    now,
  ]);
  await tx.query(
    `UPDATE operations SET status = 'cancelled', finished_at = $3, updated_at = $3 WHERE workspace_id = $1 AND id = ANY ($2::uuid[])`,
    [tx.scope.workspaceId, older.map((one) => one.operationId), now],
  );
}
