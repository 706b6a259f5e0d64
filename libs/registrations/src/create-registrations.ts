import type { AuditLog } from '@registrar/audit';
import { insertRows, type Transaction } from '@registrar/database';
import type { EventLog } from '@registrar/events';
import { newId } from '@registrar/vault';
import type { PlannedPair } from './plan.js';
import { assertWithinQuota, DEFAULT_QUOTA, type Quota } from './quota.js';
import { assertStaying } from './staying-tenants.repository.js';
import type { OperationKind } from './operation-status.js';

const REGISTRATIONS = {
  workspace_id: 'uuid',
  id: 'uuid',
  tenant_id: 'uuid',
  connection_id: 'uuid',
  ehr_id: 'uuid',
  application_id: 'uuid',
  revision: 'integer',
  environment: 'text',
  client_metadata: 'jsonb',
  strategy: 'text',
  status: 'text',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
} as const;

const OPERATIONS = {
  workspace_id: 'uuid',
  id: 'uuid',
  tenant_id: 'uuid',
  registration_id: 'uuid',
  authorization_server_id: 'uuid',
  kind: 'text',
  status: 'text',
  input: 'jsonb',
  requested_by: 'jsonb',
  request_id: 'text',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
} as const;

const WORK_ITEMS = {
  id: 'uuid',
  workspace_id: 'uuid',
  tenant_id: 'uuid',
  kind: 'text',
  subject_id: 'uuid',
  authorization_server_id: 'uuid',
  budget: 'text',
  cost: 'smallint',
  priority: 'smallint',
  created_at: 'timestamptz',
} as const;

export interface CreatedRegistration {
  readonly registrationId: string;
  readonly operationId: string;
  readonly planned: PlannedPair;
}

/** Creates registrations with their operations and work items, whatever the number, by one statement for each table. */
export async function createRegistrations(
  tx: Transaction,
  applicationId: string,
  planned: readonly PlannedPair[],
  records: Records,
  now: Date,
  quota: Quota = DEFAULT_QUOTA,
): Promise<CreatedRegistration[]> {
  const tenantIds = planned.map(({ pair }) => pair.tenantId);
  await assertStaying(tx, tenantIds);
  await assertWithinQuota(tx, tenantIds, quota);
  const created = planned.map((one) => ({ registrationId: newId(), operationId: newId(), planned: one }));
  const registrations = insertRows(
    tx,
    'registrations',
    REGISTRATIONS,
    created.map(({ registrationId, planned: one }) => ({
      workspace_id: tx.scope.workspaceId,
      id: registrationId,
      tenant_id: one.pair.tenantId,
      connection_id: one.pair.connectionId,
      ehr_id: one.pair.ehrId,
      application_id: applicationId,
      revision: one.revision,
      environment: one.upstream.environment,
      client_metadata: one.pair.clientMetadata ?? {},
      strategy: one.strategy,
      status: 'pending',
      created_at: now,
      updated_at: now,
    })),
  );
  // What comes next is made up while Postgres writes what was sent.
  const operations = startOperations(
    tx,
    created.map(({ registrationId, operationId, planned: one }) => ({
      id: operationId,
      registrationId,
      tenantId: one.pair.tenantId,
      kind: 'register',
      ...server(one),
    })),
    now,
  );
  for (const { registrationId, operationId, planned: one } of created) {
    const subject = { type: 'registration', id: registrationId } as const;
    const data = { operation_id: operationId, connection_id: one.pair.connectionId, application_id: applicationId };
    records.audit.append(tx, { action: 'registration.create', subject, tenantId: one.pair.tenantId, detail: data });
    records.events.append(tx, { type: 'registration.pending', subject, tenantId: one.pair.tenantId, data: { operation_id: operationId } });
  }
  await tx.all([registrations, operations]);
  return created;
}

export interface Records {
  readonly audit: AuditLog;
  readonly events: EventLog;
}

export interface NewOperation {
  readonly id: string;
  readonly registrationId: string;
  readonly tenantId: string;
  readonly kind: OperationKind;
  readonly authorizationServerId?: string;
  readonly input?: Readonly<Record<string, unknown>>;
}

/** Requests that an operation may send in one go: what it reads first, what it writes, and what shows it. */
const COST: Partial<Record<OperationKind, number>> = { update: 2, rotate: 3, deregister: 3 };

/** Writes operations and their work items. What talks only to the token endpoint is paid from that budget. */
export async function startOperations(tx: Transaction, operations: readonly NewOperation[], now: Date): Promise<void> {
  const rows = insertRows(
    tx,
    'operations',
    OPERATIONS,
    operations.map((operation) => ({
      workspace_id: tx.scope.workspaceId,
      id: operation.id,
      tenant_id: operation.tenantId,
      registration_id: operation.registrationId,
      authorization_server_id: operation.authorizationServerId,
      kind: operation.kind,
      status: 'queued',
      input: operation.input ?? {},
      requested_by: tx.scope.actor,
      request_id: tx.scope.requestId,
      created_at: now,
      updated_at: now,
    })),
  );
  await tx.all([rows, enqueueOperations(tx, operations, now)]);
}

/** Makes operations due: one work item each, or the one that is there already becomes due now. */
export async function enqueueOperations(tx: Transaction, operations: readonly NewOperation[], now: Date): Promise<void> {
  const rows = operations.map((operation) => ({
    id: newId(),
    workspace_id: tx.scope.workspaceId,
    tenant_id: operation.tenantId,
    kind: 'operation',
    subject_id: operation.id,
    authorization_server_id: operation.authorizationServerId,
    budget: operation.authorizationServerId === undefined ? 'none' : operation.kind === 'verify' ? 'token' : 'registration',
    priority: operation.kind === 'register' ? 100 : 50,
    cost: COST[operation.kind] ?? 1,
    created_at: now,
  }));
  // Due at once by the database's clock, which is the one that claims.
  await insertRows(
    tx,
    'work_items',
    WORK_ITEMS,
    rows,
    'ON CONFLICT (kind, subject_id) DO UPDATE SET due_at = clock_timestamp(), wake_at = NULL',
  );
}

function server(planned: PlannedPair): { authorizationServerId?: string } {
  const id = planned.upstream.server?.id;
  return id === undefined ? {} : { authorizationServerId: id };
}
