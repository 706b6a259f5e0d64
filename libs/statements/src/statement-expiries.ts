import type { Expiring, ExpirySource } from '@registrar/ehrs';
import { SOFTWARE_STATEMENT } from './stored-statement.js';

/** Statements that are still sent, for the alarms before they expire (I-05). */
export const statementExpiries: ExpirySource = {
  kind: SOFTWARE_STATEMENT,
  event: 'software_statement.expiring',
  find: (tx, ids) =>
    tx.query<Expiring>(
      `SELECT id, tenant_id AS "tenantId", jsonb_build_object('ehr_id', ehr_id, 'authorization_server_id', authorization_server_id,
              'application_id', application_id, 'environment', environment, 'origin', origin) AS data
         FROM software_statements WHERE workspace_id = $1 AND id = ANY ($2::uuid[]) AND status = 'available'`,
      [tx.scope.workspaceId, ids],
    ),
  async over(tx, ids) {
    await tx.query(
      `UPDATE software_statements SET status = 'expired' WHERE workspace_id = $1 AND id = ANY ($2::uuid[]) AND status = 'available'`,
      [tx.scope.workspaceId, ids],
    );
  },
};
