import type { Transaction } from '@registrar/database';
import type { OperationView } from './operation-view.js';
import { problemDocument } from '@registrar/problem';
import type { RegistrationView } from './registration-view.js';
import { updateProblem } from './updates.problems.js';

/** What a list of registrations may be narrowed by; ids are uuids. */
export interface RegistrationFilter {
  readonly tenantId?: string;
  readonly ehrId?: string;
  readonly connectionId?: string;
  readonly applicationId?: string;
  readonly environment?: string;
  readonly status?: string;
  readonly drift?: string;
  readonly ids?: readonly string[];
}

// What waits at a shut gate is shown as waiting, with why and until when, though nobody has written it down: times of the
// gate are the database's. What waits for longer for a reason of its own keeps that one.
const GATE = (o: string) => `LEFT JOIN LATERAL (
    SELECT jsonb_build_object('reason', coalesce(g.reason, 'ehr_unreachable'),
             'until', to_char(greatest(g.open_until, now()) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) AS waiting
      FROM work_items w JOIN upstream_gates g ON g.authorization_server_id = w.authorization_server_id AND g.budget = w.budget
     WHERE w.kind = 'operation' AND w.subject_id = ${o}.id AND ${o}.status IN ('queued', 'running', 'waiting')
       AND (w.lease_until IS NULL OR w.lease_until <= now()) AND (g.state = 'open' OR g.open_until > now())
       AND w.due_at <= greatest(g.open_until, now())) gate ON true`;
const WAITING = (o: string) => `coalesce(gate.waiting, ${o}.waiting)`;

const OPERATION = (
  o: string,
) => `jsonb_build_object('id', ${o}.id, 'registrationId', ${o}.registration_id, 'tenantId', ${o}.tenant_id, 'kind', ${o}.kind,
  'status', CASE WHEN gate.waiting IS NULL THEN ${o}.status ELSE 'waiting' END, 'waiting', ${WAITING(o)}, 'problem', ${o}.problem, 'steps', ${o}.steps, 'createdAt', ${o}.created_at, 'startedAt', ${o}.started_at, 'finishedAt', ${o}.finished_at)`;

const VIEW = `
SELECT r.id, r.tenant_id AS "tenantId", r.ehr_id AS "ehrId", r.connection_id AS "connectionId", r.application_id AS "applicationId", r.environment,
       r.revision, r.version, r.status, r.action, r.problem, o.waiting, r.strategy, c.client_id AS "clientId", c.scope AS "clientScope",
       r.client_metadata AS "clientMetadata", coalesce(c.requested_metadata, x.metadata) AS "requestedMetadata", c.granted_metadata AS "grantedMetadata",
       r.drift, r.proof, r.manageable, k.credential, r.next_rotation_at AS "nextRotationAt", r.last_verified_at AS "lastVerifiedAt", r.residue,
       o.operation, r.created_at AS "createdAt", r.updated_at AS "updatedAt"
  FROM registrations r
  LEFT JOIN clients c ON c.workspace_id = r.workspace_id AND c.id = r.client_id
  LEFT JOIN LATERAL (SELECT jsonb_build_object('kind', q.kind, 'version', q.version, 'stage', q.stage, 'expiresAt', q.expires_at) AS credential
    FROM credentials q WHERE q.workspace_id = r.workspace_id AND q.registration_id = r.id AND q.stage IN ('current', 'pending')
   ORDER BY q.stage, q.version DESC LIMIT 1) k ON true
  LEFT JOIN LATERAL (SELECT ${OPERATION('p')} AS operation, ${WAITING('p')} AS waiting FROM operations p ${GATE('p')}
   WHERE p.workspace_id = r.workspace_id AND p.registration_id = r.id ORDER BY p.created_at DESC, p.id DESC LIMIT 1) o ON true
  LEFT JOIN LATERAL (SELECT a.metadata FROM attempts a
   WHERE c.id IS NULL AND a.workspace_id = r.workspace_id AND a.registration_id = r.id ORDER BY a.started_at DESC, a.id DESC LIMIT 1) x ON true
 WHERE ($1::uuid IS NULL OR r.tenant_id = $1) AND ($2::uuid IS NULL OR r.ehr_id = $2) AND ($3::uuid IS NULL OR r.connection_id = $3)
   AND ($4::uuid IS NULL OR r.application_id = $4) AND ($5::text IS NULL OR r.environment = $5) AND ($6::text IS NULL OR r.status = $6)
   AND ($7::text IS NULL OR r.drift = $7) AND ($8::uuid[] IS NULL OR r.id = ANY ($8)) AND ($9::uuid IS NULL OR r.id < $9)
   AND ($10::uuid IS NULL OR r.application_id = $10) AND ($11::text IS NULL OR r.environment = $11)
 ORDER BY r.id DESC LIMIT $12`;

/** Registrations, newest first; a principal bound to an application or environment sees no other. */
export async function findRegistrations(
  tx: Transaction,
  filter: RegistrationFilter,
  limit: number,
  after?: string,
): Promise<RegistrationView[]> {
  const { applicationId, environment } = tx.scope;
  const rows = await tx.query<RegistrationView>(VIEW, [
    filter.tenantId ?? null,
    filter.ehrId ?? null,
    filter.connectionId ?? null,
    filter.applicationId ?? null,
    filter.environment ?? null,
    filter.status ?? null,
    filter.drift ?? null,
    filter.ids ?? null,
    after ?? null,
    applicationId ?? null,
    environment ?? null,
    limit,
  ]);
  return rows.map(datesOf);
}

function datesOf(row: RegistrationView): RegistrationView {
  const credential = row.credential && { ...row.credential, expiresAt: dateOf(row.credential.expiresAt) };
  return { ...row, problem: problemOf(row), credential, operation: row.operation && operationDates(row.operation) };
}

/** A client that works and cannot be managed any more says so for as long as that is so (I5). */
function problemOf({ problem, status, manageable }: RegistrationView): RegistrationView['problem'] {
  const lost = problem === null && status === 'active' && manageable === 'control_lost';
  return lost ? problemDocument(updateProblem('registrations.control_lost')) : problem;
}

function operationDates(row: OperationView): OperationView {
  return { ...row, createdAt: new Date(row.createdAt), startedAt: dateOf(row.startedAt), finishedAt: dateOf(row.finishedAt) };
}

// Times inside a JSON column arrive as text.
function dateOf(value: Date | string | null): Date | null {
  return value === null ? null : new Date(value);
}

const OPERATIONS = `
SELECT ${OPERATION('o')} AS operation, o.id FROM operations o JOIN registrations r ON r.workspace_id = o.workspace_id AND r.id = o.registration_id ${GATE('o')}
 WHERE ($1::uuid IS NULL OR o.id = $1) AND ($2::uuid IS NULL OR o.registration_id = $2) AND ($3::text IS NULL OR o.status = $3) AND ($4::text IS NULL OR o.kind = $4)
   AND ($5::uuid IS NULL OR o.id < $5) AND ($6::uuid IS NULL OR r.application_id = $6) AND ($7::text IS NULL OR r.environment = $7)
 ORDER BY o.id DESC LIMIT $8`;

export interface OperationFilter {
  readonly id?: string;
  readonly registrationId?: string;
  readonly status?: string;
  readonly kind?: string;
}

export async function findOperations(tx: Transaction, filter: OperationFilter, limit: number, after?: string): Promise<OperationView[]> {
  const rows = await tx.query<{ operation: OperationView }>(OPERATIONS, [
    filter.id ?? null,
    filter.registrationId ?? null,
    filter.status ?? null,
    filter.kind ?? null,
    after ?? null,
    tx.scope.applicationId ?? null,
    tx.scope.environment ?? null,
    limit,
  ]);
  return rows.map((row) => operationDates(row.operation));
}
