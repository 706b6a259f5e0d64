import type { Transaction } from '@registrar/database';
import type { Environment } from '@registrar/database';
import type { ClientMetadata } from '@registrar/dcr';
import { storeSecrets } from '@registrar/vault';
import type { Adoptee, KeptCredential, MadeClient, PreparedAdoption, SharedClient } from './adoption.js';
import type { RegistrationAction, RegistrationStatus } from './lifecycle.js';
import type { AttemptStatus } from './operation-status.js';
import type { Step } from './step.js';
import type { StrategyName } from './work.js';

/** A registration that waits for a person's word, with the attempt that the word is about. */
export interface OpenEnd {
  readonly registrationId: string;
  readonly tenantId: string;
  readonly applicationId: string;
  readonly environment: Environment;
  readonly status: RegistrationStatus;
  readonly action: RegistrationAction | null;
  readonly strategy: StrategyName | null;
  readonly clientScope: 'registration' | 'application';
  readonly authorizationServerId: string | null;
  readonly attemptId: string | null;
  readonly attemptStatus: AttemptStatus | null;
  readonly marker: string | null;
  readonly metadata: ClientMetadata | null;
  readonly operationId: string | null;
  readonly steps: readonly Step[] | null;
  readonly lastVersion: number;
}

const OPEN_END = `
SELECT r.id AS "registrationId", r.tenant_id AS "tenantId", r.application_id AS "applicationId", r.environment, r.status, r.action, r.strategy,
       e.client_scope AS "clientScope", e.authorization_server_id AS "authorizationServerId", a.id AS "attemptId", a.status AS "attemptStatus", a.marker, a.metadata,
       o.id AS "operationId", o.steps,
       coalesce((SELECT max(k.version) FROM credentials k WHERE k.workspace_id = r.workspace_id AND k.registration_id = r.id), 0) AS "lastVersion"
  FROM registrations r
  JOIN ehrs e ON e.workspace_id = r.workspace_id AND e.id = r.ehr_id
  LEFT JOIN LATERAL (SELECT x.* FROM attempts x WHERE x.workspace_id = r.workspace_id AND x.registration_id = r.id
                      AND (x.status IN ('with_person', 'unknown', 'accepted') OR (x.status IN ('orphaned', 'not_sent') AND r.status = 'outcome_unknown')) ORDER BY x.started_at DESC, x.id DESC LIMIT 1) a ON true
  LEFT JOIN operations o ON o.workspace_id = r.workspace_id AND o.id = a.operation_id
 WHERE r.id = $1 AND ($2::uuid IS NULL OR r.application_id = $2) AND ($3::text IS NULL OR r.environment = $3)`;

/** Reads it, and holds it where something is to be changed. */
export async function findOpenEnd(tx: Transaction, registrationId: string, hold: 'hold' | 'look'): Promise<OpenEnd | undefined> {
  const sql = hold === 'hold' ? `${OPEN_END} FOR UPDATE OF r` : OPEN_END;
  const [row] = await tx.query<OpenEnd>(sql, [registrationId, tx.scope.applicationId ?? null, tx.scope.environment ?? null]);
  return row;
}

const KEPT = `k.id, k.kind, k.version, k.key_set_id AS "keySetId", k.alg, k.kid, k.public_jwk AS "publicJwk", k.expires_at AS "expiresAt", s.sealed,
       CASE WHEN EXISTS (SELECT 1 FROM credentials y WHERE y.workspace_id = k.workspace_id AND y.registration_id = k.registration_id AND y.version < k.version AND y.promoted_at IS NOT NULL)
            THEN coalesce(k.promoted_at, k.created_at) ELSE k.created_at END AS since`;
const SEALED = `LEFT JOIN secrets s ON s.workspace_id = k.workspace_id AND s.subject_id = k.id AND s.kind = k.kind AND s.version = k.version`;

export async function findPending(tx: Transaction, registrationId: string): Promise<KeptCredential | null> {
  const [row] = await tx.query<KeptCredential>(
    `SELECT ${KEPT} FROM credentials k ${SEALED} WHERE k.registration_id = $1 AND k.stage = 'pending'`,
    [registrationId],
  );
  return row ?? null;
}

/** The client that other hospitals share under this id, where the EHR gives one for all of them. */
export async function findShared(tx: Transaction, end: OpenEnd, clientId: string): Promise<SharedClient | null> {
  if (end.clientScope !== 'application') return null;
  const [client] = await tx.query<{ id: string; authMethod: string }>(
    `SELECT id, token_endpoint_auth_method AS "authMethod" FROM clients
      WHERE authorization_server_id = $1 AND client_id = $2 AND application_id = $3 AND scope = 'application' AND status = 'live'`,
    [end.authorizationServerId, clientId, end.applicationId],
  );
  if (!client) return null;
  const [credential] = await tx.query<KeptCredential>(
    `SELECT ${KEPT} FROM credentials k ${SEALED} WHERE k.client_id = $1 AND k.stage IN ('current', 'pending') ORDER BY k.stage, k.created_at DESC LIMIT 1`,
    [client.id],
  );
  return { ...client, credential: credential ?? null };
}

const INSERT_CLIENT = `
INSERT INTO clients (workspace_id, id, tenant_id, authorization_server_id, application_id, environment, scope, client_id, key_set_id,
                     token_endpoint_auth_method, signing_alg, requested_metadata, granted_metadata, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb, '{}', $13, $13) ON CONFLICT DO NOTHING RETURNING id`;

/** @returns false where the id is taken already at that server. */
export async function insertMadeClient(
  tx: Transaction,
  end: OpenEnd,
  made: MadeClient,
  prepared: PreparedAdoption,
  now: Date,
): Promise<boolean> {
  const inserted = await tx.query(INSERT_CLIENT, [
    tx.scope.workspaceId,
    prepared.clientRowId,
    end.clientScope === 'application' ? null : end.tenantId,
    end.authorizationServerId,
    end.applicationId,
    end.environment,
    end.clientScope,
    made.clientId,
    prepared.keySetId ?? null,
    prepared.authMethod,
    prepared.signingAlg ?? null,
    JSON.stringify(end.metadata ?? {}),
    now,
  ]);
  return inserted.length > 0;
}

const INSERT_CREDENTIAL = `
INSERT INTO credentials (workspace_id, id, tenant_id, registration_id, client_id, key_set_id, kind, version, stage, alg, kid, public_jwk, expires_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'pending', $9, $10, $11::jsonb, $12, $13)`;

/** Writes the credential, in place of what was pending; it becomes current when it is proven. */
export async function writeCredential(tx: Transaction, adoptee: Adoptee, prepared: PreparedAdoption, now: Date): Promise<void> {
  if (prepared.attachId !== undefined) {
    await tx.query('UPDATE credentials SET client_id = $2 WHERE id = $1', [prepared.attachId, prepared.clientRowId]);
    return;
  }
  await retirePending(tx, adoptee.registrationId, now);
  const { credential } = prepared;
  if (!credential) return;
  await tx.query(INSERT_CREDENTIAL, [
    tx.scope.workspaceId,
    credential.id,
    adoptee.tenantId,
    adoptee.registrationId,
    prepared.clientRowId,
    credential.keySetId ?? null,
    credential.kind,
    credential.version,
    credential.alg ?? null,
    credential.kid ?? null,
    credential.publicJwk === undefined ? null : JSON.stringify(credential.publicJwk),
    credential.expiresAt ?? null,
    prepared.since ?? now,
  ]);
  if (prepared.secret) await storeSecrets(tx, [prepared.secret], now);
}

/** What was made for a client that will not come, or that nobody may use, is never used for another. */
export async function retirePending(tx: Transaction, registrationId: string, now: Date): Promise<void> {
  await tx.query(`UPDATE credentials SET stage = 'retired', retired_at = $2 WHERE registration_id = $1 AND stage = 'pending'`, [
    registrationId,
    now,
  ]);
}

/** What became of an attempt, with who said so and what they showed for it. */
export async function settleByPerson(
  tx: Transaction,
  attemptId: string,
  status: 'adopted' | 'applied' | 'resolved_absent' | 'deleted' | 'orphaned',
  clientId: string | undefined,
  evidence: Readonly<Record<string, unknown>>,
  now: Date,
): Promise<void> {
  await tx.query(
    `UPDATE attempts SET status = $2, upstream_client_id = coalesce($3, upstream_client_id), evidence = $4::jsonb, finished_at = coalesce(finished_at, $5) WHERE id = $1`,
    [attemptId, status, clientId ?? null, JSON.stringify(evidence), now],
  );
}
