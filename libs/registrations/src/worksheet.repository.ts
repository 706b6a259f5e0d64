import type { Environment, Transaction } from '@registrar/database';
import type { ApplicationKind, ClientMetadata } from '@registrar/dcr';
import type { AttemptStatus } from './operation-status.js';
import type { StrategyName } from './work.js';

export interface WorksheetRow {
  readonly strategy: StrategyName | null;
  readonly environment: Environment;
  readonly vendor: string;
  readonly applicationName: string;
  readonly applicationKind: ApplicationKind;
  readonly launchUrl: string | null;
  readonly organizationId: string | null;
  readonly keySetUrl: string | null;
  readonly sharedClientId: string | null;
  readonly attemptId: string | null;
  readonly attemptStatus: AttemptStatus | null;
  readonly marker: string | null;
  readonly checksum: string | null;
  readonly metadata: ClientMetadata | null;
  /** What the registration's client was typed in with the last time; null where it has none yet. */
  readonly before: ClientMetadata | null;
}

const WORKSHEET = `
SELECT r.strategy, r.environment, e.vendor, a.name AS "applicationName", a.kind AS "applicationKind", n.launch_url AS "launchUrl",
       c.external_id AS "organizationId", k.url AS "keySetUrl", s.client_id AS "sharedClientId",
       w.id AS "attemptId", w.status AS "attemptStatus", w.marker, w.metadata_digest AS checksum, w.metadata,
       (SELECT b.requested_metadata FROM clients b WHERE b.workspace_id = r.workspace_id AND b.id = r.client_id) AS before
  FROM registrations r
  JOIN ehrs e ON e.workspace_id = r.workspace_id AND e.id = r.ehr_id
  JOIN connections c ON c.workspace_id = r.workspace_id AND c.id = r.connection_id
  JOIN applications a ON a.workspace_id = r.workspace_id AND a.id = r.application_id
  JOIN application_revisions n ON n.workspace_id = r.workspace_id AND n.application_id = r.application_id AND n.number = r.revision
  LEFT JOIN LATERAL (SELECT x.* FROM attempts x WHERE x.workspace_id = r.workspace_id AND x.registration_id = r.id AND x.kind = 'worksheet'
                        AND x.status IN ('with_person', 'adopted', 'applied') ORDER BY x.started_at DESC, x.id DESC LIMIT 1) w ON true
  LEFT JOIN LATERAL (SELECT y.key_set_id FROM credentials y WHERE y.workspace_id = r.workspace_id AND y.registration_id = r.id
                        AND y.key_set_id IS NOT NULL AND y.stage IN ('pending', 'current') ORDER BY y.version DESC LIMIT 1) y ON true
  LEFT JOIN key_sets k ON k.workspace_id = r.workspace_id AND k.id = y.key_set_id
  LEFT JOIN LATERAL (SELECT z.client_id FROM clients z WHERE e.client_scope = 'application' AND z.workspace_id = r.workspace_id AND z.scope = 'application'
                        AND z.status = 'live' AND z.application_id = r.application_id AND z.authorization_server_id = e.authorization_server_id
                        ORDER BY z.created_at LIMIT 1) s ON true
 WHERE r.id = $1 AND ($2::uuid IS NULL OR r.application_id = $2) AND ($3::text IS NULL OR r.environment = $3)`;

export async function findWorksheet(tx: Transaction, registrationId: string): Promise<WorksheetRow | undefined> {
  const [row] = await tx.query<WorksheetRow>(WORKSHEET, [registrationId, tx.scope.applicationId ?? null, tx.scope.environment ?? null]);
  return row;
}
