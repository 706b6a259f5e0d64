import { publicId, type Transaction } from '@registrar/database';
import { newId } from '@registrar/vault';
import { startOperations, type NewOperation } from './create-registrations.js';
import type { OperationKind } from './operation-status.js';
import { present } from './present.js';
import { registrationProblem } from './registrations.problems.js';

/** What to begin at one registration; `input` is read by its steps: ids and words, never a secret. */
export interface OperationWanted {
  readonly registrationId: string;
  readonly kind: OperationKind;
  readonly input?: Readonly<Record<string, unknown>>;
}

interface Ready {
  readonly id: string;
  readonly tenant_id: string;
  readonly authorization_server_id: string | null;
  readonly open: string | null;
}

const READY = `
SELECT r.id, r.tenant_id, e.authorization_server_id, o.id AS open FROM registrations r
  JOIN ehrs e ON e.workspace_id = r.workspace_id AND e.id = r.ehr_id
  LEFT JOIN operations o ON o.workspace_id = r.workspace_id AND o.registration_id = r.id AND o.status IN ('queued', 'running', 'waiting')
 WHERE r.workspace_id = $2 AND r.id = ANY ($1::uuid[]) ORDER BY r.id FOR UPDATE OF r`;

/**
 * Begins operations of registrations that have none under way, whatever the number, in the caller's transaction. Those
 * that are busy or not to be seen are passed over. @returns the operations begun, by registration.
 */
export async function beginOperations(
  tx: Transaction,
  wanted: readonly OperationWanted[],
  now: Date,
): Promise<ReadonlyMap<string, string>> {
  const ready = await lockReady(tx, wanted);
  const operations = wanted.flatMap((one) => {
    const row = ready.get(one.registrationId);
    return row?.open === null ? [operationOf(one, row)] : [];
  });
  if (operations.length > 0) await startOperations(tx, operations, now);
  return new Map(operations.map((operation) => [operation.registrationId, operation.id]));
}

/**
 * Begins one operation in the caller's transaction. @returns its id.
 * @throws Problem registrations.not_found | registrations.operation_running (with operation_id)
 */
export async function beginOperation(tx: Transaction, wanted: OperationWanted, now: Date): Promise<string> {
  const row = (await lockReady(tx, [wanted])).get(wanted.registrationId);
  if (!row) throw registrationProblem('registrations.not_found');
  if (row.open !== null)
    throw registrationProblem('registrations.operation_running', { extra: { operation_id: publicId('op', row.open) } });
  const operation = operationOf(wanted, row);
  await startOperations(tx, [operation], now);
  return operation.id;
}

/** Holds the registrations, so that of two who begin at once the second sees the first's operation. */
export async function lockReady(
  tx: Transaction,
  wanted: readonly Pick<OperationWanted, 'registrationId'>[],
): Promise<ReadonlyMap<string, Ready>> {
  const rows = await tx.query<Ready>(READY, [wanted.map((one) => one.registrationId), tx.scope.workspaceId]);
  return new Map(rows.map((row) => [row.id, row]));
}

function operationOf({ registrationId, kind, input }: OperationWanted, row: Ready): NewOperation {
  return {
    id: newId(),
    registrationId,
    tenantId: row.tenant_id,
    kind,
    ...present('authorizationServerId', row.authorization_server_id),
    ...present('input', input),
  };
}
