import type { Environment, Transaction } from '@registrar/database';
import type { ClientMetadata } from '@registrar/dcr';
import type { RegistrationStatus } from './lifecycle.js';
import type { StrategyName } from './work.js';

/** Which registrations of an application: all, or these. */
export interface UpdatesOf {
  readonly applicationId: string;
  readonly environment?: Environment | undefined;
  readonly registrationIds?: readonly string[] | undefined;
}

/** A registration that has a client, with what its next document is made from. */
export interface ToUpdate {
  readonly id: string;
  readonly tenantId: string;
  readonly ehrId: string;
  readonly revision: number;
  readonly environment: Environment;
  readonly strategy: StrategyName | null;
  readonly status: RegistrationStatus;
  readonly manageable: 'yes' | 'no' | 'control_lost' | null;
  readonly clientMetadata: ClientMetadata;
  readonly authMethod: string;
  readonly scope: 'registration' | 'application';
  readonly requested: ClientMetadata;
}

const TO_UPDATE = `
SELECT r.id, r.tenant_id AS "tenantId", r.ehr_id AS "ehrId", r.revision, r.environment, r.strategy, r.status, r.manageable,
       r.client_metadata AS "clientMetadata", c.token_endpoint_auth_method AS "authMethod", c.scope, c.requested_metadata AS requested
  FROM registrations r
  JOIN clients c ON c.workspace_id = r.workspace_id AND c.id = r.client_id
 WHERE r.workspace_id = $1 AND r.application_id = $2 AND r.status <> 'deregistered'
   AND ($3::text IS NULL OR r.environment = $3) AND ($4::uuid[] IS NULL OR r.id = ANY ($4))
 ORDER BY r.id`;

/** By one statement, whatever the number; in the order of their ids. */
export function registrationsToUpdate(tx: Transaction, of: UpdatesOf): Promise<ToUpdate[]> {
  return tx.query<ToUpdate>(TO_UPDATE, [tx.scope.workspaceId, of.applicationId, of.environment ?? null, of.registrationIds ?? null]);
}
