import { publicId, type Transaction } from '@registrar/database';
import type { ProblemDocument } from '@registrar/problem';
import { newId } from '@registrar/vault';
import { enqueueOperations } from './create-registrations.js';
import type { OperationKind } from './operation-status.js';
import { present } from './present.js';
import { registrationProblem } from './registrations.problems.js';
import { lockReady } from './start-operation.js';

/** What waits for somebody's yes: an operation without work, which holds nothing else up. */
export interface ProposedOperation<Input extends object = object> {
  readonly id: string;
  readonly registrationId: string;
  readonly tenantId: string;
  readonly kind: OperationKind;
  readonly input: Input & { readonly approval_id: string };
}

const PROPOSE = `
INSERT INTO operations (workspace_id, id, tenant_id, registration_id, kind, status, problem, input, requested_by, request_id, created_at, updated_at)
VALUES ($1, $2, $3, $4, $10, 'action_required', $5, $6, $7, $8, $9, $9)`;
const PROPOSED = `
SELECT id, registration_id AS "registrationId", tenant_id AS "tenantId", kind, input FROM operations
 WHERE workspace_id = $1 AND registration_id = $2 AND kind = ANY ($3::text[]) AND status = 'action_required' AND input ? 'approval_id' FOR UPDATE`;

export async function proposeOperation(
  tx: Transaction,
  proposed: Omit<ProposedOperation, 'id'>,
  problem: ProblemDocument,
  now: Date,
): Promise<void> {
  const { workspaceId, actor, requestId } = tx.scope;
  const { tenantId, registrationId, kind, input } = proposed;
  const words = [JSON.stringify(problem), JSON.stringify(input), JSON.stringify(actor)];
  await tx.query(PROPOSE, [workspaceId, newId(), tenantId, registrationId, ...words, requestId, now, kind]);
}

/** The registration's operation of these kinds that waits for a yes; there is one at most. */
export async function proposedOperation<Input extends object>(
  tx: Transaction,
  registrationId: string,
  kinds: readonly OperationKind[],
): Promise<ProposedOperation<Input> | undefined> {
  const [row] = await tx.query<ProposedOperation<Input>>(PROPOSED, [tx.scope.workspaceId, registrationId, kinds]);
  return row;
}

/** Lets it begin. @throws Problem registrations.operation_running (with operation_id) */
export async function releaseOperation(
  tx: Transaction,
  { id, registrationId, tenantId, kind }: ProposedOperation,
  now: Date,
): Promise<void> {
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
  await enqueueOperations(tx, [{ id, registrationId, tenantId, kind, ...server }], now);
}

/** Nobody wants it any more, or somebody said no. */
export async function cancelProposed(tx: Transaction, { id }: Pick<ProposedOperation, 'id'>, now: Date): Promise<void> {
  await tx.query(
    `UPDATE operations SET status = 'cancelled', finished_at = $3, updated_at = $3 WHERE workspace_id = $1 AND id = $2 AND status = 'action_required'`,
    [tx.scope.workspaceId, id, now],
  );
}
