import { insertRows, type Environment, type Transaction } from '@registrar/database';
import type { ImportRow } from './import.js';
import { assertStaying } from './staying-tenants.repository.js';

/** What a row names, as far as the caller may see it. */
export interface FoundRow {
  readonly tenantId: string | null;
  readonly tenantActive: boolean;
  readonly ehrId: string | null;
  readonly environment: Environment | null;
  /** The EHR is another hospital's. */
  readonly foreign: boolean;
  readonly connectionId: string | null;
  readonly applicationId: string | null;
  /** The registration that the pair has already, and its client's id. */
  readonly registrationId: string | null;
  readonly registeredClientId: string | null;
  /** The client of that id at that server, whoever's it is. */
  readonly holderId: string | null;
  readonly holderShared: boolean;
  /** Where its keys are published, if they are. */
  readonly holderKeySetId: string | null;
}

const FIND = `
SELECT t.id AS "tenantId", coalesce(t.status = 'active', false) AS "tenantActive", e.id AS "ehrId", e.environment,
       coalesce(e.tenant_id <> t.id, false) AS foreign, c.id AS "connectionId", a.id AS "applicationId",
       r.id AS "registrationId", rc.client_id AS "registeredClientId", h.id AS "holderId",
       coalesce(h.scope = 'application' AND h.application_id = a.id, false) AS "holderShared", h.key_set_id AS "holderKeySetId"
  FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[]) WITH ORDINALITY AS i (tenant_id, external_id, ehr_id, application_id, client_id, place)
  LEFT JOIN tenants t ON t.workspace_id = $6 AND (t.id = i.tenant_id OR (i.tenant_id IS NULL AND t.external_id = i.external_id))
  LEFT JOIN ehrs e ON e.workspace_id = $6 AND e.id = i.ehr_id
  LEFT JOIN applications a ON a.workspace_id = $6 AND a.id = i.application_id AND ($7::uuid IS NULL OR a.id = $7)
  LEFT JOIN connections c ON c.workspace_id = $6 AND c.tenant_id = t.id AND c.ehr_id = e.id
  LEFT JOIN registrations r ON r.workspace_id = $6 AND r.connection_id = c.id AND r.application_id = a.id AND r.status <> 'deregistered'
  LEFT JOIN clients rc ON rc.workspace_id = $6 AND rc.id = r.client_id
  LEFT JOIN clients h ON h.workspace_id = $6 AND h.authorization_server_id = e.authorization_server_id AND h.client_id = i.client_id AND h.status <> 'deleted'
 ORDER BY i.place`;

/** Finds what every row names, by one statement; in the order of the rows. */
export function findRows(tx: Transaction, rows: readonly ImportRow[]): Promise<FoundRow[]> {
  return tx.query<FoundRow>(FIND, [
    rows.map(({ tenant }) => ('id' in tenant ? tenant.id : null)),
    rows.map(({ tenant }) => ('externalId' in tenant ? tenant.externalId : null)),
    rows.map((row) => row.ehrId),
    rows.map((row) => row.applicationId),
    rows.map((row) => row.clientId),
    tx.scope.workspaceId,
    tx.scope.applicationId ?? null,
  ]);
}

const REGISTRATIONS = {
  workspace_id: 'uuid',
  id: 'uuid',
  tenant_id: 'uuid',
  connection_id: 'uuid',
  ehr_id: 'uuid',
  application_id: 'uuid',
  revision: 'integer',
  environment: 'text',
  strategy: 'text',
  status: 'text',
  client_id: 'uuid',
  manageable: 'text',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
} as const;

export type ImportedRegistration = { readonly [Name in keyof typeof REGISTRATIONS]: unknown };

export async function insertImported(tx: Transaction, rows: readonly ImportedRegistration[]): Promise<void> {
  await assertStaying(
    tx,
    rows.map((row) => String(row.tenant_id)),
  );
  await insertRows(tx, 'registrations', REGISTRATIONS, rows);
}

/** What an import's attempt stands for: who said so, and which client it is. */
export interface ImportEvidence {
  readonly attemptId: string;
  readonly clientId: string;
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** The attempts of an import are adopted as they are written: nothing was sent. */
export async function settleImported(tx: Transaction, imported: readonly ImportEvidence[], now: Date): Promise<void> {
  await tx.query(
    `UPDATE attempts a SET status = 'adopted', upstream_client_id = i.client_id, evidence = i.evidence, finished_at = $4
       FROM unnest($1::uuid[], $2::text[], $3::jsonb[]) AS i (id, client_id, evidence) WHERE a.workspace_id = $5 AND a.id = i.id`,
    [
      imported.map((one) => one.attemptId),
      imported.map((one) => one.clientId),
      imported.map((one) => JSON.stringify(one.evidence)),
      now,
      tx.scope.workspaceId,
    ],
  );
}
