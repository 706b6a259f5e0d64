import { publicId, type Transaction } from '@registrar/database';
import type { ClientMetadata } from '@registrar/dcr';
import type { ProblemDocument } from '@registrar/problem';
import { newId } from '@registrar/vault';
import { enqueueOperations } from './create-registrations.js';
import { present } from './present.js';
import { registrationProblem } from './registrations.problems.js';
import { lockReady } from './start-operation.js';

/** An update that waits for somebody's yes: an operation without work, which holds nothing else up. */
export interface ProposedUpdate {
  readonly id: string;
  readonly registrationId: string;
  readonly tenantId: string;
  readonly input: { readonly approval_id: string; readonly revision: number; readonly clientMetadata: ClientMetadata };
}

const PROPOSE = `
INSERT INTO operations (workspace_id, id, tenant_id, registration_id, kind, status, problem, input, requested_by, request_id, created_at, updated_at)
VALUES ($1, $2, $3, $4, 'update', 'action_required', $5, $6, $7, $8, $9, $9)`;
const PROPOSED = `
SELECT id, registration_id AS "registrationId", tenant_id AS "tenantId", input FROM operations
 WHERE workspace_id = $1 AND registration_id = $2 AND kind = 'update' AND status = 'action_required' AND input ? 'approval_id' FOR UPDATE`;

export async function proposeUpdate(
  tx: Transaction,
  proposed: Omit<ProposedUpdate, 'id'>,
  problem: ProblemDocument,
  now: Date,
): Promise<void> {
  const { workspaceId, actor, requestId } = tx.scope;
  const { tenantId, registrationId, input } = proposed;
  const words = [JSON.stringify(problem), JSON.stringify(input), JSON.stringify(actor)];
  await tx.query(PROPOSE, [workspaceId, newId(), tenantId, registrationId, ...words, requestId, now]);
}

/** The registration's update that waits for a yes; there is one at most. */
export async function proposedUpdate(tx: Transaction, registrationId: string): Promise<ProposedUpdate | undefined> {
  const [row] = await tx.query<ProposedUpdate>(PROPOSED, [tx.scope.workspaceId, registrationId]);
  return row;
}

/** Lets it begin. @throws Problem registrations.operation_running (with operation_id) */
export async function releaseUpdate(tx: Transaction, { id, registrationId, tenantId }: ProposedUpdate, now: Date): Promise<void> {
  const ready = (await lockReady(tx, [{ registrationId }])).get(registrationId);
  if (!ready) throw registrationProblem('registrations.not_found');
  if (ready.open !== null)
    throw registrationProblem('registrations.operation_running', { extra: { operation_id: publicId('op', ready.open) } });
  await tx.query(`UPDATE operations SET status = 'queued', problem = NULL, updated_at = $3 WHERE workspace_id = $1 AND id = $2`, [
    tx.scope.workspaceId,
    id,
    now,
  ]);
  const server = present('authorizationServerId', ready.authorization_server_id);
  await enqueueOperations(tx, [{ id, registrationId, tenantId, kind: 'update', ...server }], now);
}

/** Nobody wants it any more, or somebody said no. */
export async function cancelUpdate(tx: Transaction, { id }: ProposedUpdate, now: Date): Promise<void> {
  await tx.query(
    `UPDATE operations SET status = 'cancelled', finished_at = $3, updated_at = $3 WHERE workspace_id = $1 AND id = $2 AND status = 'action_required'`,
    [tx.scope.workspaceId, id, now],
  );
}
