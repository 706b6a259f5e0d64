import type { Transaction } from '@registrar/database';
import type { Step } from '@registrar/registrations';

/** A rotation that is with a person, and what it is of. */
export interface InHand {
  readonly operationId: string;
  readonly tenantId: string;
  readonly authorizationServerId: string | null;
  readonly steps: readonly Step[];
  readonly clientRowId: string;
  readonly clientId: string;
  readonly scope: 'registration' | 'application';
  readonly kind: 'private_key' | 'client_secret';
  readonly lastVersion: number;
  readonly pendingId: string | null;
}

/** Another registration of the same client; `operationId`: its own rotation, where that is with the same person. */
export interface AlsoInHand {
  readonly registrationId: string;
  readonly tenantId: string;
  readonly authorizationServerId: string | null;
  readonly operationId: string | null;
  readonly steps: readonly Step[] | null;
  readonly lastVersion: number;
  readonly pendingId: string | null;
}

const LATEST = `LEFT JOIN LATERAL (SELECT x.* FROM operations x WHERE x.workspace_id = $2 AND x.registration_id = r.id ORDER BY x.created_at DESC LIMIT 1) o
    ON o.kind = 'rotate' AND o.status = 'action_required'`;
const VERSION = `(SELECT max(x.version) FROM credentials x WHERE x.workspace_id = $2 AND x.registration_id = r.id) AS "lastVersion"`;

const IN_HAND = `
SELECT o.id AS "operationId", r.tenant_id AS "tenantId", o.authorization_server_id AS "authorizationServerId", o.steps,
       c.id AS "clientRowId", c.client_id AS "clientId", c.scope, k.kind, p.id AS "pendingId", ${VERSION}
  FROM registrations r
  ${LATEST}
  JOIN clients c ON c.workspace_id = $2 AND c.id = r.client_id
  JOIN credentials k ON k.workspace_id = $2 AND k.registration_id = r.id AND k.stage = 'current'
  LEFT JOIN credentials p ON p.workspace_id = $2 AND p.registration_id = r.id AND p.stage = 'pending'
 WHERE r.workspace_id = $2 AND r.id = $1 AND r.status IN ('active', 'credential_failed') AND o.id IS NOT NULL
   AND ($3::uuid IS NULL OR r.application_id = $3) AND ($4::text IS NULL OR r.environment = $4) FOR UPDATE OF r`;

export async function inHand(tx: Transaction, registrationId: string): Promise<InHand | undefined> {
  const { workspaceId, applicationId, environment } = tx.scope;
  const [row] = await tx.query<InHand>(IN_HAND, [registrationId, workspaceId, applicationId ?? null, environment ?? null]);
  return row && withPerson(row.steps) ? row : undefined;
}

const ALSO = `
SELECT r.id AS "registrationId", r.tenant_id AS "tenantId", e.authorization_server_id AS "authorizationServerId", o.id AS "operationId", o.steps,
       p.id AS "pendingId", ${VERSION}
  FROM registrations r
  JOIN ehrs e ON e.workspace_id = $2 AND e.id = r.ehr_id
  ${LATEST}
  JOIN credentials k ON k.workspace_id = $2 AND k.registration_id = r.id AND k.stage = 'current'
  LEFT JOIN credentials p ON p.workspace_id = $2 AND p.registration_id = r.id AND p.stage = 'pending'
 WHERE r.workspace_id = $2 AND r.client_id = $3 AND r.id <> $1 AND r.status IN ('active', 'credential_failed') ORDER BY r.id FOR UPDATE OF r`;

/** The others that use the client, locked: what a person did at the EHR was done for all of them. */
export async function alsoInHand(tx: Transaction, registrationId: string, of: InHand): Promise<AlsoInHand[]> {
  if (of.scope === 'registration') return [];
  const rows = await tx.query<AlsoInHand>(ALSO, [registrationId, tx.scope.workspaceId, of.clientRowId]);
  return rows.map((row) => (row.steps && withPerson(row.steps) ? row : { ...row, operationId: null, steps: null }));
}

/** One registration's credential as a person brought it. */
export interface Brought {
  readonly registrationId: string;
  readonly tenantId: string;
  readonly pendingId: string | null;
  readonly credentialId: string;
  readonly version: number;
}

/** Secrets that a person brought, in place of what was pending. */
export async function insertBrought(tx: Transaction, clientRowId: string, brought: readonly Brought[], now: Date): Promise<void> {
  if (brought.length === 0) return;
  await tx.query(`UPDATE credentials SET stage = 'retired', retired_at = $2 WHERE workspace_id = $3 AND id = ANY ($1::uuid[])`, [
    brought.flatMap(({ pendingId }) => pendingId ?? []),
    now,
    tx.scope.workspaceId,
  ]);
  await tx.query(
    `INSERT INTO credentials (workspace_id, id, tenant_id, registration_id, client_id, kind, version, stage, created_at)
     SELECT $1, i.id, i.tenant_id, i.registration_id, $2, 'client_secret', i.version, 'pending', $3
       FROM unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::integer[]) AS i (id, tenant_id, registration_id, version)`,
    [
      tx.scope.workspaceId,
      clientRowId,
      now,
      brought.map(({ credentialId }) => credentialId),
      brought.map(({ tenantId }) => tenantId),
      brought.map(({ registrationId }) => registrationId),
      brought.map(({ version }) => version),
    ],
  );
}

/** The operations go on with what comes after the person's part. */
export async function goOn(
  tx: Transaction,
  operations: readonly { readonly id: string; readonly steps: readonly Step[] }[],
  now: Date,
): Promise<void> {
  await tx.query(
    `UPDATE operations o SET status = 'queued', steps = i.steps, problem = NULL, waiting = NULL, finished_at = NULL, tries = 0, updated_at = $3
       FROM unnest($1::uuid[], $2::jsonb[]) AS i (id, steps) WHERE o.workspace_id = $4 AND o.id = i.id`,
    [operations.map(({ id }) => id), operations.map(({ steps }) => JSON.stringify(steps)), now, tx.scope.workspaceId],
  );
}

function withPerson(steps: readonly Step[]): boolean {
  return steps.some(({ name, status }) => name === 'hand_to_person' && status !== 'done');
}
